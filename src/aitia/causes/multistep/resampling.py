"""Parametric bootstrap: the fitted curve draws new registers, and each is fitted again."""

import msgspec
import numpy as np

from aitia.causes.errors import ModelError
from aitia.causes.multistep import likelihood
from aitia.causes.multistep.fitted import Fit
from aitia.causes.multistep.fitting import ALPHA, bands_of, problem_of
from aitia.causes.multistep.models import named
from aitia.causes.tables import Record


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How a parameter's estimate varies between registers like this one."""

    name: str
    estimate: float | None
    low: float
    high: float
    standard_deviation: float
    bias: float | None
    """Mean of the replicates less the estimate."""


class Bootstrap(msgspec.Struct, frozen=True, kw_only=True):
    """A parametric bootstrap of a fit. Intervals are percentile intervals."""

    stratum: str
    model: str
    level: float
    replicates: int
    failed: int
    """Replicates in which the optimiser did not converge or no case was drawn; they are left out."""
    seed: int
    parameters: tuple[Spread, ...]
    deviance_p: float
    """The share of replicates that fit worse than the data: a p-value that does not need large counts."""

    def summary(self) -> list[Record]:
        """A record for each parameter."""
        return [
            {"stratum": self.stratum, "model": self.model, **msgspec.structs.asdict(one)}
            for one in self.parameters
        ]


def bootstrap(fit: Fit, replicates: int = 2000, *, seed: int = 1) -> Bootstrap:
    """Draw and fit registers from a fitted model.

    Raises ModelError if the stratum has rates alone, if the model has free rates, if `replicates` is not from 20 to
    1,000,000, or if more than a tenth of the replicates cannot be fitted.
    """
    if not 20 <= replicates <= 1_000_000:
        raise ModelError(f"{replicates} bootstrap replicates: give a number from 20 to 1,000,000.")
    bands = bands_of(fit.stratum)
    if not bands.counted:
        raise ModelError(
            f"{fit.stratum.name}: a bootstrap draws counts, and only rates are known. Give person_years or cases."
        )
    if fit.steps_given is not None:
        raise ModelError(
            "a bootstrap of free rates would be of rates that are not identified. Bootstrap erlang instead."
        )
    model = named(fit.model, steps=fit.steps_given, lineages=fit.lineages)
    dispersed = fit.likelihood == "negative-binomial"
    problem = problem_of(model, bands, dispersed=dispersed)
    at = np.array([fit.coordinates])
    random = np.random.default_rng(seed)
    expected = np.array(fit.expected)
    if dispersed:
        size = float(np.exp(-at[0, -1]))
        means = random.gamma(size, expected / size, (replicates, expected.size))
    else:
        means = np.broadcast_to(expected, (replicates, expected.size))
    cases = random.poisson(means).astype(float)
    found = likelihood.maximise(problem, np.repeat(at, replicates, axis=0), cases)
    good = found.converged & (cases.sum(axis=1) > 0)
    failed = int(replicates - good.sum())
    if failed > replicates / 10:
        raise ModelError(
            f"{fit.stratum.name}: {fit.title} could not be fitted to {failed} of {replicates} bootstrap replicates, "
            "so no bootstrap interval is given. The model asks too much of these data."
        )
    worse = _deviance(problem, found.at[good], cases[good]) >= fit.goodness.deviance - 1e-9
    tail = 50 * (1 - fit.level)
    parameters = (*model.parameters, ALPHA) if dispersed else model.parameters
    spreads = []
    for k, (parameter, estimate) in enumerate(zip(parameters, fit.estimates, strict=True)):
        values = np.array([parameter.value(one) for one in found.at[good, k]])
        low, high = np.percentile(values, [tail, 100 - tail])
        spreads.append(
            Spread(
                name=parameter.name,
                estimate=estimate.value,
                low=float(low),
                high=float(high),
                standard_deviation=float(values.std(ddof=1)),
                bias=None if estimate.value is None else float(values.mean() - estimate.value),
            )
        )
    return Bootstrap(
        stratum=fit.stratum.name,
        model=fit.model,
        level=fit.level,
        replicates=replicates,
        failed=failed,
        seed=seed,
        parameters=tuple(spreads),
        deviance_p=float((worse.sum() + 1) / (good.sum() + 1)),
    )


def _deviance(problem: likelihood.Problem, at: likelihood.Array, cases: likelihood.Array) -> likelihood.Array:
    alpha = np.exp(at[:, -1:]) if problem.dispersed else np.zeros((len(at), 1))
    mean = np.maximum(problem.mean(at[:, :-1] if problem.dispersed else at), 1e-300)
    return likelihood.deviance(mean, alpha, cases)
