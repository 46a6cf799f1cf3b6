"""Fits find the truth, comparisons know when they cannot, and power says how many patients it takes."""

from pathlib import Path

import numpy as np
import pytest

from aitia.causes.errors import ModelError
from aitia.causes.examples import bundled as bundled_files
from aitia.causes.spread.cohort import Cohort, Patient, Sign, as_cohort, read_cohort
from aitia.causes.spread.compare import fit
from aitia.causes.spread.links import Model, set_rates, wiring
from aitia.causes.spread.maps import als
from aitia.causes.spread.plots import course_figure, save_power
from aitia.causes.spread.simulate import Record, cohort_csv, record_cohort, simulate_months
from aitia.causes.spread.studies import power

from .small import chart, model


def typical(name: str) -> Model:
    return set_rates(wiring(als(), name), als().hypotheses[name].typical)


def study(name: str, number: int, record: Record, seed: int = 3) -> Cohort:
    return record_cohort(als(), simulate_months(typical(name), number, seed), record, seed)


@pytest.mark.parametrize("truth", ["dying-forward", "dying-back", "independent", "corticofugal"])
def test_a_full_record_of_sixty_patients_finds_the_truth_and_its_rates(truth: str) -> None:
    found = fit(study(truth, 60, Record()), bootstrap=50)
    assert found.best.hypothesis == truth
    assert found.verdict[0].startswith(f"Of the hypotheses compared, these data favour {truth}")
    assert found.wins[truth] > 0.95
    for interval in found.intervals[truth]:
        assert interval.low is not None
        assert interval.high is not None
        # Four standard errors on the scale of the logarithm.
        middle, reach = (
            np.log(interval.low * interval.high) / 2,
            np.log(interval.high / interval.low) / 1.96 * 2,
        )
        assert abs(np.log(als().hypotheses[truth].typical[interval.rate]) - middle) < reach


def test_an_order_gives_rates_relative_to_the_first() -> None:
    found = fit(study("dying-forward", 80, Record(clock="order")), ("dying-forward",), bootstrap=0)
    rates = {one.rate: one for one in found.intervals["dying-forward"]}
    assert rates["contiguous"].value == 1
    assert "no clock" in rates["contiguous"].note
    assert rates["across"].low is not None
    assert rates["across"].high is not None
    assert rates["across"].low < 3 < rates["across"].high


def test_without_layers_forward_and_back_are_said_to_be_one_model() -> None:
    found = fit(study("dying-forward", 50, Record(layer=0.0, side=0.0)), bootstrap=50)
    assert found.pair("dying-forward", "dying-back").said == "same"
    assert found.verdict[0].startswith("The data do not identify the hypothesis")
    assert any("one model under two names" in line for line in found.verdict)
    assert any("No row says which layer" in line for line in found.verdict)
    assert found.wins["dying-forward"] == pytest.approx(found.wins["dying-back"], abs=0.02)


def test_scattered_signs_do_not_look_like_spread() -> None:
    found = fit(study("scattered", 40, Record(follow=24.0)), bootstrap=20)
    assert found.best.aic > found.fits[[one.hypothesis for one in found.fits].index("scattered")].aic - 8
    pair = found.pair(
        "scattered", found.best.hypothesis if found.best.hypothesis != "scattered" else "independent"
    )
    assert pair.test in ("likelihood ratio", "none")


def test_a_rate_that_the_data_do_not_need_is_given_as_nothing() -> None:
    found = fit(study("dying-forward", 60, Record()), ("dying-back",), bootstrap=0)
    (coupling,) = (one for one in found.intervals["dying-back"] if one.rate == "coupling")
    assert coupling.value == 0
    assert coupling.low is None
    assert "lower bound" in coupling.note


def test_a_rate_that_cannot_be_known_has_no_value() -> None:
    # Two patients in whom the lower layer follows at once: the coupling is only known to be fast.
    patients = [
        Patient(
            str(number),
            (Sign(1, 0.0), Sign(4, 1e-9), Sign(2, 5.0 + number), Sign(8, 5.0 + number + 1e-9)),
            30.0,
        )
        for number in range(4)
    ]
    found = fit(as_cohort(chart(), "months", patients), ("forward",), bootstrap=0)
    (coupling,) = (one for one in found.intervals["forward"] if one.rate == "coupling")
    assert coupling.value is None
    assert "not identified" in coupling.note


def test_rates_by_hand() -> None:
    # Nothing spreads: the rate is signs over months at risk, and its interval that of a Poisson count on the log scale.
    months = simulate_months(model("scattered", 0.05), 100, 9)
    cohort = record_cohort(chart(), months, Record(follow=20.0), 9)
    found = fit(cohort, ("scattered",), bootstrap=0)
    (background,) = found.intervals["scattered"]
    signs, at_risk = (months <= 20).sum() - 100, np.minimum(months, 20.0).sum()
    assert background.value == pytest.approx(signs / at_risk, rel=1e-5)
    assert background.low == pytest.approx(signs / at_risk / np.exp(1.95996 / signs**0.5), rel=1e-3)
    assert found.verdict == ("Only scattered was fitted, so nothing was compared.",)


def test_the_bundled_cohort_tells_its_truth() -> None:
    bundled = next(one.path for one in bundled_files() if one.file == "spread-cohort.csv")
    assert "Truth: dying-forward" in bundled.read_text(encoding="utf-8")
    cohort = read_cohort(bundled, als())
    found = fit(cohort, ("dying-forward", "dying-back"), bootstrap=50)
    assert found.best.hypothesis == "dying-forward"
    assert found.pair("dying-forward", "dying-back").said == "told apart"


def test_cores_do_not_change_a_fit() -> None:
    cohort = study("independent", 25, Record(visits=3, layer=0.5, follow=15.0))
    one, two = (fit(cohort, ("independent",), bootstrap=0, jobs=jobs) for jobs in (1, 2))
    assert one.best.by_patient == two.best.by_patient
    assert one.best.rates == two.best.rates


def test_signs_found_late_mislead() -> None:
    record = Record(late={"upper": 18.0})
    found = fit(study("dying-forward", 60, record), ("dying-forward", "dying-back"), bootstrap=20)
    assert found.best.hypothesis == "dying-back"


def test_a_simulated_file_reads_back_as_the_cohort() -> None:
    for record in (Record(), Record(visits=3, layer=0.6, side=0.7), Record(clock="order", layer=0.5)):
        made = study("independent", 15, record)
        read = read_cohort(cohort_csv(made, "a remark"), als())
        assert [one.followed for one in read.patients] == [one.followed for one in made.patients]
        for one, other in zip(read.patients, made.patients, strict=True):
            theirs = {sign.places: sign.at for sign in other.signs}
            assert {sign.places: sign.at for sign in one.signs} == pytest.approx(theirs, abs=1e-3)


def test_patients_do_not_depend_on_how_many_are_drawn() -> None:
    whole = simulate_months(typical("dying-back"), 50, 4)
    assert np.array_equal(whole[20:], simulate_months(typical("dying-back"), 30, 4, start=20))
    assert not np.array_equal(whole, simulate_months(typical("dying-back"), 50, 5))


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (Record(layer=1.2), "share from 0 to 1"),
        (Record(side=-0.1), "share from 0 to 1"),
        (Record(follow=0.0), "follow"),
        (Record(visits=-1.0), "visits"),
        (Record(late={"lowr": 3.0}), "Did you mean 'lower'"),
        (Record(late={"lower": -3.0}), "late"),
    ],
)
def test_records_that_cannot_be_are_told(record: Record, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        study("dying-back", 5, record)


def test_bad_numbers_are_told() -> None:
    for number in (0, -1, 10_000_001):
        with pytest.raises(ModelError, match="patients"):
            simulate_months(typical("dying-back"), number, 1)
    with pytest.raises(ModelError, match="begins"):
        simulate_months(typical("dying-back"), 1, 1, begins=[0.0] * 16)
    cohort = study("dying-back", 5, Record())
    with pytest.raises(ModelError, match="bootstrap"):
        fit(cohort, bootstrap=-1)
    with pytest.raises(ModelError, match="Did you mean 'dying-back'"):
        fit(cohort, ("dying_back",))
    rates = als().hypotheses["dying-back"].typical
    for wrong, said in (
        ({"studies": 0}, "studies"),
        ({"sizes": ()}, "patients"),
        ({"sizes": (1,)}, "patients"),
        ({"rivals": ("dying-back",)}, "at least one besides"),
        ({"jobs": 0}, "jobs"),
    ):
        with pytest.raises(ModelError, match=said):
            power(als(), "dying-back", rates, **wrong)


def test_an_optimiser_that_does_not_arrive_gives_no_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    from scipy.optimize import minimize as real

    monkeypatch.setattr(
        "aitia.causes.spread.estimate.minimize",
        lambda *given, **named: real(*given, **named | {"options": {"maxiter": 1}}),
    )
    with pytest.raises(ModelError, match="did not arrive"):
        fit(study("dying-back", 20, Record()), ("dying-back",))


def test_power_grows_and_does_not_depend_on_the_workers(tmp_path: Path) -> None:
    rates = {"along": 0.1, "coupling": 0.1, "background": 0.02}
    rivals, record = ("back", "scattered"), Record(follow=12.0)
    found = power(chart(), "forward", rates, rivals=rivals, sizes=(5, 80), studies=30, record=record)
    few, many = found.sizes
    assert few.told.value < many.told.value
    assert few.told.low <= few.told.value <= few.told.high
    assert many.best.value > 0.9
    assert found.needed is None or found.needed <= 80
    save_power(found, tmp_path / "power.svg")
    assert (tmp_path / "power.svg").read_text(encoding="utf-8").count("told from") >= 3
    one, two = (
        power(chart(), "forward", rates, rivals=rivals, sizes=(5, 9), studies=4, record=record, jobs=jobs)
        for jobs in (1, 2)
    )
    assert one == two


def test_plots_are_written_and_bad_names_told(tmp_path: Path) -> None:
    found = fit(study("dying-back", 20, Record()), ("dying-back", "scattered"), bootstrap=0)
    for ending in ("png", "svg", "pdf"):
        found.plot(tmp_path / f"plot.{ending}")
        assert (tmp_path / f"plot.{ending}").stat().st_size > 1000
    with pytest.raises(ModelError, match="must end in"):
        found.plot(tmp_path / "plot.doc")
    assert len(course_figure(found).axes) == 2
