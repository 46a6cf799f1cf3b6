"""Maps are data: what a file may say, and what is told of one that cannot be."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from aitia.causes.errors import ModelError
from aitia.causes.spread.links import link_edges, set_rates, wiring
from aitia.causes.spread.maps import als, as_map, read_map, without_sides

from .small import CONTENT, chart


def test_the_bundled_map_has_two_layers_of_four_regions_on_two_sides() -> None:
    places = als().places
    assert len(places) == 16
    assert {place.layer for place in places} == {"upper", "lower"}
    assert list(dict.fromkeys(place.region for place in places)) == [
        "bulbar",
        "cervical",
        "thoracic",
        "lumbosacral",
    ]
    assert {place.side for place in places} == {"left", "right"}


def edges(hypothesis: str, rate: str) -> set[tuple[str, str]]:
    wired = wiring(als(), hypothesis)
    at = wired.rates.index(rate)
    return {
        (str(wired.places[i]), str(wired.places[j]))
        for i, j in np.argwhere(wired.contact[at] + wired.outside[at])
    }


def test_hypotheses_are_the_edge_sets_of_the_field() -> None:
    down = {
        (f"upper {region} {side}", f"lower {region} {side}")
        for region in als().regions
        for side in ("left", "right")
    }
    assert edges("dying-forward", "coupling") == down
    assert edges("dying-back", "coupling") == {(two, one) for one, two in down}
    assert edges("independent", "focus") == down | {(two, one) for one, two in down}
    contiguous = edges("dying-forward", "contiguous")
    assert contiguous == edges("dying-back", "contiguous") == edges("independent", "contiguous")
    assert ("lower cervical left", "lower thoracic left") in contiguous
    assert not any(one.split()[0] != two.split()[0] for one, two in contiguous)
    assert ("lower bulbar left", "lower lumbosacral left") not in contiguous
    # Corticofugal: nothing passes between lower motor neurons.
    assert not any(
        one.startswith("lower") for rate in ("contiguous", "across") for one, _ in edges("corticofugal", rate)
    )


def test_the_focus_passes_only_from_where_the_disease_began() -> None:
    wired = wiring(als(), "independent")
    focus = wired.rates.index("focus")
    assert not wired.contact[focus].any()
    assert wired.outside[focus].sum() == 16


def test_without_sides_links_across_are_gone() -> None:
    plain = without_sides(als())
    assert len(plain.places) == 8
    assert "across" not in wiring(plain, "independent").rates


def test_distance_adds_axis_layer_and_side() -> None:
    places = als().places
    one = next(place for place in places if str(place) == "upper bulbar left")
    other = next(place for place in places if str(place) == "lower thoracic right")
    assert als().apart(one, other) == 2 + 4 + 1


def test_another_diseases_map_needs_no_code() -> None:
    stages = as_map(
        {
            "name": "stages",
            "layers": {"brain": {}},
            "regions": {"gut": {"position": 0}, "stem": {"position": 1}, "cortex": {"position": 2}},
            "links": {
                "vagus": {"from": "brain", "to": "brain", "regions": [["gut", "stem"]]},
                "rest": {"from": "brain", "to": "brain", "regions": "up", "weight": 2},
            },
            "hypotheses": {
                "body-first": {
                    "says": "From the gut.",
                    "begins_in": ["brain"],
                    "rates": {"climb": ["vagus", "rest"]},
                }
            },
        }
    )
    contact = wiring(stages, "body-first").contact[0]
    assert contact.tolist() == [[0, 1, 0], [2, 0, 0], [0, 2, 0]]


def test_weights_and_sides_of_links() -> None:
    bundled = als()
    link = bundled.links["across-lower"]
    assert link_edges(bundled, link).sum() == 8


def broken(**changes: Any) -> dict[str, Any]:
    content = copy.deepcopy(CONTENT)
    for path, value in changes.items():
        target: Any = content
        *parents, last = path.split("__")
        for parent in parents:
            target = target[parent]
        target[last] = value
    return content


BROKEN = [
    (
        broken(links__forward={"from": "top", "to": "lowr"}),
        "links.forward.to: 'lowr' is not a layer",
        "'low'",
    ),
    (broken(links__forward={"from": "top"}), "links", "to"),
    (broken(links__forward={"from": "top", "to": "low", "weight": -1}), "links.forward.weight", "above 0"),
    (
        broken(links__forward={"from": "top", "to": "low", "regions": [["head", "fot"]]}),
        "'fot' is not a region",
        "'foot'",
    ),
    (broken(links__forward={"from": "top", "to": "low", "regions": "sideways"}), "links", "sideways"),
    (broken(hypotheses__forward__rates={"along": ["forwrd"]}), "'forwrd' is not a link", "'forward'"),
    (
        broken(hypotheses__forward__rates={"a": ["forward"], "b": ["forward"]}),
        "hypotheses.forward.rates.b",
        "twice",
    ),
    (broken(hypotheses__forward__rates={"background": ["forward"]}), "hypotheses.forward.rates", "of itself"),
    (broken(hypotheses__forward__begins_in=[]), "hypotheses.forward.begins_in", "at least one"),
    (broken(hypotheses__forward__begins_in=["tp"]), "'tp' is not a layer", "'top'"),
    (broken(hypotheses__forward__typical={"along": -1}), "hypotheses.forward.typical.along", "from 0 up"),
    (broken(layers={}), "layers", "at least one"),
    (broken(layers={"top": {}}, regions={"head": {"position": 0}}), "at least two places", ""),
    (broken(layers={"top": {"also": ["low"]}, "low": {}}), "layers.low", "already stands for 'top'"),
    (broken(regions={f"r{at}": {"position": at} for at in range(11)}), "22 places", "20"),
    (broken(region={}), "unknown field", "region"),
    (broken(regions={"head": {"position": "up"}}), "regions", "float"),
    ([], "holds no map", "examples"),
]


@pytest.mark.parametrize(("content", "said", "hint"), BROKEN)
def test_a_map_that_does_not_hold_together_is_told(content: Any, said: str, hint: str) -> None:
    with pytest.raises(ModelError) as told:
        as_map(content, "map.yaml")
    assert str(told.value).startswith("map.yaml")
    assert said in str(told.value)
    assert hint in str(told.value)


def test_a_file_that_is_no_map_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        read_map(tmp_path / "none.yaml")
    file = tmp_path / "map.yaml"
    file.write_text("name: [", encoding="utf-8")
    with pytest.raises(ModelError, match="line 1: not valid YAML"):
        read_map(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match="cannot be read as text"):
        read_map(file)
    file.write_text(yaml.safe_dump(CONTENT), encoding="utf-8")
    assert read_map(file) == chart()


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ({"along": 1.0, "coupling": 1.0}, "also needs background"),
        ({"along": 1.0, "coupling": -1.0, "background": 0.0}, "from 0 up"),
        ({"along": 1.0, "couplng": 1.0, "background": 0.0}, "Did you mean 'coupling'"),
        ({"along": float("nan"), "coupling": 1.0, "background": 0.0}, "from 0 up"),
        ({"along": 0.0, "coupling": 0.0, "background": 0.0}, "all are 0"),
    ],
)
def test_rates_that_cannot_be_are_told(rates: dict[str, float], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        set_rates(wiring(chart(), "forward"), rates)


def test_an_unknown_hypothesis_gets_the_nearest_name() -> None:
    with pytest.raises(ModelError, match="Did you mean 'dying-back'"):
        wiring(als(), "dying-bak")
