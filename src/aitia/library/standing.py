"""Whether a source may still be relied on, from the notices about it.

A retraction, an expression of concern, a supersession and a correction are four things (NISO RP-45-2024, CREC).
A source has the gravest standing that any notice gives it, and each notice is kept.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from aitia.evidence.nouns import Standing
from aitia.library.document import Notice, NoticeKind

_GRAVEST_FIRST = (
    (NoticeKind.RETRACTION, Standing.RETRACTED),
    (NoticeKind.CONCERN, Standing.CONCERN),
    (NoticeKind.SUPERSESSION, Standing.SUPERSEDED),
    (NoticeKind.CORRECTION, Standing.CORRECTED),
)


class Judgement(Struct, frozen=True):
    """A standing and the notice that it rests on."""

    standing: Standing
    notice: Notice | None = None


class Notices:
    """The notices that a library knows, by the work that they are about."""

    def __init__(self, known: Iterable[Notice] = ()) -> None:
        self._about: dict[str, list[Notice]] = {}
        for notice in known:
            self.add(notice)

    def add(self, notice: Notice) -> bool:
        """Take a notice in; False if it was known."""
        told = self._about.setdefault(notice.about, [])
        if any((one.kind, one.by or "") == (notice.kind, notice.by or "") for one in told):
            return False
        told.append(notice)
        return True

    def about(self, work: str) -> list[Notice]:
        """What is known about a work, named as in `Notice`."""
        return self._about.get(work, [])


def gravest(one: Standing, other: Standing) -> Standing:
    """The graver of two standings."""
    order = [standing for _, standing in _GRAVEST_FIRST] + [Standing.CURRENT]
    return min(one, other, key=order.index)


def names_of(ids: Mapping[str, str]) -> list[str]:
    """The names that notices use for a work with these identifiers."""
    return [f"{scheme}:{ids[scheme]}" for scheme in ("pmid", "doi", "pmcid") if ids.get(scheme)]


def standing_of(names: Iterable[str], notices: Notices) -> Judgement:
    """The standing of the work with these names."""
    told = [notice for name in names for notice in notices.about(name)]
    for kind, standing in _GRAVEST_FIRST:
        for notice in told:
            if notice.kind is kind:
                return Judgement(standing, notice)
    return Judgement(Standing.CURRENT)
