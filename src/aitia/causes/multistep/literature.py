"""The literature's method: a straight line through log incidence on log age, by least squares.

Kept for comparison with published slopes, never as the default: it drops bands without cases, weighs a band of three
cases like one of three hundred, and takes a band's mean hazard for the hazard at its middle.
"""

import msgspec
import numpy as np
from scipy import stats

from aitia.causes.errors import ModelError
from aitia.causes.multistep.data import Stratum
from aitia.causes.tables import Record


class LeastSquares(msgspec.Struct, frozen=True, kw_only=True):
    """ln(rate) on ln(mid-age), unweighted, over the closed bands with a case."""

    stratum: str
    slope: float
    low: float | None
    """The interval's end, by Student's t; None with two bands."""
    high: float | None
    level: float
    log_level: float
    """ln of the rate per 100,000 at age 1 on the line."""
    r_squared: float
    bands: int
    dropped: int
    """Closed bands without a case, which the method cannot use."""

    @property
    def steps(self) -> float:
        """Slope + 1, as the literature reads it."""
        return self.slope + 1

    def summary(self) -> list[Record]:
        """The line as one record."""
        return [
            {
                "stratum": self.stratum,
                "slope": self.slope,
                "low": self.low,
                "high": self.high,
                "r_squared": self.r_squared,
                "bands": self.bands,
                "dropped": self.dropped,
            }
        ]


def least_squares(stratum: Stratum, *, level: float = 0.95) -> LeastSquares:
    """The slope of log incidence on log age by least squares; mid-age = (age_low + age_high + 1)/2.

    Raises ModelError if fewer than two closed bands have a case.
    """
    closed = [band for band in stratum.bands if band.end is not None]
    used = [(band.low, band.end, band.rate) for band in closed if band.end is not None and band.rate > 0]
    if len(used) < 2:
        raise ModelError(
            f"{stratum.name}: least squares on logarithms needs two closed bands with a case, and there "
            f"{'is one' if used else 'are none'}."
        )
    x = np.log([(low + end) / 2 for low, end, _ in used])
    y = np.log([rate for _, _, rate in used])
    centred = x - x.mean()
    slope = float(centred @ y / (centred @ centred))
    left = y - y.mean() - slope * centred
    total = float(((y - y.mean()) ** 2).sum())
    degrees = len(used) - 2
    low = high = None
    if degrees > 0:
        error = float(np.sqrt(left @ left / degrees / (centred @ centred)))
        half = float(stats.t.ppf((1 + level) / 2, degrees)) * error
        low, high = slope - half, slope + half
    return LeastSquares(
        stratum=stratum.name,
        slope=slope,
        low=low,
        high=high,
        level=level,
        log_level=float(y.mean() - slope * x.mean()),
        r_squared=1 - float(left @ left) / total if total > 0 else 1.0,
        bands=len(used),
        dropped=len(closed) - len(used),
    )
