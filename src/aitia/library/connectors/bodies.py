"""What services send: JSON objects, XML, and abstracts with markup."""

import json
import re
from typing import Any

from lxml import etree

from aitia.library.connectors.fetch import Reply, Unfit
from aitia.library.document import Block
from aitia.library.readers.xml import parse, plain


def json_object(reply: Reply) -> dict[str, Any]:
    """The JSON object of an answer. Raises Unfit."""
    try:
        # NCBI lets control characters through into strings.
        found = json.loads(reply.data, strict=False)
    except (ValueError, RecursionError):
        raise Unfit("sent what is not JSON") from None
    if not isinstance(found, dict):
        raise Unfit("sent JSON that is no object")
    return found


def xml_root(reply: Reply, end: bytes | None = None) -> etree._Element:
    """The outermost element of an answer. Raises Unfit.

    XML that is whole, because it ends with `end`, and has a fault inside is accepted: of a hundred records one may be
    broken, or a sign be written as an entity of HTML, and the reader knows what to do with it.
    """
    try:
        return parse(reply.data)
    except etree.XMLSyntaxError as error:
        if end is not None and reply.data.rstrip().endswith(end):
            forgiving = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
            root: etree._Element | None = etree.fromstring(reply.data, forgiving)
            if root is not None:
                return root
        raise Unfit(f"sent XML that is broken ({str(error)[:80]})") from None


# Signs of Unicode's private area, which no abstract has once they are taken out of it.
_BREAK, _HEADING = "\ue000", "\ue001"
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\ue000\ue001]")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = frozenset(("p", "div", "ul", "ol", "li", "list", "list-item", "table", "tr"))


def abstract(markup: str) -> tuple[Block, ...]:
    """The paragraphs of an abstract in the tags of JATS (Crossref) or HTML (Europe PMC), each under its heading."""
    markup = re.sub(r"<(/?)(?:jats:)?title\b", r"<\1h4", _NO_TEXT.sub("", markup))
    markup = re.sub(r"<(/?)(?:jats:)?(?:sec|abstract)\b", r"<\1div", markup)
    markup = re.sub(r"<(/?)jats:", r"<\1", markup)
    if not markup.strip():
        return ()
    # HTML's parser forgives a bare "<" or "&", which abstracts are full of.
    root = etree.fromstring(f"<div>{markup}</div>", etree.HTMLParser(no_network=True, remove_comments=True))
    if root is None:
        return ()
    for element in root.iter(*_HEADINGS, *_BLOCKS):
        start = _BREAK + _HEADING if element.tag in _HEADINGS else _BREAK
        element.text = start + (element.text or "")
        element.tail = _BREAK + (element.tail or "")
    blocks: list[Block] = []
    section: str | None = None
    for part in plain(root).split(_BREAK):
        text = part.strip()
        if text.startswith(_HEADING):
            heading = text[1:].strip().rstrip(" :.")
            section = None if heading.casefold() in ("", "abstract", "summary") else heading
        elif text:
            blocks.append(Block(text, section))
    return tuple(blocks)
