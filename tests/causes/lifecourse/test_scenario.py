"""A scenario file with a mistake is told with file, line and field, in a sentence."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitia.causes import lifecourse
from aitia.causes.errors import ModelError
from tests.causes.lifecourse import scenarios

EXPOSURE = "exposures: [{name: x, prevalence: 0.5, ages: [20, 40], speeds: [{step: 1, times: 2}]}]\n"
ONSET = "onset: {steps: 6, rate: 0.0156540}"
MORTALITY = "mortality: {gompertz: {at_birth: 3e-5, growth: 0.1}}"


def refused(old: str, new: str, says: str) -> None:
    text = scenarios.PLAIN.replace(old, new) if old else scenarios.PLAIN + new
    with pytest.raises(ModelError, match=says) as caught:
        lifecourse.scenario_of(text, "study.yaml")
    message = str(caught.value)
    assert message.startswith("study.yaml")
    assert "\n" not in message
    assert "nan" not in message.lower().split()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("steps: 6", "steps: 0", "line 4, field onset.steps: must be at least 1, not 0"),
        ("steps: 6", "steps: 200", "line 4, field onset.steps: must be at most 60, not 200"),
        ("rate: 0.0156540", "rate: -1", "line 4, field onset.rate: must be above 0"),
        ("rate: 0.0156540", "rate: .nan", "field onset.rate: must be above 0"),
        ("rate: 0.0156540", "rate: .inf", "field onset.rate: must be at most"),
        ("rate: 0.0156540", "rates: [1, 2]", "2 rates for 6 steps. Give one for each"),
        (", rate: 0.0156540", "", "give either rate"),
        ("rate: 0.0156540", "rate: quick", "Expected float"),
        ("rate: 0.0156540", "rate: 1, lineages: 0.5", "field onset.lineages: must be at least 1"),
        ("onset:", "onsett:", "no field 'onsett' here. Did you mean 'onset'"),
        (ONSET, "", "the field 'onset' is missing"),
        ("format: 1", "format: 2", "field format"),
        ("at_birth: 3e-5", "at_birth: 0", "field mortality.gompertz.at_birth: must be above 0"),
        (MORTALITY, "mortality: {}", "field mortality: give either gompertz or table"),
        (MORTALITY, "mortality: {table: [[1, 0.1]]}", "ages must start at 0"),
        (MORTALITY, "mortality: {table: [[0, 0.1], [50, 0.1], [40, 0.2]]}", "rise from row to row"),
        (MORTALITY, "mortality: {table: [[0, 0.1], [50, 0]]}", "people would never die"),
        (MORTALITY, "mortality: {table: [[0, -0.1]]}", "must be at least 0"),
        ("title: Plain", "title: Plain\ntitle: Twice", "line 4: the field 'title' is there twice"),
        ("title: Plain", "title: [", "not valid YAML"),
        ("title: Plain", "title: Plain\n1: 2", "a field name is not text"),
        ("title: Plain", "title: Plain\nhorizon: 0", "field horizon: must be at least 1"),
    ],
)  # fmt: skip
def test_onset_and_mortality(old: str, new: str, says: str) -> None:
    refused(old, new, says)


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ("variants: [{name: G, frequency: 1.2, steps_taken: 1}]", "frequency: must be at most 1.0, not 1.2"),
        ("variants: [{name: G, carriers: -0.1}]", "variants.1.carriers: must be at least 0"),
        ("variants: [{name: G}]", "give either frequency"),
        ("variants: [{name: G, frequency: 0.1, carriers: 0.1}]", "give either frequency"),
        ("variants: [{name: G, frequency: 0.1, inheritance: dominnt}]",
         "'dominnt' is not one of the allowed words"),
        ("variants: [{name: G, frequency: 0.1, steps_taken: 7}]", "takes step 7, but onset has 6"),
        ("variants: [{name: G, frequency: 0.1, steps_taken: 6}]", "none is left to take"),
        ("variants: [{name: G, frequency: 0.1, steps_taken: [1, 2, 3]}, "
         "{name: H, frequency: 0.1, steps_taken: [4, 5, 6]}]",
         "with 6 of 6 steps taken at birth"),
        ("variants: [{name: G, frequency: 0.1, steps_taken: 200}]", "steps_taken: must be at most 60"),
        ("variants: [{name: G, frequency: 0.1}, {name: G, frequency: 0.1}]", "the name 'G' is taken"),
        ("variants: [{name: G.x, frequency: 0.1}]", "may not hold a dot"),
        ("variants: [{name: G, frequency: 0.1, inheritance: x_linked_dominant}]", "needs sexes"),
        ("variants: [{name: G, frequency: 0.1, frequency_in: {nord: 0.2}}]", "no group 'nord'"),
        ("sexes: {female: {share: 0.5}, male: {share: 0.6}}", "shares add up to 1.1"),
        ("groups: [{name: a, share: 0.5}, {name: b, share: 0.4}]", "shares add up to 0.9"),
        ("exposures: [{name: x, prevalence: 1.5, ages: [20, 40], speeds: [{step: 1, times: 2}]}]",
         "line 6, field exposures.1.prevalence: must be at most 1.0, not 1.5"),
        ("exposures: [{name: x, prevalence: 0.5, ages: [40, 20], speeds: [{step: 1, times: 2}]}]",
         "first age must be below"),
        ("exposures: [{name: x, prevalence: 0.5, ages: [20, 40], speeds: []}]", "at least one step"),
        ("exposures: [{name: x, prevalence: 0.5, ages: [20, 40], speeds: [{step: 7, times: 2}]}]",
         "no step 7: onset has 6"),
        ("exposures: [{name: x, prevalence: 0.5, ages: [20, 40], speeds: [{step: 1, times: 0}]}]",
         "times: must be above 0"),
        ("exposures: [{name: x, prevalence: 0.5, prevalence_in: {men: 0.5}, ages: [20, 40], "
         "speeds: [{step: 1, times: 2}]}]",
         "no sex or group 'men'"),
        (EXPOSURE.replace("}]}]", "}], depends_on: [{name: y, odds_ratio: 2}]}]"), "no variant or exposure 'y'"),
        (EXPOSURE.replace("}]}]", "}], depends_on: [{name: x, odds_ratio: 2}]}]"),
         "depend on each other in a circle: x → x"),
        ("""exposures:
  - {name: x, prevalence: 0.5, ages: [20, 40], speeds: [{step: 1, times: 2}], depends_on: [{name: y, odds_ratio: 2}]}
  - {name: y, prevalence: 0.5, ages: [20, 40], speeds: [{step: 1, times: 2}], depends_on: [{name: z, odds_ratio: 2}]}
  - {name: z, prevalence: 0.5, ages: [20, 40], speeds: [{step: 1, times: 2}], depends_on: [{name: x, odds_ratio: 2}]}
""", "in a circle: x → y → z → x"),
        ("liability: {heritability: 0.8, shared_environment: 0.3, mapping: threshold}", "add up to 1.1"),
        ("liability: {heritability: 0.8}", "the field 'mapping' is missing"),
        ("liability: {heritability: 0.8, mapping: hazard}", "log_hazard_sd goes with"),
        ("liability: {heritability: 1.8, mapping: threshold}", "heritability: must be at most 1"),
        ("families: {members: [{name: a, mother: b, father: c}, {name: b, sex: female}, "
         "{name: c, sex: male, mother: b, father: a}]}",
         "must have `sex: male` to be a father"),
        ("families: {members: [{name: a, sex: male, mother: b, father: c}, {name: b, sex: female}, "
         "{name: c, sex: male, mother: b, father: a}]}", "are their own ancestors: a → c → a"),
        ("families: {members: [{name: a, mother: b}]}", "both a mother and a father"),
        ("families: {members: [{name: a, identical_to: a}]}", "own ancestors|not itself given as a twin"),
        ("families: {members: [{name: a}, {name: a}]}", "two members called 'a'"),
        ("families: {members: [{name: a, carries: [G]}]}", "no variant 'G'"),
        ("families: {children: 99}", "children: must be at most 20"),
        (f"{EXPOSURE}calibration: {{free: [], targets: [{{quantity: penetrance, of: G, value: 0.3}}]}}",
         "must name a variant"),
        ("calibration: {free: [], targets: [{quantity: lifetime_risk, value: 1.3}]}",
         "is a probability, at most 1"),
        ("calibration: {free: [], targets: [{quantity: lifetime_risk, value: 0.3, low: 0.4, high: 0.5}]}",
         "outside its own interval"),
        ("calibration: {free: [], targets: [{quantity: lifetime_risk, value: 0.3, low: 0.2}]}",
         "both ends of the interval"),
        ("calibration: {free: [], targets: [{quantity: sex_ratio, value: 1.3}]}", "needs sexes"),
        ("calibration: {free: [{what: onset.rate, low: 2, high: 1}], targets: []}", "low must be below high"),
        ("about: x\nonset_: 3", "no field 'onset_'"),
    ],
)  # fmt: skip
def test_people_genes_exposures_families(extra: str, says: str) -> None:
    refused("", extra, says)


def test_sources_must_exist() -> None:
    refused("rate: 0.0156540", "rate: 0.0156540, source: smith-2000", "no source 'smith-2000'")
    lifecourse.scenario_of(scenarios.PLAIN.replace("rate: 0.0156540", "rate: 0.0156540, source: assumed"))


def test_too_many_combinations() -> None:
    many = "\n".join(
        f"  - {{name: e{number}, prevalence: 0.5, ages: [20, 40], speeds: [{{step: 1, times: 2}}]}}"
        for number in range(13)
    )
    refused("", f"exposures:\n{many}", "make 8192 combinations; the most is 4096")


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no such file"):
        lifecourse.read_scenario(tmp_path / "absent.yaml")
    for name, content, says in (
        ("empty.yaml", b"", "is not a scenario"),
        ("list.yaml", b"- 1\n- 2\n", "is not a scenario"),
        ("bytes.yaml", b"\xff\xfe\x00", "not UTF-8|not valid YAML"),
        ("alias.yaml", b"a: &x 1\nb: *x\n", "aliases"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ModelError, match=says):
            lifecourse.read_scenario(tmp_path / name)


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(
        ["onset", "mortality", "sexes", "groups", "variants", "exposures", "liability", "families", "horizon"]
    ),
)
def test_whatever_stands_in_a_field_gives_an_answer_or_a_sentence(value: object, field: str) -> None:
    import yaml

    data = yaml.safe_load(scenarios.PLAIN)
    data[field] = value
    message = "any.yaml"
    try:
        lifecourse.scenario_of(yaml.safe_dump(data, allow_unicode=True), "any.yaml")
    except ModelError as error:
        message = str(error)
    assert message.startswith("any.yaml")
