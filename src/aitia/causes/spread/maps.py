"""Maps of regions as data: places, the links between them, and hypotheses as sets of links.

A place is a region in a layer on a side, such as "upper bulbar left". What the places are and how they are
linked stands in a YAML file; the bundled one is of motor neurons in ALS.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import yaml

from aitia.causes.errors import ModelError
from aitia.causes.tables import nearest

MOST_PLACES = 20
"""The exact engine works on sets of places; there are 2 to the power of their number."""
BACKGROUND = "background"
"""The rate that every hypothesis has: any place is involved of itself."""


class Layer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A layer of the map. `also` holds other words for it that a cohort file may use."""

    name: str = ""
    also: tuple[str, ...] = ()


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A region, at a position along the axis (any unit)."""

    position: float
    also: tuple[str, ...] = ()


class Side(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A side of the body."""

    also: tuple[str, ...] = ()


class Distance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far apart two layers and two sides are, on the scale of the regions' positions."""

    layers: float = 1.0
    sides: float = 1.0


class Link(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_layer": "from", "to_layer": "to"}
):
    """A way for the disease to pass from a layer to a layer.

    regions: which region to which, along the order of the map's regions. only_from_first: passes only from the
    place where the disease began. weight: how its rate compares with that of others that share the parameter.
    """

    from_layer: str
    to_layer: str
    regions: Literal["same", "neighbours", "down", "up", "all"] | list[tuple[str, str]] = "same"
    sides: Literal["same", "other", "any"] = "same"
    only_from_first: bool = False
    weight: float = 1.0


class Hypothesis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The layers in which the disease begins, and for each free rate the links that share it.

    typical: rates per month for simulation when none are given.
    """

    says: str
    begins_in: tuple[str, ...]
    rates: dict[str, tuple[str, ...]]
    typical: dict[str, float] = {}


class Map(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A map of regions, as its YAML file has it."""

    name: str
    layers: dict[str, Layer]
    regions: dict[str, Region]
    links: dict[str, Link]
    hypotheses: dict[str, Hypothesis]
    about: str = ""
    sides: dict[str, Side] = {}
    distance: Distance = Distance()

    @property
    def places(self) -> tuple["Place", ...]:
        """The places in order: their index is their bit in a set of places."""
        return tuple(
            Place(layer, region, side)
            for layer in self.layers
            for region in self.regions
            for side in (tuple(self.sides) or ("",))
        )

    def apart(self, one: "Place", other: "Place") -> float:
        """The distance between two places: along the axis, plus that between layers and between sides."""
        along = abs(self.regions[one.region].position - self.regions[other.region].position)
        return (
            along
            + self.distance.layers * (one.layer != other.layer)
            + self.distance.sides * (one.side != other.side)
        )

    def hypothesis(self, name: str) -> Hypothesis:
        """The hypothesis of that name.

        Raises ModelError, with the nearest name, if there is none.
        """
        if name not in self.hypotheses:
            raise ModelError(
                f"there is no hypothesis {name!r} in the map {self.name!r}: choose from {', '.join(self.hypotheses)}."
                f"{nearest(name, self.hypotheses)}"
            )
        return self.hypotheses[name]


class Place(NamedTuple):
    """A region in a layer on a side; the side is empty in a map without sides."""

    layer: str
    region: str
    side: str

    def __str__(self) -> str:
        return " ".join(part for part in self if part)


def without_sides(chart: Map) -> Map:
    """The map with the sides left out, for cohorts that record none. Links across then join nothing."""
    return msgspec.structs.replace(chart, sides={})


def als() -> Map:
    """The bundled map: upper and lower motor neurons, bulbar, cervical, thoracic and lumbosacral, left and right."""
    return read_map(Path(__file__).with_name("als.yaml"))


def read_map(path: Path) -> Map:
    """The map in a YAML file.

    Raises ModelError, naming the file and the line or field, if it cannot be read or does not hold together.
    """
    return as_map(load_yaml(path), str(path))


def load_yaml(path: Path) -> Any:
    """The content of a YAML file; ModelError names the file and line if it is none."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ModelError(f"{path}: there is no such file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: cannot be read as text: {error}.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise ModelError(
            f"{path}{line}: not valid YAML: {getattr(error, 'problem', None) or error}."
        ) from None


def as_map(content: Any, file: str = "map") -> Map:
    """A map from the content of its file; ModelError names the file and field."""
    if not isinstance(content, dict):
        raise ModelError(
            f"{file}: holds no map. Start from a copy of the one that `aitia model examples` writes."
        )
    try:
        chart = msgspec.convert(content, Map)
    except msgspec.ValidationError as error:
        raise ModelError(f"{file}: {_plain(str(error), content)}") from None
    _check(chart, file)
    return chart


def _plain(message: str, content: dict[str, Any]) -> str:
    complaint, _, path = message.partition(" - at `")
    field = path.rstrip("`").removeprefix("$").removeprefix(".").replace("[...]", ".*") or "the file"
    slip = ""
    if "unknown field" in complaint and field == "the file":
        unknown = complaint.split("`")[1]
        slip = nearest(unknown, [one for one in Map.__struct_fields__ if one not in content])
    return f"{field}: {complaint[0].lower()}{complaint[1:]}.{slip}"


def _check(chart: Map, file: str) -> None:
    def known(word: str, among: Collection[str], field: str, kind: str) -> None:
        if word not in among:
            raise ModelError(
                f"{file}, {field}: {word!r} is not a {kind} of this map ({', '.join(among)}).{nearest(word, among)}"
            )

    for field, members in (
        ("layers", chart.layers),
        ("regions", chart.regions),
        ("hypotheses", chart.hypotheses),
    ):
        if not members:
            raise ModelError(f"{file}, {field}: name at least one.")
    if len(chart.places) < 2:
        raise ModelError(f"{file}: a map needs at least two places.")
    if len(chart.places) > MOST_PLACES:
        raise ModelError(
            f"{file}: {len(chart.places)} places (layers x regions x sides); the exact engine takes up to "
            f"{MOST_PLACES}. "
            "Join regions or leave the sides out."
        )
    for kind, words in (("layers", chart.layers), ("regions", chart.regions), ("sides", chart.sides)):
        seen: dict[str, str] = {}
        for name, member in words.items():
            for word in (name, *member.also):
                if seen.setdefault(word.lower(), name) != name:
                    raise ModelError(
                        f"{file}, {kind}.{name}: {word!r} already stands for {seen[word.lower()]!r}."
                    )
    for name, link in chart.links.items():
        field = f"links.{name}"
        known(link.from_layer, chart.layers, f"{field}.from", "layer")
        known(link.to_layer, chart.layers, f"{field}.to", "layer")
        if not 0 < link.weight < 1e6:
            raise ModelError(f"{file}, {field}.weight: {link.weight:g} must be above 0 and below a million.")
        if not isinstance(link.regions, str):
            for pair in link.regions:
                for region in pair:
                    known(region, chart.regions, f"{field}.regions", "region")
    for name, hypothesis in chart.hypotheses.items():
        field = f"hypotheses.{name}"
        if not hypothesis.begins_in:
            raise ModelError(f"{file}, {field}.begins_in: name at least one layer.")
        for layer in hypothesis.begins_in:
            known(layer, chart.layers, f"{field}.begins_in", "layer")
        for rate, value in hypothesis.typical.items():
            known(rate, (*hypothesis.rates, BACKGROUND), f"{field}.typical", "rate")
            if not 0 <= value < 1e6:
                raise ModelError(f"{file}, {field}.typical.{rate}: {value:g} must be from 0 up, per month.")
        used: dict[str, str] = {}
        for rate, links in hypothesis.rates.items():
            if rate == BACKGROUND:
                raise ModelError(
                    f"{file}, {field}.rates: {BACKGROUND!r} is there of itself; use another name."
                )
            for one in links:
                known(one, chart.links, f"{field}.rates.{rate}", "link")
                if used.setdefault(one, rate) != rate or links.count(one) > 1:
                    raise ModelError(f"{file}, {field}.rates.{rate}: the link {one!r} is used twice.")
