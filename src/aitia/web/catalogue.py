"""What a curated library holds, by id: sources with their statements, and what is said of both."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from msgspec import Struct

from aitia.documents import DocumentLibrary
from aitia.evidence.nouns import Disagreement, Kind, Source, Standing, Statement, Topic
from aitia.library.store.browsing import Counts
from aitia.service import Library


class Catalogue(Struct, frozen=True):
    """Look-up tables of a curated library."""

    sources: Mapping[str, Source]
    """In the order of their ids."""
    statements: Mapping[str, Statement]
    by_source: Mapping[str, tuple[Statement, ...]]
    """By the source's id, the statements that rest on it."""
    also_by: Mapping[str, tuple[Statement, ...]]
    """By the source's id, the statements of other sources that it says too."""
    disagreements: Mapping[str, tuple[Disagreement, ...]]
    """By the statement's id, the disagreements that it takes part in."""
    topics: Mapping[str, Topic]
    counts: Counts


def curated_of(library: Library | DocumentLibrary | None) -> Library | None:
    """What editors wrote in a library, if anything."""
    return library.curated if isinstance(library, DocumentLibrary) else library


def catalogue_of(library: Library | DocumentLibrary) -> Catalogue | None:
    """The catalogue of what editors wrote in a library, if anything."""
    curated = curated_of(library)
    return None if curated is None else catalogue(curated)


_made: WeakKeyDictionary[Library, Catalogue] = WeakKeyDictionary()


def catalogue(library: Library) -> Catalogue:
    """The catalogue of a library, made once."""
    found = _made.get(library)
    if found is None:
        found = _made[library] = _of(library)
    return found


def _of(library: Library) -> Catalogue:
    contents = library.contents
    by_source: dict[str, list[Statement]] = defaultdict(list)
    also_by: dict[str, list[Statement]] = defaultdict(list)
    disagreements: dict[str, list[Disagreement]] = defaultdict(list)
    for statement in contents.statements:
        by_source[statement.source_id].append(statement)
        for other in statement.also:
            also_by[other].append(statement)
    for disagreement in contents.disagreements:
        for name in dict.fromkeys(member.statement for member in disagreement.members):
            disagreements[name].append(disagreement)
    kinds = Counter(source.kind for source in contents.sources)
    standings = Counter(source.standing for source in contents.sources)
    return Catalogue(
        {source.id: source for source in sorted(contents.sources, key=lambda source: source.id)},
        {statement.id: statement for statement in contents.statements},
        {name: tuple(some) for name, some in by_source.items()},
        {name: tuple(some) for name, some in also_by.items()},
        {name: tuple(some) for name, some in disagreements.items()},
        {topic.id: topic for topic in contents.topics},
        Counts(
            dict(sorted(kinds.items(), key=lambda one: (-one[1], one[0]))),
            {one: standings[one] for one in Standing if standings[one]},
            len(contents.sources),
        ),
    )


def chosen(held: Catalogue, kind: Kind | None, standing: Standing | None) -> list[Source]:
    """The sources of a kind and a standing."""
    return [
        source
        for source in held.sources.values()
        if kind in (None, source.kind) and standing in (None, source.standing)
    ]
