"""A report as one self-contained HTML page: words, equations (MathML), tables, figures and provenance."""

import base64
from collections.abc import Sequence
from html import escape

import msgspec

from aitia.causes.provenance import Provenance
from aitia.causes.tables import Record, columns, show


class Heading(msgspec.Struct, frozen=True):
    """A heading of the page's second level."""

    text: str


class Words(msgspec.Struct, frozen=True):
    """A paragraph; or a list, if there are several lines."""

    lines: tuple[str, ...]


class Caution(msgspec.Struct, frozen=True):
    """What a reader must know before using a number; several points make a list under the text."""

    text: str
    points: tuple[str, ...] = ()


class Equation(msgspec.Struct, frozen=True):
    """An equation in MathML (made with `aitia.causes.mathml`), and what it says in words."""

    mathml: str
    words: str = ""


class Table(msgspec.Struct, frozen=True):
    """Records, with a caption; `titles` renames columns, `digits` are significant digits."""

    caption: str
    records: Sequence[Record]
    titles: dict[str, str] = {}
    digits: int = 4


class Figure(msgspec.Struct, frozen=True):
    """A picture: an SVG document, or a PNG's bytes. `words` describe it to someone who cannot see it."""

    picture: str | bytes
    caption: str
    words: str = ""


Block = Heading | Words | Caution | Equation | Table | Figure


def words(*lines: str) -> Words:
    """A paragraph, or a list of several."""
    return Words(lines)


def page(title: str, lead: str, blocks: Sequence[Block], source: Provenance) -> str:
    """The HTML document. It asks nothing of any other address and has no script."""
    count = {"table": 0, "figure": 0, "equation": 0}
    body = "\n".join(_block(one, count) for one in blocks)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(title)}</h1>\n<p class="lead">{escape(lead)}</p>\n{body}\n{_provenance(source)}\n'
        "</main>\n</body>\n</html>\n"
    )


def _block(block: Block, count: dict[str, int]) -> str:
    match block:
        case Heading(text):
            return f"<h2>{escape(text)}</h2>"
        case Words((line,)):
            return f"<p>{escape(line)}</p>"
        case Words(lines):
            return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
        case Caution(text, points):
            listed = (
                "<ul>" + "".join(f"<li>{escape(point)}</li>" for point in points) + "</ul>" if points else ""
            )
            return f'<div class="caution" role="note">{escape(text)}{listed}</div>'
        case Equation(mathml, said):
            count["equation"] += 1
            note = f"<p>{escape(said)}</p>" if said else ""
            return (
                f'<div class="equation"><div><math display="block">{mathml}</math>'
                f"<span>({count['equation']})</span></div>{note}</div>"
            )
        case Table():
            count["table"] += 1
            return _table(block, count["table"])
        case Figure(picture, caption, said):
            count["figure"] += 1
            return (
                f"<figure>{_picture(picture, said or caption)}"
                f"<figcaption><b>Figure {count['figure']}.</b> {escape(caption)}</figcaption></figure>"
            )


def _table(table: Table, number: int) -> str:
    fields = columns(table.records)
    numeric = {
        field: all(not isinstance(record.get(field), str) for record in table.records) for field in fields
    }
    head = "".join(
        f'<th scope="col"{_side(numeric[field])}>{escape(table.titles.get(field, field.replace("_", " ")))}</th>'
        for field in fields
    )
    rows = "".join(
        "<tr>"
        + "".join(_cell(show(record.get(field), table.digits), numeric[field]) for field in fields)
        + "</tr>\n"
        for record in table.records
    )
    return (
        f'<div class="scroll"><table><caption><b>Table {number}.</b> {escape(table.caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>"
    )


def _cell(shown: str, numeric: bool) -> str:
    # What is short stays on one line, so that an interval is not torn from its estimate.
    kind = ' class="n"' if numeric else ' class="k"' if len(shown) <= 28 else ""
    return f"<td{kind}>{escape(shown)}</td>"


def _side(numeric: bool) -> str:
    return ' class="n"' if numeric else ""


def _picture(picture: str | bytes, said: str) -> str:
    kind, content = ("svg+xml", picture.encode()) if isinstance(picture, str) else ("png", picture)
    return f'<img alt="{escape(said)}" src="data:image/{kind};base64,{base64.b64encode(content).decode()}">'


def _provenance(source: Provenance) -> str:
    lines: list[tuple[str, str]] = [("Command", source.command)]
    if source.data is not None:
        lines.append(("Data", source.data))
    if source.data_sha256 is not None:
        lines.append(("SHA-256 of the data", source.data_sha256))
    if source.seed is not None:
        lines.append(("Seed", str(source.seed)))
    lines += [
        (name, ", ".join(map(str, value)) if isinstance(value, list) else show(value))
        for name, value in source.parameters.items()
    ]
    lines.append(("Made at", source.made_at))
    versions = {"aitia": source.aitia, "python": source.python, **source.libraries}
    lines.append(("Versions", ", ".join(f"{name} {version}" for name, version in versions.items())))
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in lines)
    return f'<section class="provenance"><h2>How this was made</h2><dl>{rows}</dl></section>'


_STYLE = """
:root{--ink:#1b1f24;--soft:#5a6470;--line:#d5dae0;--accent:#0b5c8a;--caution:#fff6e0;--edge:#c98a00}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:var(--ink);font:16px/1.55 "Source Serif 4",Georgia,"Times New Roman",serif}
main{max-width:52rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1,h2,table,figcaption,.caution,.provenance,.lead{font-family:"Source Sans 3","Helvetica Neue",Arial,sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4rem}
h2{font-size:1.2rem;margin:2.2rem 0 .5rem;color:var(--accent)}
.lead{font-size:1.1rem;color:var(--soft);margin:0 0 1.5rem}
p{margin:.6rem 0}ul{padding-left:1.3rem}li{margin:.3rem 0}
.caution{background:var(--caution);border-left:4px solid var(--edge);padding:.6rem .9rem;font-size:.93rem}
.caution{margin:.8rem 0}
.caution ul{margin:.3rem 0 0}
.equation{margin:1rem 0}.equation>div{display:flex;align-items:center}
.equation math{flex:1;font-size:1.15rem}.equation span{color:var(--soft)}
.equation p{color:var(--soft);font-size:.95rem;margin:.2rem 0}
.scroll{overflow-x:auto;margin:1.2rem 0}
table{border-collapse:collapse;width:100%;font-size:.86rem;font-variant-numeric:tabular-nums;
border-top:2px solid var(--ink);border-bottom:2px solid var(--ink)}
caption{text-align:left;padding:0 0 .5rem;font-size:.92rem}
th,td{text-align:left;padding:.3rem .55rem;vertical-align:top}
th{border-bottom:1px solid var(--ink);font-weight:600;vertical-align:bottom}
tbody tr+tr td{border-top:1px solid var(--line)}
.n{text-align:right}.n,.k{white-space:nowrap}
th.n{white-space:normal}
figure{margin:1.5rem 0}figure img{width:100%;height:auto}
figcaption{font-size:.92rem;margin-top:.3rem}
.provenance{margin-top:3rem;border-top:1px solid var(--line);font-size:.85rem;color:var(--soft)}
.provenance h2{font-size:1rem;margin-top:1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0}
dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.95em}
@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{main{max-width:none;padding:0}h2{break-after:avoid}figure,table,.equation{break-inside:avoid}}
"""
