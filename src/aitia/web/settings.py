"""How the service is set up: a YAML file, every field of which has a default that is safe."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from aitia.errors import StateError


class OpenIdSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Sign-in through the organisation's OpenID Connect provider."""

    issuer: str
    """Its address, to which /.well-known/openid-configuration is added."""
    client_id: str
    client_secret_file: Path
    """A file that holds the secret, so that it stands in no settings and no process list."""
    name: str = "your organisation"
    """What the button says: Sign in with ..."""
    invited_only: bool = True
    """True: only people with an account or an invitation under the address that the provider has verified. False:
    anyone whom it signs in becomes a reader."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of `aitia serve`."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    address: Annotated[str, Meta(pattern=r"^(https?://[^/\s]+/?)?$")] = ""
    """What people type: https://answers.example.org. Needed behind a proxy; https:// makes cookies Secure."""
    proxies: tuple[str, ...] = ()
    """Network addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    libraries: tuple[str, ...] = ()
    """The libraries that are served, by name, the first by default. None named: the starter and all in the database."""
    anonymous_reading: bool = True
    """Whether people may ask and read without signing in."""
    policy: Path | None = None
    """The editorial policy's file; without it, the one that comes with Aitia."""
    session_hours: Annotated[float, Meta(gt=0, le=8760)] = 12.0
    """A session ends so long after sign-in,"""
    idle_minutes: Annotated[float, Meta(gt=0, le=525_600)] = 120.0
    """and so long after its last use."""
    upload_megabytes: Annotated[int, Meta(ge=1, le=10_000)] = 100
    """The largest document that can be added in the browser."""
    reads_a_minute: Annotated[int, Meta(ge=0)] = 1200
    """Requests to the API that one network address, or one person's tokens, may make in a minute; 0: no limit."""
    shutdown_seconds: Annotated[int, Meta(ge=1, le=3600)] = 20
    """When told to stop, so long may requests that were begun take to finish."""
    openid: OpenIdSettings | None = None

    @property
    def is_secure(self) -> bool:
        """Whether people reach the service by HTTPS."""
        return self.address.startswith("https://")


def read_settings(path: Path | None) -> Settings:
    """The settings of a YAML file; without one, the defaults.

    Raises StateError, with file and field, if it cannot be read or a setting is wrong.
    """
    if path is None:
        return Settings()
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        made = msgspec.convert(content, Settings)
        for proxy in made.proxies:
            ip_network(proxy)
        return made
    except OSError as error:
        raise StateError(f"the settings {path} cannot be read: {error.strerror or error}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StateError(f"the settings {path} are not YAML: {' '.join(str(error).split())}.") from None
    except msgspec.ValidationError as error:
        raise StateError(f"the settings {path} are wrong: {error}. docs/operate.md lists them.") from None
    except ValueError as error:
        raise StateError(f"the settings {path} are wrong: in proxies, {error}.") from None
