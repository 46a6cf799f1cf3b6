"""Checks a library as an editor would: every finding with its file, its line and what to do."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from aitia.errors import LibraryError
from aitia.evidence.nouns import Disagreement, Quantity, Topic
from aitia.library.format import Card, SourceRecord
from aitia.library.read import SafeLoader, files_of, plain_message, read_file, read_library, read_yaml
from aitia.library.rules import Problem, source_problems, statement_problems, topic_problems, twins


class Finding(Struct, frozen=True, order=True):
    """Something wrong, or doubtful, in a library."""

    file: str
    line: int
    level: str
    """error or warning."""
    rule: str
    message: str


def check(folder: Path) -> list[Finding]:
    """Every finding in a library, in the order of files and lines.

    Raises LibraryError if the folder is no library at all.
    """
    return sorted(_Check(folder).findings())


class _Place:
    """A file with the line of each of its values."""

    def __init__(self, file: Path, folder: Path) -> None:
        self.name = str(file.relative_to(folder))
        try:
            self._root = yaml.compose(file.read_text(encoding="utf-8"), Loader=SafeLoader)
        except (OSError, yaml.YAMLError, UnicodeDecodeError):
            self._root = None

    def line(self, *keys: str | int) -> int:
        """The line of the value that the keys lead to, or of the nearest that holds it."""
        node = self._root
        for key in keys:
            found = _child(node, key)
            if found is None:
                break
            node = found
        return int(node.start_mark.line) + 1 if node is not None else 1

    def doubled_keys(self) -> Iterator[tuple[int, str]]:
        """Keys that a mapping has twice, of which YAML keeps only the last."""
        stack: list[Any] = [self._root] if self._root is not None else []
        while stack:
            node = stack.pop()
            if isinstance(node, yaml.MappingNode):
                seen: set[str] = set()
                for name, value in node.value:
                    if name.value in seen:
                        yield int(name.start_mark.line) + 1, str(name.value)
                    seen.add(name.value)
                    stack.append(value)
            elif isinstance(node, yaml.SequenceNode):
                stack += node.value


def _child(node: Any, key: str | int) -> Any:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        return node.value[key] if key < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in reversed(node.value) if name.value == key), None)
    return None


class _Check:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: list[Finding] = []
        self._topics: dict[str, Topic] = {}
        self._records: list[tuple[_Place, int, SourceRecord]] = []

    def findings(self) -> list[Finding]:
        places = {file: _Place(file, self._folder) for file in files_of(self._folder)}
        for place in places.values():
            for line, key in place.doubled_keys():
                self._add(place, line, "error", "doubled key", f"{key} stands twice; only the last counts")
        self._whole("library.yaml", Card)
        self._read_topics(places)
        for file, place in places.items():
            if file.parent.name == "sources":
                for index, record in self._items(file, place, SourceRecord):
                    self._records.append((place, index, record))
        self._check_ids()
        self._check_records()
        self._check_others(places)
        if not any(finding.level == "error" for finding in self._found):
            self._read_as_asking_does()
        return self._found

    def _read_as_asking_does(self) -> None:
        try:
            read_library(self._folder)
        except LibraryError as error:
            self._found.append(Finding("library.yaml", 1, "error", "cannot be asked", str(error)))

    def _add(self, place: _Place, line: int, level: str, rule: str, message: str) -> None:
        self._found.append(Finding(place.name, line, level, rule, message))

    def _whole(self, name: str, shape: Any) -> Any:
        """A file as one value, or None with a finding."""
        file = self._folder / name
        if not file.is_file():
            self._found.append(Finding(name, 1, "error", "missing file", "the library needs this file"))
            return None
        try:
            return read_file(file, shape)
        except LibraryError as error:
            self._refused(file, error)
            return None

    def _items(self, file: Path, place: _Place, shape: Any) -> Iterator[tuple[int, Any]]:
        """The items of a list file that have the right shape; a finding for each that has not."""
        try:
            data = read_yaml(file)
        except LibraryError as error:
            self._refused(file, error)
            return
        if not isinstance(data, list):
            self._add(place, 1, "error", "schema", "the file must be a list: each item starts with “- ”")
            return
        for index, item in enumerate(data):
            try:
                yield index, msgspec.convert(item, shape)
            except msgspec.ValidationError as error:
                message, keys = plain_message(error)
                self._add(place, place.line(index, *keys), "error", "schema", message)

    def _refused(self, file: Path, error: LibraryError) -> None:
        name = str(file.relative_to(self._folder))
        text = str(error).removeprefix(str(file)).lstrip(", :")
        line = 1
        if text.startswith("line "):
            number, _, text = text.removeprefix("line ").partition(":")
            line = int(number.split(",")[0])
            text = (number.partition(",")[2] + ":" if "," in number else "") + text
        self._found.append(Finding(name, line, "error", "schema", text.strip(" :")))

    def _read_topics(self, places: dict[Path, _Place]) -> None:
        file = self._folder / "topics.yaml"
        if file not in places:
            self._found.append(
                Finding("topics.yaml", 1, "error", "missing file", "the library needs this file")
            )
            return
        place = places[file]
        for index, topic in self._items(file, place, Topic):
            if topic.id in self._topics:
                self._add(
                    place, place.line(index, "id"), "error", "doubled id", f"topic {topic.id} stands twice"
                )
            self._topics[topic.id] = topic
            self._problems(place, (index,), topic_problems(topic))

    def _problems(self, place: _Place, keys: Sequence[str | int], problems: Iterator[Problem]) -> None:
        for problem in problems:
            self._add(place, place.line(*keys, *problem.field), problem.level, problem.rule, problem.message)

    def _check_ids(self) -> None:
        sources: set[str] = set()
        statements: set[str] = set()
        for place, index, record in self._records:
            if record.id in sources:
                self._add(
                    place, place.line(index, "id"), "error", "doubled id", f"source {record.id} stands twice"
                )
            sources.add(record.id)
            for number in range(len(record.statements)):
                name = record.statement(number).id
                if name in statements:
                    line = place.line(index, "statements", number, "id")
                    self._add(place, line, "error", "doubled id", f"statement {name} stands twice")
                statements.add(name)
        self._sources, self._statements = sources, statements

    def _check_records(self) -> None:
        names = [name for topic in self._topics.values() for name in (*topic.synonyms, *topic.narrower)]
        numbered = tuple(name for name in names if re.fullmatch(r"[A-Za-z][\w-]* \d+", name))
        for place, index, record in self._records:
            self._problems(place, (index,), source_problems(record))
            for number in range(len(record.statements)):
                statement = record.statement(number)
                keys = (index, "statements", number)
                self._problems(place, keys, statement_problems(statement, numbered))
                for topic in statement.topics:
                    if topic not in self._topics:
                        line = place.line(*keys, "topics")
                        self._add(place, line, "error", "unknown topic", f"{topic} is not in topics.yaml")
                for source in statement.also:
                    if source not in self._sources:
                        line = place.line(*keys, "also")
                        self._add(place, line, "error", "unknown source", f"{source} is not a source here")
        located = [
            (record.statement(number), (place, index, number))
            for place, index, record in self._records
            for number in range(len(record.statements))
        ]
        for one, other in twins([statement for statement, _ in located]):
            place, index, number = located[one][1]
            self._add(
                place,
                place.line(index, "statements", number),
                "warning",
                "near duplicate",
                f"{located[one][0].id} says nearly the same as {located[other][0].id}: "
                "keep the better one and cite the other's source under also",
            )
        used = Counter(topic for statement, _ in located for topic in statement.topics)
        for topic in self._topics:
            if not used[topic]:
                self._found.append(
                    Finding("topics.yaml", 1, "warning", "unused topic", f"no statement is on {topic}")
                )

    def _check_others(self, places: dict[Path, _Place]) -> None:
        for name, shape in (("quantities.yaml", Quantity), ("disagreements.yaml", Disagreement)):
            file = self._folder / name
            if file not in places:
                continue
            place = places[file]
            for index, item in self._items(file, place, shape):
                if isinstance(item, Disagreement):
                    self._check_disagreement(place, index, item)

    def _check_disagreement(self, place: _Place, index: int, disagreement: Disagreement) -> None:
        for topic in disagreement.topics:
            if topic not in self._topics:
                line = place.line(index, "topics")
                self._add(place, line, "error", "unknown topic", f"{topic} is not in topics.yaml")
        for number, member in enumerate(disagreement.members):
            line = place.line(index, "members", number)
            if member.source not in self._sources:
                self._add(place, line, "error", "unknown source", f"{member.source} is not a source here")
            if member.statement not in self._statements:
                self._add(
                    place, line, "error", "unknown statement", f"{member.statement} is not a statement here"
                )
