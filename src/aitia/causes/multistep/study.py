"""Everything about some strata at once: every model, the literature's method, the readings, the caveats."""

import math
from collections.abc import Sequence

import msgspec

from aitia.causes.errors import ModelError
from aitia.causes.multistep import words
from aitia.causes.multistep.data import Stratum
from aitia.causes.multistep.fitted import Estimate, Fit
from aitia.causes.multistep.fitting import fit
from aitia.causes.multistep.literature import LeastSquares, least_squares
from aitia.causes.multistep.resampling import Bootstrap, bootstrap
from aitia.causes.multistep.strata import Comparison, comparable, compare
from aitia.causes.tables import Record

MODELS = (
    "armitage-doll",
    "erlang",
    "gompertz",
    "clonal",
    "armitage-doll+frailty",
    "armitage-doll+susceptible",
)
"""The models that are fitted unless others are named."""


class Problem(msgspec.Struct, frozen=True):
    """A model that could not be fitted, and why."""

    model: str
    reason: str


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """One stratum by every method."""

    stratum: Stratum
    """All of its bands, with those that were not fitted."""
    fitted: Stratum
    least_squares: LeastSquares | None
    fits: tuple[Fit, ...]
    problems: tuple[Problem, ...]
    readings: tuple[words.Reading, ...]
    bootstraps: tuple[Bootstrap, ...]
    caveats: tuple[words.Caveat, ...]

    def of(self, model: str) -> Fit | None:
        """The fit of a model, if it was fitted."""
        return next((one for one in self.fits if one.model == model), None)

    def reading(self, lineages: float | None) -> Estimate | None:
        """The number of steps under so many lineages of cells; None stands for very many."""
        return next((one.steps for one in self.readings if one.lineages == lineages), None)


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """Strata side by side."""

    analyses: tuple[Analysis, ...]
    comparison: Comparison | None
    not_compared: str | None
    """Why there is no comparison, or which strata took no part in it."""
    caveats: tuple[words.Caveat, ...]
    """About all strata together."""
    level: float

    def summary(self) -> list[Record]:
        """A record for each stratum: slopes and steps by method, beside the slope noted in the data."""
        return [_overview(one) for one in self.analyses]

    def models(self) -> list[Record]:
        """A record for each stratum and model: fit, AIC and what it says of steps."""
        return [record for one in self.analyses for record in _by_model(one)]

    def parameters(self) -> list[Record]:
        """A record for each stratum, model and parameter."""
        return [record for one in self.analyses for own in one.fits for record in own.summary()]

    def plot(self, path: str) -> None:
        """Draw every stratum's rates and curves to a file (.png, .svg or .pdf)."""
        from aitia.causes.multistep.plots import curves, save

        save(curves([(one.stratum, one.fits) for one in self.analyses]), path)


def study(
    strata: Sequence[Stratum],
    models: Sequence[str] = MODELS,
    *,
    ages: tuple[float, float] | None = None,
    steps: int | None = None,
    lineages: float = 1.0,
    likelihood: str = "poisson",
    level: float = 0.95,
    replicates: int = 0,
    seed: int = 1,
) -> Study:
    """Fit models to each stratum and compare the strata.

    `ages` restricts the fit to closed bands within completed years of age. A model that cannot be fitted to a stratum
    is reported with its reason. `replicates` above 0 adds a bootstrap of each fitted model.

    Raises ModelError if no model can be fitted to any stratum, or for a request that no data could meet.
    """
    analyses = [
        _analyse(one, models, ages, steps, lineages, likelihood, level, replicates, seed) for one in strata
    ]
    if not any(one.fits for one in analyses):
        raise ModelError(analyses[0].problems[0].reason)
    comparison, why = _compared(analyses)
    return Study(
        analyses=tuple(analyses),
        comparison=comparison,
        not_compared=why,
        caveats=tuple(words.denominators([one.fitted for one in analyses])),
        level=level,
    )


def _analyse(
    stratum: Stratum,
    models: Sequence[str],
    ages: tuple[float, float] | None,
    steps: int | None,
    lineages: float,
    likelihood: str,
    level: float,
    replicates: int,
    seed: int,
) -> Analysis:
    fitted = stratum.within(*ages) if ages else stratum
    fits, problems, bootstraps = [], [], []
    for model in models:
        try:
            one = fit(fitted, model, steps=steps, lineages=lineages, likelihood=likelihood, level=level)
        except ModelError as error:
            problems.append(Problem(model, str(error)))
            continue
        fits.append(one)
        if replicates:
            try:
                bootstraps.append(bootstrap(one, replicates, seed=seed))
            except ModelError as error:
                problems.append(Problem(f"{model}, bootstrap", str(error)))
    try:
        line: LeastSquares | None = least_squares(fitted, level=level)
    except ModelError as error:
        line = None
        problems.append(Problem("least squares", str(error)))
    main = next((one for one in fits if one.model == "armitage-doll"), None)
    return Analysis(
        stratum=stratum,
        fitted=fitted,
        least_squares=line,
        fits=tuple(fits),
        problems=tuple(problems),
        readings=words.readings(fitted, level=level, likelihood=likelihood),
        bootstraps=tuple(bootstraps),
        caveats=words.caveats(fitted, stratum, main, line, fits),
    )


def _compared(analyses: Sequence[Analysis]) -> tuple[Comparison | None, str | None]:
    if len(analyses) < 2:
        return None, None
    for model in ("armitage-doll", "erlang"):
        able = [one.of(model) for one in analyses]
        fits = [
            one
            for one in able
            if one is not None and one.likelihood != "negative-binomial" and comparable(one)
        ]
        if len(fits) > 1:
            out = [
                one.stratum.name
                for one in analyses
                if one.stratum.name not in {own.stratum.name for own in fits}
            ]
            try:
                found = compare(fits)
            except ModelError as error:
                return None, str(error)
            return found, (
                f"Took no part, for want of enough bands or counts: {'; '.join(out)}." if out else None
            )
    return None, (
        "The strata cannot be compared: that takes the model armitage-doll or erlang, Poisson counts, or rates in at "
        "least seven closed bands."
    )


def _overview(one: Analysis) -> Record:
    line = one.least_squares
    closed = [band for band in one.fitted.bands if band.high is not None]
    steps, exact = one.reading(None), one.reading(1.0)
    return {
        "stratum": one.stratum.name,
        "bands": len(closed),
        "cases": math.fsum(band.cases or 0.0 for band in closed) if one.fitted.counted else None,
        "noted_slope": one.stratum.noted_slope,
        "least_squares_slope": line.slope if line else None,
        "least_squares_low": line.low if line else None,
        "least_squares_high": line.high if line else None,
        "likelihood_slope": None if steps is None or steps.value is None else steps.value - 1,
        "likelihood_low": None if steps is None or steps.low is None else steps.low - 1,
        "likelihood_high": None if steps is None or steps.high is None else steps.high - 1,
        "steps_many_lineages": steps.value if steps else None,
        "steps_one_lineage": exact.value if exact else None,
        "one_lineage_low": exact.low if exact else None,
        "one_lineage_high": exact.high if exact else None,
        "cautions": ", ".join(dict.fromkeys(caveat.kind for caveat in one.caveats)),
    }


def _by_model(one: Analysis) -> list[Record]:
    known = [own.aic for own in one.fits if own.aic is not None]
    least = min(known) if known else None
    records: list[Record] = []
    for own in one.fits:
        steps, good = own.steps, own.goodness
        records.append(
            {
                "stratum": one.stratum.name,
                "model": own.model,
                "likelihood": own.likelihood,
                "parameters": len(own.coordinates),
                "steps": steps.value if steps else None,
                "low": steps.low if steps else None,
                "high": steps.high if steps else None,
                "slope_at_60": own.local_slope,
                "peak_age": own.peak_age,
                "log_likelihood": own.log_likelihood,
                "aic": own.aic,
                "aic_above_best": None if own.aic is None or least is None else round(own.aic - least, 6),
                "deviance": good.deviance if own.stratum.counted else None,
                "deviance_p": good.deviance_p,
                "pearson": good.pearson if own.stratum.counted else None,
                "pearson_p": good.pearson_p,
                "degrees_of_freedom": good.degrees_of_freedom,
                "dispersion": good.dispersion,
                "notes": " ".join(own.notes),
            }
        )
    records += [
        {"stratum": one.stratum.name, "model": own.model, "notes": own.reason} for own in one.problems
    ]
    return records
