"""Reads a library folder. A mistake in it is told with file, line and field."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from aitia.errors import LibraryError
from aitia.evidence.nouns import Contents, Disagreement, Quantity, Source, Statement, Topic
from aitia.library.format import Card, SourceRecord

Shape = TypeVar("Shape")
FORMAT = 1
_LARGEST_FILE = 64 * 1024 * 1024
_DEEPEST = 200
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")


def files_of(folder: Path) -> list[Path]:
    """The files that make a library, in a fixed order.

    Raises LibraryError if the folder is not a library.
    """
    if not folder.is_dir():
        raise LibraryError(f"there is no library at {folder}: no such folder.")
    if not (folder / "library.yaml").is_file():
        raise LibraryError(
            f"{folder} is not a library: it has no library.yaml. docs/library-format.md shows what it needs."
        )
    names = ("library.yaml", "topics.yaml", "quantities.yaml", "disagreements.yaml")
    present = [folder / name for name in names if (folder / name).is_file()]
    return present + sorted((folder / "sources").glob("*.yaml"))


def fingerprint(files: Sequence[Path]) -> str:
    """A hash of the names and contents of the files: 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise LibraryError(f"{file}: cannot be read: {error.strerror or error}.") from None
        digest.update(f"{file.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def read_library(folder: Path) -> Contents:
    """The whole library.

    Raises LibraryError at the first mistake; `aitia library check` finds them all.
    """
    files_of(folder)
    card = read_file(folder / "library.yaml", Card)
    if card.format != FORMAT:
        raise LibraryError(
            f"{folder / 'library.yaml'}: field format: this version of Aitia reads format {FORMAT}, "
            f"the file has {card.format}."
        )
    sources: list[Source] = []
    statements: list[Statement] = []
    for _, records in read_sources(folder):
        for record in records:
            sources.append(record.source())
            statements += [record.statement(place) for place in range(len(record.statements))]
    contents = Contents(
        name=card.name,
        title=card.title,
        version=card.version,
        updated=card.updated,
        conditions=card.conditions,
        topics=read_file(folder / "topics.yaml", tuple[Topic, ...]),
        sources=tuple(sources),
        statements=tuple(statements),
        quantities=read_if_there(folder / "quantities.yaml", tuple[Quantity, ...]) or (),
        disagreements=read_if_there(folder / "disagreements.yaml", tuple[Disagreement, ...]) or (),
    )
    _refuse_broken_references(folder, contents)
    return contents


def read_sources(folder: Path) -> Iterator[tuple[Path, tuple[SourceRecord, ...]]]:
    """Each file of sources/ with its records."""
    for file in sorted((folder / "sources").glob("*.yaml")):
        yield file, read_file(file, tuple[SourceRecord, ...])


def read_if_there(file: Path, shape: type[Shape]) -> Shape | None:
    """The file's content, or None if the file is absent."""
    return read_file(file, shape) if file.is_file() else None


def read_file(file: Path, shape: type[Shape]) -> Shape:
    """A YAML file as the given shape.

    Raises LibraryError if it cannot be read, is not YAML, or does not have the shape.
    """
    data = read_yaml(file)
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        message, keys = plain_message(error)
        line = line_of(file.read_text(encoding="utf-8"), keys)
        field = ".".join(str(key + 1) if isinstance(key, int) else key for key in keys)
        raise LibraryError(f"{file}, line {line}{', field ' + field if field else ''}: {message}.") from None


def read_yaml(file: Path) -> Any:
    """The plain data in a YAML file; an empty file is an empty list.

    Raises LibraryError if it cannot be read, is not UTF-8, or is not YAML.
    """
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise LibraryError(f"{file}: larger than 64 MiB. Split it into several files.")
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise LibraryError(f"{file}: cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        raise LibraryError(
            f"{file}: is not UTF-8 text (byte {error.start}). Save it with that encoding."
        ) from None
    if _nests_too_deeply(text):
        raise LibraryError(f"{file}: nested too deeply. A library needs five levels at most.")
    try:
        # An alias can make a small file fill the memory; only a file that may hold one is scanned for it.
        if re.search(r"(?:[:-]|[\[,{])\s+\*\w", text) and _has_alias(text):
            raise LibraryError(f"{file}: YAML aliases (*name) are not allowed in a library; write it out.")
        data = yaml.load(text, Loader=SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise LibraryError(f"{file}{_where(error)}: not valid YAML: {_problem(error)}.") from None
    return _without_controls(data) if data is not None else []


def _without_controls(data: Any) -> Any:
    """The data with control characters in its texts as spaces, so that none reaches a terminal or a page."""
    if isinstance(data, str):
        return _CONTROLS.sub(" ", data).strip()
    if isinstance(data, list):
        return [_without_controls(item) for item in data]
    if isinstance(data, dict):
        return {name: _without_controls(value) for name, value in data.items()}
    return data


def plain_message(error: msgspec.ValidationError) -> tuple[str, list[str | int]]:
    """What a schema error says, in plain words, and the keys that lead to the value."""
    message, _, path = str(error).partition(" - at `$")
    keys = _keys(path.rstrip("`"))
    return message.replace("`", "").replace("Object ", "the record "), keys


SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader where it is installed: ten times faster than the one in Python."""


def line_of(text: str, keys: Sequence[str | int]) -> int:
    """The line (from 1) of a value in YAML text, or of the nearest that holds it."""
    node = yaml.compose(text, Loader=SafeLoader)
    for key in keys:
        if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
        elif isinstance(node, yaml.MappingNode):
            found = [value for name, value in node.value if name.value == key]
            if not found:
                break
            node = found[-1]
        else:
            break
    return int(node.start_mark.line) + 1 if node is not None else 1


def _nests_too_deeply(text: str) -> bool:
    """Whether a text may nest so deeply that libyaml, which recurses in C, would bring the process down."""
    depth = 0
    for bracket in re.findall(r"[\[{\]}]", text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        if depth > _DEEPEST:
            return True
    return bool(re.search(rf"(?m)(?:[-?:][ \t]+){{{_DEEPEST}}}|^ {{{4 * _DEEPEST}}}", text))


def _has_alias(text: str) -> bool:
    return any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=SafeLoader))


def _keys(path: str) -> list[str | int]:
    """[3].statements[1].text -> 3, "statements", 1, "text"."""
    return [int(number) if number else name for number, name in re.findall(r"\[(\d+)\]|\.?(\w+)", path)]


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}" if mark is not None else ""


def _problem(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).strip().rstrip(".") or "nested too deeply"


def _refuse_broken_references(folder: Path, contents: Contents) -> None:
    """Raise LibraryError for what would make answers wrong: doubled ids, unknown topics, unknown sources."""
    topics = {topic.id for topic in contents.topics}
    sources = {source.id for source in contents.sources}
    for what, ids in (
        ("topic", [topic.id for topic in contents.topics]),
        ("source", [source.id for source in contents.sources]),
        ("statement", [statement.id for statement in contents.statements]),
    ):
        doubled = {name for name in ids if ids.count(name) > 1} if len(set(ids)) < len(ids) else set()
        if doubled:
            raise LibraryError(
                f"{folder}: the {what} id {sorted(doubled)[0]} is used twice. "
                "Give each its own; `aitia library check` names the lines."
            )
    for statement in contents.statements:
        for topic in statement.topics:
            if topic not in topics:
                raise LibraryError(
                    f"{folder}: statement {statement.id} has the topic {topic}, which topics.yaml lacks. "
                    "Add it there, or mend the spelling; `aitia library check` names the line."
                )
        for source in statement.also:
            if source not in sources:
                raise LibraryError(f"{folder}: statement {statement.id}, field also: no source {source}.")
    statements = {statement.id for statement in contents.statements}
    for entry in contents.topics:
        for name in entry.answer:
            if name not in statements:
                raise LibraryError(
                    f"{folder / 'topics.yaml'}: the answer of topic {entry.id}, {name}, is no statement here."
                )
    for disagreement in contents.disagreements:
        for member in disagreement.members:
            if member.source not in sources or member.statement not in statements:
                raise LibraryError(
                    f"{folder / 'disagreements.yaml'}: {disagreement.id} cites {member.source} and its "
                    f"statement {member.statement}; the library lacks one of them."
                )
