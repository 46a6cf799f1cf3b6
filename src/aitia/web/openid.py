"""OpenID Connect: the authorization code flow with PKCE, against the one provider of the settings.

Nothing is kept between start and return but a random value in the visitor's cookie, of which state, nonce and PKCE's
verifier are made: so any server process can answer the return, and a return without that cookie is nobody's.
"""

import hmac
import ipaddress
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlsplit

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from msgspec import Struct

from aitia.errors import AitiaError, StateError
from aitia.people.openid import Vouched
from aitia.people.values import derived
from aitia.web.settings import OpenIdSettings

_Kind = TypeVar("_Kind")
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
"""With which an ID token may be signed: those of key pairs alone, so that a public key never passes for a secret."""
_LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""
_SECONDS, _BYTES = 10.0, 1_000_000
"""Most that an answer of the provider may take."""
_METADATA_SECONDS, _KEYS_SECONDS, _NEW_KEYS_SECONDS = 3600, 600, 30
"""For so long what the provider publishes is kept; keys for at least the last, if a token names one that is missing."""


class OpenIdError(AitiaError):
    """The provider cannot be reached, or what came back from it cannot be believed."""


class NotBegunError(OpenIdError):
    """Somebody came back who was not sent from here, or not in this browser."""


class Provider(Struct, frozen=True):
    """What the provider publishes about itself (OpenID Connect Discovery 1.0), as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(Struct, frozen=True):
    """The token endpoint's answer."""

    id_token: str
    access_token: str = ""


def start(chosen: OpenIdSettings, value: str, back: str) -> str:
    """The provider's address to which a visitor is sent. `value`: random, in their cookie; `back`: our address.

    Raises OpenIdError if the provider does not say where.
    """
    provider = _provider(chosen.issuer, int(time.monotonic() // _METADATA_SECONDS))
    address: str = prepare_grant_uri(
        provider.authorization_endpoint,
        chosen.client_id,
        "code",
        redirect_uri=back,
        scope="openid email profile",
        state=derived(value, "state"),
        nonce=derived(value, "nonce"),
        code_challenge=create_s256_code_challenge(derived(value, "verifier")),
        code_challenge_method="S256",
    )
    return address


def finish(chosen: OpenIdSettings, value: str, back: str, sent: Mapping[str, str]) -> Vouched:
    """Whom the provider vouches for. `sent`: the parameters with which the visitor came back.

    Raises NotBegunError if they did not start here, OpenIdError if they refused or anything of the provider's answer
    does not fit, StateError if the file with our secret cannot be read.
    """
    if not value or not hmac.compare_digest(
        derived(value, "state").encode(), sent.get("state", "").encode("utf-8", "replace")
    ):
        raise NotBegunError("this sign-in was not begun in this browser, or too long ago.")
    provider = _provider(chosen.issuer, int(time.monotonic() // _METADATA_SECONDS))
    named = sent.get("iss")
    # RFC 9207: another provider's answer must not be taken to this one.
    if (
        named is not None or provider.authorization_response_iss_parameter_supported
    ) and named != provider.issuer:
        raise OpenIdError("the answer is of another provider.")
    if "error" in sent:
        raise OpenIdError("the provider did not sign you in.")
    if not sent.get("code"):
        raise OpenIdError("the provider's answer is not whole.")
    tokens = _exchanged(chosen, provider, sent["code"], derived(value, "verifier"), back)
    claims = _claims(chosen, provider, tokens, derived(value, "nonce"))
    return _vouched(provider, claims, tokens)


def _exchanged(chosen: OpenIdSettings, provider: Provider, code: str, verifier: str, back: str) -> _Tokens:
    try:
        secret = chosen.client_secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(f"the secret for OpenID Connect cannot be read: {error}.") from None
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    auth = None
    if "client_secret_basic" in provider.token_endpoint_auth_methods_supported:
        auth = (quote_plus(chosen.client_id), quote_plus(secret))
    else:
        form |= {"client_id": chosen.client_id, "client_secret": secret}
    answer = _asked("POST", provider.token_endpoint, chosen.issuer, data=form, auth=auth)
    return _read(answer, _Tokens)


def _claims(chosen: OpenIdSettings, provider: Provider, tokens: _Tokens, nonce: str) -> dict[str, Any]:
    """What the ID token says, after its signature, issuer, audience, time and nonce were checked."""
    tick = time.monotonic()
    keys = _keys(provider.jwks_uri, chosen.issuer, int(tick // _KEYS_SECONDS))
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    try:
        try:
            token = jwt.decode(tokens.id_token, keys, registry=registry)
        except InvalidKeyIdError:
            # The provider has new keys. Asked for seldom, so that made-up tokens cannot make us ask without end.
            keys = _keys(provider.jwks_uri, chosen.issuer, -1 - int(tick // _NEW_KEYS_SECONDS))
            token = jwt.decode(tokens.id_token, keys, registry=registry)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": chosen.client_id},
            },
            {"nonce": nonce, "client_id": chosen.client_id, "access_token": tokens.access_token},
        )
        claims.validate(leeway=_LEEWAY)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise OpenIdError(f"the provider's ID token cannot be believed ({type(error).__name__}).") from error
    return dict(claims)


def _vouched(provider: Provider, claims: dict[str, Any], tokens: _Tokens) -> Vouched:
    subject = claims.get("sub")
    if (
        not isinstance(subject, str)
        or not 0 < len(subject) <= 255
        or not (subject.isascii() and subject.isprintable())
    ):
        raise OpenIdError("the provider's ID token names nobody.")
    if "email" not in claims and provider.userinfo_endpoint and tokens.access_token:
        told = _asked(
            "GET",
            provider.userinfo_endpoint,
            provider.issuer,
            headers={"Authorization": f"Bearer {tokens.access_token}"},
        )
        more = _read(told, dict[str, Any])
        if more.get("sub") != subject:
            raise OpenIdError("the provider tells of somebody else.")
        claims = {**more, **claims}
    email, name = claims.get("email"), claims.get("name")
    return Vouched(
        provider.issuer,
        subject,
        # Only `true` itself: some providers write "false" as text.
        email if isinstance(email, str) and claims.get("email_verified") is True else "",
        name if isinstance(name, str) else "",
    )


@lru_cache(maxsize=8)
def _provider(issuer: str, _: int) -> Provider:
    provider = _read(_asked("GET", get_well_known_url(issuer, external=True), issuer), Provider)
    if provider.issuer != issuer:
        raise OpenIdError(f"the provider calls itself {provider.issuer}, not {issuer}.")
    _check(provider.authorization_endpoint, issuer)
    return provider


@lru_cache(maxsize=8)
def _keys(address: str, issuer: str, _: int) -> KeySet:
    content = _read(_asked("GET", address, issuer), dict[str, Any])
    try:
        return KeySet.import_key_set(content)  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise OpenIdError("the provider's keys cannot be read.") from error


def _asked(method: str, address: str, issuer: str, **more: Any) -> bytes:
    """The body of the provider's answer, which is never followed to another place."""
    _check(address, issuer)
    deadline = time.monotonic() + _SECONDS
    try:
        with (
            httpx.Client(timeout=_SECONDS / 2, follow_redirects=False) as client,
            client.stream(method, address, **more) as answer,
        ):
            if answer.status_code != 200:
                raise OpenIdError(f"the provider answered with status {answer.status_code}.")
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > _BYTES or time.monotonic() > deadline:
                    raise OpenIdError("the provider's answer takes too long.")
            return body
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OpenIdError(f"the provider cannot be reached ({type(error).__name__}).") from error


def _check(address: str, issuer: str) -> None:
    """Refuse an address that is not HTTPS; plain HTTP is for a provider on this machine, as in tests."""
    try:
        parts, ours = urlsplit(address), urlsplit(issuer)
        is_near = _is_loopback(ours.hostname) and _is_loopback(parts.hostname)
    except ValueError:
        raise OpenIdError("the provider names an address that is none.") from None
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_near)):
        raise OpenIdError("the provider names an address that is not HTTPS.")


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _read(body: bytes, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OpenIdError("the provider's answer cannot be read.") from error
