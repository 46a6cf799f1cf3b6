"""The article as JSON; docs/schema/aitia.json is its JSON Schema."""

import msgspec

from aitia.evidence.article import Article


def write(article: Article) -> str:
    """Indented JSON with a final newline. Fields that hold their default are written too."""
    return msgspec.json.format(msgspec.json.encode(_whole(article)), indent=2).decode() + "\n"


def _whole(value: object) -> object:
    """Every field of every record, also where `omit_defaults` would leave it out."""
    if isinstance(value, msgspec.Struct):
        return {name: _whole(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        return [_whole(item) for item in value]
    return value
