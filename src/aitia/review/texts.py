"""Reading the text of a version, which is stored as the very bytes whose SHA-256 is its content hash."""

import msgspec
from msgspec.structs import replace

from aitia.evidence.article import Article
from aitia.review.chain import hash_of
from aitia.review.errors import ReviewError


def article_from(text: str, content_hash: str) -> Article:
    """The article of a stored text, with its hash. Raises ReviewError if it is none or was changed since."""
    if hash_of(text.encode()) != content_hash:
        raise ReviewError("a version's text is not as it was recorded. `aitia review verify` says more.")
    try:
        return replace(_DECODER.decode(text), content_hash=content_hash)
    except msgspec.DecodeError as error:
        raise ReviewError(
            f"a version's text cannot be read: {error}. `aitia review verify` says more."
        ) from None


_DECODER = msgspec.json.Decoder(Article)
