"""Where the disease starts and how it spreads: hypotheses on a map of regions, fitted, compared and simulated.

>>> from aitia.causes import spread
>>> cohort = spread.read_cohort(path, spread.als())
>>> spread.fit(cohort).verdict
"""

from aitia.causes.spread.calibration import calibrate, published
from aitia.causes.spread.cohort import Cohort, Patient, Sign, as_cohort, read_cohort
from aitia.causes.spread.compare import Comparison, fit
from aitia.causes.spread.exact import involvement, next_group, next_place, order_probability
from aitia.causes.spread.links import Model, set_rates, wiring
from aitia.causes.spread.maps import Map, als, read_map, without_sides
from aitia.causes.spread.network import (
    diffuse,
    laplacian,
    relaxation_rate,
    rewired,
    saturating,
    tells_direction,
)
from aitia.causes.spread.network_fit import against_nulls, fit_network
from aitia.causes.spread.simulate import Record, cohort_csv, record_cohort, simulate_months
from aitia.causes.spread.studies import power

__all__ = [
    "Cohort",
    "Comparison",
    "Map",
    "Model",
    "Patient",
    "Record",
    "Sign",
    "against_nulls",
    "als",
    "as_cohort",
    "calibrate",
    "cohort_csv",
    "diffuse",
    "fit",
    "fit_network",
    "involvement",
    "laplacian",
    "next_group",
    "next_place",
    "order_probability",
    "power",
    "published",
    "read_cohort",
    "read_map",
    "record_cohort",
    "relaxation_rate",
    "rewired",
    "saturating",
    "set_rates",
    "simulate_months",
    "tells_direction",
    "wiring",
    "without_sides",
]
