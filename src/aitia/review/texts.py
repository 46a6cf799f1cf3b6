"""The text of a version as it is stored: the very bytes whose SHA-256 is its content hash."""

import hashlib

import msgspec
from msgspec.structs import replace

from aitia.evidence.article import Article
from aitia.review.errors import ReviewError


def text_of(article: Article) -> bytes:
    """The article without its hash and the time that it took."""
    return msgspec.json.encode(replace(article, elapsed_ms=0.0, content_hash=""), order="deterministic")


def article_from(text: str, content_hash: str) -> Article:
    """The article of a stored text, with its hash. Raises ReviewError if it is none or was changed since."""
    if hashlib.sha256(text.encode()).hexdigest() != content_hash:
        raise ReviewError("a version's text is not as it was recorded. `aitia review verify` says more.")
    try:
        return replace(_DECODER.decode(text), content_hash=content_hash)
    except msgspec.DecodeError as error:
        raise ReviewError(
            f"a version's text cannot be read: {error}. `aitia review verify` says more."
        ) from None


_DECODER = msgspec.json.Decoder(Article)
