"""Everything at once: readings, cautions, the ten populations, and that nothing ever shows nan."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as some

from aitia.causes import multistep, tables
from aitia.causes.errors import ModelError
from aitia.causes.multistep import page, reporting
from aitia.causes.provenance import provenance
from tests.causes.multistep.registers import edges, expected, register
from tests.causes.multistep.test_data import TEN


def kinds(found: multistep.Study) -> set[str]:
    return {caveat.kind for one in found.analyses for caveat in one.caveats} | {
        one.kind for one in found.caveats
    }


def test_one_lineage_needs_more_steps_than_many() -> None:
    """Six equal steps in one lineage: the slope says 5.1, and only the exact law says 6."""
    ages = edges(40, 80, 5)
    mean, years = expected("erlang", (6.0, 0.0156540), ages, 1000)
    found = multistep.readings(register("x", ages, mean, years))
    steps = [one.steps.value if one.steps else None for one in found]
    assert steps[0] == pytest.approx(6, abs=1e-3)
    assert steps[-1] == pytest.approx(5.07, abs=0.05)
    assert steps == sorted(steps, key=lambda n: -(n or 0))
    assert found[0].rate == pytest.approx(0.0156540, rel=1e-3)
    assert found[-1].rate is None
    assert 6 in found[0].whole_steps
    assert 5 in found[-1].whole_steps
    assert 3 not in found[0].whole_steps


class TestCautions:
    AGES = edges(30, 85, 5)

    def of(self, cases: list[float], years: float = 1e6, **more: object) -> set[str]:
        return kinds(multistep.study([register("x", self.AGES, cases, [years] * 11)], **more))  # type: ignore[arg-type]

    def power(self, scale: float) -> list[float]:
        return [float(one) for one in (scale * np.diff(self.AGES**6) / np.diff(self.AGES**6).sum()).round()]

    def test_a_clean_power_law_has_none(self) -> None:
        assert self.of(self.power(5000)) == set()

    def test_small_numbers_and_sparse_bands(self) -> None:
        assert {"small-numbers", "sparse-bands", "zero-bands"} <= self.of(self.power(20))

    def test_old_age_decline(self) -> None:
        falling = self.power(2000)
        falling[-2:] = [falling[-4], falling[-4] * 0.5]
        assert {"old-age", "over-dispersion", "heterogeneity"} <= self.of(falling)

    def test_excess_in_the_young(self) -> None:
        ages = edges(10, 80, 10)
        cases = np.diff(ages**6) / np.diff(ages**6).sum() * 2000
        cases[:2] += [60, 60]
        assert "young-age" in kinds(multistep.study([register("x", ages, cases.round(), [1e6] * 7)]))

    def test_open_and_wide_bands(self) -> None:
        one = multistep.stratum("x", [0, 50, 60, 70], [49, 59, 69, None], [30, 60, 90, 80], [1e6] * 4)
        assert {"open-band", "wide-band"} <= kinds(multistep.study([one]))

    def test_wrong_denominators(self) -> None:
        text = "genotype,age_low,age_high,cases,person_years\n" + "".join(
            f"{kind},{low},{low + 9},{factor * n},1000000\n"
            for kind, factor in (("C9orf72", 1), ("none", 9))
            for low, n in ((40, 20), (50, 50), (60, 80))
        )
        strata = multistep.read(text, ["genotype"])
        found = multistep.study(strata)
        said = " ".join(one.text for one in found.caveats)
        assert "Person-years must be those of carriers" in said
        assert "same person-years in every band" in said


def test_the_ten_populations_in_one_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Least squares gives the slope noted in the data, to its two digits; every stratum has a line."""
    from aitia.__main__ import run

    command = ["model", "multistep", str(TEN), "--by", "population,sex", "--ages", "35-79"]
    chosen = [word for model in ("armitage-doll", "erlang", "gompertz") for word in ("--model", model)]
    assert run([*command, *chosen, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["summary"]) == 20
    noted = [row for row in found["summary"] if row["noted_slope"] is not None]
    assert len(noted) == 16
    for row in noted:
        assert row["least_squares_slope"] == pytest.approx(row["noted_slope"], abs=0.005), row["stratum"]
    for row in found["summary"]:
        assert row["likelihood_slope"] == pytest.approx(row["steps_many_lineages"] - 1)
        if row["steps_one_lineage"] is not None:
            assert row["steps_one_lineage"] > row["steps_many_lineages"]
    assert found["comparison"]["p_value"] < 0.05
    assert found["provenance"]["data_sha256"]
    assert not any(row["steps"] for row in found["models"] if row["model"] == "gompertz")


def test_a_report_holds_words_equations_figures_and_provenance(tmp_path: Path) -> None:
    strata = [
        register(name, edges(40, 80, 5), [3, 9, 14, 30, 44, 61, 80, 75], [1e6] * 8)
        for name in ("<men>", "women")
    ]
    found = multistep.study(strata, replicates=50)
    made = page.html(found, provenance("aitia model multistep x.csv", data=b"x", data_name="x.csv", seed=1))
    for held in ("&lt;men&gt;", "<math", "data:image/svg+xml;base64,", "slope + 1", "Figure 2.", "bootstrap", "SHA-256",
                 "one lineage", "identifies the number of steps and the product"):  # fmt: skip
        assert held in made, held
    assert "<script" not in made
    assert 'src="http' not in made
    assert not nan_in(made)
    found.plot(str(tmp_path / "x.svg"))
    assert (tmp_path / "x.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_the_same_study_gives_the_same_picture(tmp_path: Path) -> None:
    one = multistep.fit(register("x", edges(40, 80, 10), [3, 9, 14, 30], [1e6] * 4))
    for name in ("a.png", "b.png"):
        one.plot(str(tmp_path / name))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with pytest.raises(ModelError, match=r"must end in"):
        one.plot(str(tmp_path / "a.doc"))


def nan_in(text: str) -> bool:
    words = (
        text.replace(",", " ")
        .replace("(", " ")
        .replace(")", " ")
        .replace('"', " ")
        .replace("<", " ")
        .replace(">", " ")
        .split()
    )
    return any(word.lower() in ("nan", "inf", "-inf", "infinity", "-nan") for word in words)


@settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@example([697, 0, 396, 5], "negative-binomial")
@example([468, 1, 1], "poisson")
@given(
    some.lists(
        some.one_of(some.just(0), some.integers(0, 5), some.integers(0, 3000)), min_size=2, max_size=9
    ),
    some.sampled_from(["poisson", "negative-binomial"]),
)
def test_whatever_the_counts_no_output_holds_nan(cases: list[int], likelihood: str) -> None:
    ages = edges(20, 20 + 5 * len(cases), 5)
    try:
        one = register("x", ages, cases, [1e5] * len(cases))
        found = multistep.study([one], likelihood=likelihood)
    except ModelError:
        return
    text = reporting.text(found) + tables.as_csv(found.summary()) + tables.as_json(found.models())
    assert not nan_in(text)
    for fit in found.analyses[0].fits:
        for one_of in fit.estimates:
            for value in (one_of.value, one_of.low, one_of.high):
                assert value is None or math.isfinite(value)
            if one_of.value is not None and one_of.low is not None:
                assert one_of.low <= one_of.value * (1 + 1e-6) + 1e-9
            if one_of.value is not None and one_of.high is not None:
                assert one_of.value <= one_of.high * (1 + 1e-6) + 1e-9


def test_a_model_that_cannot_be_fitted_is_listed_with_its_reason() -> None:
    one = register("x", edges(50, 70, 10), [10, 30], [1e6] * 2)
    found = multistep.study([one])
    assert {own.model for own in found.analyses[0].fits} == {"armitage-doll", "erlang", "gompertz"}
    reasons = {own.model: own.reason for own in found.analyses[0].problems}
    assert "cannot be identified" in reasons["clonal"]
    assert "Not fitted" in reporting.text(found)


def test_nothing_that_can_be_fitted_is_an_error() -> None:
    one = register("x", edges(50, 70, 10), [10, 30], [1e6] * 2)
    with pytest.raises(ModelError, match="cannot be identified"):
        multistep.study([one], ["clonal"])


def test_one_lineage_is_one_lineage_whatever_is_fitted() -> None:
    """The columns of steps do not change with the models, or with the lineages of the exact one, that are asked for."""
    one = register("x", edges(40, 80, 5), [3, 9, 14, 30, 44, 61, 80, 75], [1e6] * 8)
    plain = multistep.study([one]).summary()[0]
    for asked in (
        multistep.study([one], ["erlang"], lineages=1e6),
        multistep.study([one], ["gompertz"]),
    ):
        for field in ("steps_many_lineages", "steps_one_lineage", "likelihood_low", "one_lineage_high"):
            assert asked.summary()[0][field] == plain[field]
    wide = multistep.study([one], likelihood="negative-binomial")
    assert wide.analyses[0].of("armitage-doll") is not None
    assert wide.analyses[0].readings[0].whole_steps
    assert wide.summary()[0]["one_lineage_high"] != plain["one_lineage_high"]
