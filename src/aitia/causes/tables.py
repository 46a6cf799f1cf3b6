"""Tables in and out: CSV with the line and field in every complaint; records as CSV, JSON and text."""

import csv
import difflib
import io
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from aitia.causes.errors import ModelError

Value = str | int | float | bool | None
Record = Mapping[str, Value]


class Row(msgspec.Struct, frozen=True):
    """A row of a CSV file: where it stands, and its fields as text, stripped."""

    file: str
    line: int
    fields: dict[str, str]

    def error(self, field: str | None, complaint: str) -> ModelError:
        """An error that names this row."""
        where = f"{self.file}, line {self.line}" + (f", field {field!r}" if field else "")
        return ModelError(f"{where}: {complaint}")

    def number(self, field: str, *, least: float = 0.0, most: float = math.inf) -> float | None:
        """The number in a field; None if the field is absent or empty.

        Raises ModelError if it is not a finite number, or not from `least` to `most`.
        """
        text = self.fields.get(field, "")
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            raise self.error(field, f"{text!r} is not a number. Write digits, as in 1250 or 0.34.") from None
        if not math.isfinite(number):
            raise self.error(
                field, f"{text!r} is not a number that can be used. Leave the row out if it is unknown."
            )
        if not least <= number <= most:
            bounds = f"at least {least:g}" if most == math.inf else f"from {least:g} to {most:g}"
            raise self.error(field, f"{text} must be {bounds}.")
        return number


def read_csv(
    content: Path | str, *, required: Collection[str], optional: Collection[str] = (), name: str = "data"
) -> list[Row]:
    """The rows of a CSV file (or of its text, then called `name`); lines that start with # are remarks.

    Column names are matched without regard to case; columns beyond the named ones are passed over, unless their name is
    a slip for a named one that is absent.

    Raises ModelError if the file cannot be read, a column is missing, or a line has too many or too few fields.
    """
    if isinstance(content, Path):
        name, text = str(content), _text(content)
    else:
        text = content
    known = (*required, *optional)
    rows: list[Row] = []
    header: list[str] | None = None
    for line, cells in _lines(text, name):
        if header is None:
            header = _header(cells, known, required, f"{name}, line {line}")
            continue
        if len(cells) != len(header):
            raise ModelError(
                f"{name}, line {line}: {len(cells)} fields, where the header has {len(header)}. "
                "Check for a missing or extra comma, or quote a text that holds one."
            )
        rows.append(Row(name, line, dict(zip(header, cells, strict=True))))
    if header is None or not rows:
        raise ModelError(
            f"{name}: holds no rows. Expected a header ({', '.join(required)}, ...) and one row a line."
        )
    return rows


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ModelError(f"{path}: there is no such file.") from None
    except UnicodeDecodeError:
        raise ModelError(f"{path}: is not text in UTF-8. Save it as CSV (UTF-8).") from None
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}.") from None
    if "\0" in text:
        raise ModelError(f"{path}: is not a CSV file (it holds bytes that no text has).")
    return text


def _lines(text: str, name: str) -> list[tuple[int, list[str]]]:
    head = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    # A spreadsheet in much of Europe separates by semicolons.
    comma = ";" if head.count(";") > head.count(",") else "\t" if head.count("\t") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True)
    lines: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            if cells and any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
                lines.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise ModelError(f"{name}, line {reader.line_num}: {error}. Check the quotation marks.") from None
    return lines


def _header(cells: Sequence[str], known: Sequence[str], required: Collection[str], where: str) -> list[str]:
    names = [cell.lower().replace(" ", "_").replace("-", "_") for cell in cells]
    doubled = sorted({one for one in names if names.count(one) > 1})
    if doubled:
        raise ModelError(f"{where}: the column {doubled[0]!r} stands there twice. Remove or rename one.")
    for missing in (one for one in known if one not in names):
        others = [one for one in names if one not in known]
        slip = difflib.get_close_matches(missing, others, 1, 0.7)
        if slip:
            written = cells[names.index(slip[0])]
            raise ModelError(f"{where}: there is a column {written!r}; did you mean {missing!r}?")
        if missing in required:
            raise ModelError(
                f"{where}: there is no column {missing!r}. The columns are {', '.join(repr(cell) for cell in cells)}."
            )
    return names


def nearest(word: str, known: Collection[str]) -> str:
    """' Did you mean ...?' with the nearest known word, or nothing."""
    found = difflib.get_close_matches(word.lower(), sorted(known), 1, 0.6)
    return f" Did you mean {found[0]!r}?" if found else ""


def as_csv(records: Sequence[Record]) -> str:
    """Records as CSV with a header; what is unknown stays empty."""
    fields = columns(records)
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows([_exact(record.get(field)) for field in fields] for record in records)
    return sheet.getvalue()


def as_json(content: object) -> str:
    """A noun, or records, as indented JSON; what is unknown is null."""
    return (
        msgspec.json.format(msgspec.json.encode(_checked(msgspec.to_builtins(content))), indent=2).decode()
        + "\n"
    )


def as_text(records: Sequence[Record]) -> str:
    """Records as a table for a terminal, numbers at the right and to four significant digits."""
    fields = columns(records)
    shown = [[show(record.get(field)) for field in fields] for record in records]
    right = [all(not isinstance(record.get(field), str) for record in records) for field in fields]
    titles = [field.replace("_", " ") for field in fields]
    widths = [max(len(title), *(len(row[at]) for row in shown)) for at, title in enumerate(titles)]
    lines = []
    for row in (titles, *shown):
        cells = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def columns(records: Sequence[Record]) -> list[str]:
    """The fields of all records, in the order in which they first appear."""
    return list(dict.fromkeys(field for record in records for field in record))


def show(value: Value, digits: int = 4) -> str:
    """A value for a person: numbers to some significant digits, a dash for what is unknown."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        _finite(value)
        if value == 0:
            return "0"
        if value == round(value) and 10**digits <= abs(value) < 1e9:
            return f"{value:,.0f}"
        if not 1e-4 <= abs(value) < 10**digits:
            return f"{value:,.0f}" if 10**digits <= abs(value) < 1e7 else f"{value:.{digits - 1}e}"
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        text = f"{value:.{decimals}f}"
        return text.rstrip("0").rstrip(".") if value == round(value) else text
    return f"{value:,}" if isinstance(value, int) else value


def _exact(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(_finite(value))
    return str(value)


def _finite(number: float) -> float:
    # An unknown number is None; nan and infinity are a fault in the model, and must not reach a reader.
    if not math.isfinite(number):
        raise ValueError(f"a result is {number}, which no table may show")
    return number


def _checked(content: object) -> object:
    if isinstance(content, float):
        return _finite(content)
    if isinstance(content, dict):
        return {key: _checked(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_checked(value) for value in content]
    return content
