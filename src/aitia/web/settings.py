"""How the service is set up: a YAML file, every field of which has a default that is safe."""

from pathlib import Path

import msgspec
from msgspec import Struct

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
    port: int = 8080
    address: str = ""
    """What people type: https://answers.example.org. Needed behind a proxy; https:// makes cookies Secure."""
    proxies: tuple[str, ...] = ()
    """Network addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    libraries: tuple[str, ...] = ()
    """The libraries that are served, by name, the first by default. None named: the starter and all in the database."""
    anonymous_reading: bool = True
    """Whether people may ask and read without signing in."""
    policy: Path | None = None
    """The editorial policy's file; without it, the one that comes with Aitia."""
    session_hours: float = 12.0
    """A session ends so long after sign-in,"""
    idle_minutes: float = 120.0
    """and so long after its last use."""
    upload_megabytes: int = 100
    """The largest document that can be added in the browser."""
    reads_a_minute: int = 1200
    """Requests that one network address, or one token, may make in a minute; 0: no limit."""
    shutdown_seconds: int = 20
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
        return msgspec.convert(content, Settings)
    except OSError as error:
        raise StateError(f"the settings {path} cannot be read: {error.strerror or error}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StateError(f"the settings {path} are not YAML: {' '.join(str(error).split())}.") from None
    except msgspec.ValidationError as error:
        raise StateError(f"the settings {path} are wrong: {error}. docs/operate.md lists them.") from None
