"""Values that open something to whoever holds them: 256 random bits. The database holds only their SHA-256."""

import hashlib
import hmac
import secrets


def fresh() -> str:
    """A new value: 43 characters that can stand in an address or a cookie."""
    return secrets.token_urlsafe(32)


def fingerprint(value: str) -> str:
    """SHA-256 of a value, 64 hexadecimal digits. A salt would add nothing to 256 random bits."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def derived(value: str, purpose: str) -> str:
    """Another value that only somebody who holds this one can make (HMAC-SHA-256), one for each purpose."""
    return hmac.new(value.encode("utf-8", "surrogatepass"), purpose.encode(), hashlib.sha256).hexdigest()
