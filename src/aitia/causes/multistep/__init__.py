"""How many steps? Models of onset by age, fitted to incidence.

>>> from aitia.causes import multistep
>>> register = multistep.stratum("A register", [40, 50, 60], [49, 59, 69], [12, 40, 80], [1e6, 9e5, 7e5])
>>> found = multistep.fit(register)
>>> round(found.steps.value, 1)
6.0
"""

from aitia.causes.multistep.data import Band, Stratum, read, stratum
from aitia.causes.multistep.fitted import Estimate, Fit, GoodnessOfFit
from aitia.causes.multistep.fitting import LIKELIHOODS, fit
from aitia.causes.multistep.literature import LeastSquares, least_squares
from aitia.causes.multistep.models import NAMES as MODELS
from aitia.causes.multistep.resampling import Bootstrap, bootstrap
from aitia.causes.multistep.strata import Comparison, Difference, compare
from aitia.causes.multistep.study import Analysis, Study, study
from aitia.causes.multistep.words import ASSUMPTIONS, Caveat, Reading, readings

__all__ = [
    "ASSUMPTIONS",
    "LIKELIHOODS",
    "MODELS",
    "Analysis",
    "Band",
    "Bootstrap",
    "Caveat",
    "Comparison",
    "Difference",
    "Estimate",
    "Fit",
    "GoodnessOfFit",
    "LeastSquares",
    "Reading",
    "Stratum",
    "Study",
    "bootstrap",
    "compare",
    "fit",
    "least_squares",
    "read",
    "readings",
    "stratum",
    "study",
]
