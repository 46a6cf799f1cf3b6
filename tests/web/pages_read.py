"""What every page must be: tags closed in order, fields labelled, one heading, no place for a script to hide."""

from collections import Counter
from html.parser import HTMLParser

_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
        "path",
        "circle",
        "line",
        "rect",
    ]
)
_REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
_FIELDS = frozenset({"input", "select", "textarea"})


def faults(page: str) -> list[str]:
    """What is wrong with a page, a line each."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.faults()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self._found: list[str] = []
        self._ids: Counter[str] = Counter()
        self._referred: list[tuple[str, str]] = []
        self._labelled: set[str] = set()
        self._fields: list[str] = []
        self._headings: list[int] = []
        self._in_label = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) < len(attrs):
            self._found.append(f"an attribute twice on <{tag}>")
        for name in given:
            if name == "style" or name.startswith("on") or name.startswith("hx-on"):
                self._found.append(f"{name} on <{tag}>")
        if tag == "style" or (tag == "script" and "src" not in given):
            self._found.append(f"an inline <{tag}>")
        for name in ("src", "href", "action"):
            value = given.get(name, "").strip().lower()
            if name != "href" and value and not value.startswith("/"):
                self._found.append(f"{name} leads elsewhere: {value}")
            if value.startswith(("javascript:", "data:", "vbscript:")):
                self._found.append(f"{name}: {value}")
        if "id" in given:
            self._ids[given["id"]] += 1
        for name in _REFERRING:
            self._referred += [(name, one) for one in given.get(name, "").split()]
        if tag == "label":
            self._in_label += 1
            self._labelled.add(given.get("for", ""))
        is_named = bool(self._in_label) or "aria-label" in given or given.get("type") in ("hidden", "submit")
        if tag in _FIELDS and not is_named:
            self._fields.append(given.get("id", ""))
        if tag == "img" and "alt" not in given:
            self._found.append("an image without words")
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._headings.append(int(tag[1]))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if tag == "label":
            self._in_label -= 1
        if not self._open or self._open[-1] != tag:
            self._found.append(
                f"</{tag}> closes <{self._open[-1] if self._open else 'nothing'}> at {self.getpos()}"
            )
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def faults(self) -> list[str]:
        found = self._found + [f"<{tag}> is never closed" for tag in self._open]
        found += [f"id {name} stands {count} times" for name, count in self._ids.items() if count > 1]
        found += [
            f"{name} names {one}, which is not there" for name, one in self._referred if not self._ids[one]
        ]
        found += [
            f"field {name or '(no id)'} has no label" for name in self._fields if name not in self._labelled
        ]
        if self._headings.count(1) != 1:
            found.append(f"{self._headings.count(1)} headings of the first order")
        for above, below in zip(self._headings, self._headings[1:], strict=False):
            if below > above + 1:
                found.append(f"heading {below} follows heading {above}")
        return found
