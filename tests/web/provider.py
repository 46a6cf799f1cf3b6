"""A small OpenID Connect provider: a real HTTP server with real keys, a page of consent, and faults on demand.

It checks what a provider must: the client and its secret, the address to return to, PKCE, and that a code is used once.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

CLIENT, SECRET = "aitia", "a secret: with/signs+and spaces"


def unpadded(content: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass
class Provider:
    """The provider's keys, users and codes; `fault` makes it lie in one way."""

    issuer: str = ""
    fault: str = ""
    user: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "u-1",
            "email": "Ada.Lovelace@Clinic.example",
            "email_verified": True,
            "name": "Ada Lovelace",
        }
    )
    claims_in_token: bool = True
    secret_in_form: bool = False
    key: RSAKey | ECKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    )
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    access: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for."""

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        place = self.issuer
        return {
            "issuer": place if self.fault != "other issuer" else "https://login.example",
            "authorization_endpoint": place + "/authorize",
            "token_endpoint": place + "/token"
            if self.fault != "plain http"
            else "http://169.254.169.254/latest/token",
            "jwks_uri": place + "/keys",
            "userinfo_endpoint": place + "/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"]
            if self.secret_in_form
            else ["client_secret_basic"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
        }

    def id_token(self, nonce: str, access: str) -> str:
        """A signed token, or one with the fault."""
        now = int(time.time())
        algorithm = "ES256" if isinstance(self.key, ECKey) else "RS256"
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.user["sub"],
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
            "at_hash": unpadded(hashlib.sha256(access.encode()).digest()[:16]),
        }
        if self.claims_in_token:
            claims |= self.user
        wrong: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "another"},
            "audience": {"aud": "another-client"},
            "audience, asked for by us": {"aud": "another-client", "azp": CLIENT},
            "audiences": {"aud": [CLIENT, "another-client"]},
            "authorized party": {"aud": [CLIENT, "another-client"], "azp": "another-client"},
            "issuer": {"iss": "https://login.example"},
            "expired": {"iat": now - 900, "exp": now - 300},
            "from the future": {"iat": now + 900, "exp": now + 1200},
            "access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
            "nobody": {"sub": ""},
            "number": {"sub": 7},
            "odd expiry": {"exp": "tomorrow"},
        }
        claims |= wrong.get(self.fault, {})
        for claim in {"no nonce": ["nonce"], "no expiry": ["exp"], "no subject": ["sub"]}.get(self.fault, []):
            del claims[claim]
        header = {"alg": algorithm, "kid": self.key.kid or ""}
        if self.fault == "none":
            body = unpadded(json.dumps(claims).encode())
            return f"{unpadded(json.dumps({'alg': 'none'}).encode())}.{body}."
        if self.fault == "public key as secret":
            public = self.key.as_pem(private=False)
            parts = ({**header, "alg": "HS256"}, claims)
            text = ".".join(unpadded(json.dumps(part).encode()) for part in parts)
            return f"{text}.{unpadded(hmac.digest(public, text.encode(), 'sha256'))}"
        if self.fault == "client secret":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        if self.fault == "other key":
            return jwt.encode(header, claims, RSAKey.generate_key(2048))
        if self.fault == "unknown key":
            return jwt.encode({**header, "kid": "two"}, claims, RSAKey.generate_key(2048))
        if self.fault == "no object":
            return jws.serialize_compact(header, b"[1]", self.key)
        signed = jwt.encode(header, claims, self.key)
        if self.fault == "changed":
            head, body, signature = signed.split(".")
            other = {**claims, "sub": "u-2"}
            return f"{head}.{unpadded(json.dumps(other).encode())}.{signature}"
        return signed


@contextlib.contextmanager
def provider() -> Iterator[Provider]:
    """Run a provider on a free port."""
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            made.asked.append(parts.path)
            if made.fault == "down":
                self._say(503, b"", "text/plain")
            elif made.fault == "no json" or (made.fault == "endless" and parts.path != "/authorize"):
                self._say(200, b"<html>" * (400_000 if made.fault == "endless" else 1), "text/html")
            elif made.fault == "moved":
                self.send_response(302)
                self.send_header("Location", "http://169.254.169.254/")
                self.end_headers()
            elif parts.path == "/.well-known/openid-configuration":
                self._json(made.metadata())
            elif parts.path == "/keys":
                self._json(KeySet([made.key]).as_dict(private=False))
            elif parts.path == "/authorize":
                asked = dict(parse_qsl(parts.query))
                assert asked["client_id"] == CLIENT
                assert asked["response_type"] == "code"
                assert asked["code_challenge_method"] == "S256"
                page = f'<form method="post" action="/authorize?{parts.query}"><button>Allow</button></form>'
                self._say(200, page.encode(), "text/html")
            elif parts.path == "/userinfo":
                token = self.headers["Authorization"].removeprefix("Bearer ")
                user = made.access[token]
                self._json({**user, "sub": "u-9"} if made.fault == "other user" else user)
            else:
                self._say(404, b"", "text/plain")

        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            made.asked.append(parts.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            if parts.path == "/authorize":
                asked = dict(parse_qsl(parts.query))
                code = secrets.token_urlsafe(16)
                made.codes[code] = asked
                answer = {"state": asked["state"], "iss": made.issuer, "code": code}
                if made.fault == "refused":
                    answer = {"state": asked["state"], "iss": made.issuer, "error": "access_denied"}
                if made.fault == "mix-up":
                    answer["iss"] = "https://login.example"
                if made.fault == "no iss":
                    del answer["iss"]
                self.send_response(303)
                self.send_header("Location", asked["redirect_uri"] + "?" + urlencode(answer))
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._token({name: values[0] for name, values in parse_qs(body).items()})

        def _token(self, form: dict[str, str]) -> None:
            given = form.get("client_id"), form.get("client_secret")
            if not made.secret_in_form:
                basic = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
                name, _, secret = basic.partition(":")
                given = unquote_plus(name), unquote_plus(secret)
            asked = made.codes.pop(form["code"], None)
            if given != (CLIENT, SECRET):
                self._json({"error": "invalid_client"}, 401)
            elif (
                asked is None
                or asked["redirect_uri"] != form["redirect_uri"]
                or asked["code_challenge"]
                != unpadded(hashlib.sha256(form["code_verifier"].encode()).digest())
            ):
                self._json({"error": "invalid_grant"}, 400)
            else:
                access = secrets.token_urlsafe(16)
                made.access[access] = made.user
                answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
                if made.fault != "no token":
                    answer["id_token"] = made.id_token(asked["nonce"], access)
                self._json(answer)

        def _json(self, content: Any, status: int = 200) -> None:
            self._say(status, json.dumps(content).encode(), "application/json")

        def _say(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
