"""What an exposure between two ages does to the hazard later, by the step that it speeds."""

from scipy.special import betainc

from aitia.causes.errors import ModelError


def step_hazard_ratio(steps: int, step: int, times: float, ages: tuple[float, float], at: float) -> float:
    """Hazard at age `at` over the hazard without exposure, in the Armitage-Doll limit (rates small against age).

    The exposure makes step `step` of `steps` go `times` as fast between the two ages. For an earlier step than the
    last the ratio is 1 + (times - 1) · [I_{b/t}(k, n-k) - I_{a/t}(k, n-k)], I being the regularised incomplete
    beta function: the chance that step k of n, given onset at t, fell between a and b. The last step is the onset, so
    it matters only while exposed. Source: Day and Brown 1980, doi 10.1093/jnci/64.5.977.

    Raises ModelError for impossible steps or ages.
    """
    start, end = ages
    if not 1 <= step <= steps:
        raise ModelError(f"step: there is no step {step} of {steps}.")
    if not 0 <= start < end or at <= 0 or times <= 0:
        raise ModelError(
            f"ages {start:g} to {end:g}, read at {at:g}, factor {times:g}: ages must rise from 0 and the "
            "factor be above 0."
        )
    if step == steps:
        return times if start <= at < end else 1.0
    first, last = min(start / at, 1.0), min(end / at, 1.0)
    exposed = betainc(step, steps - step, last) - betainc(step, steps - step, first)
    return 1.0 + (times - 1.0) * float(exposed)
