"""The life course: genes, time and environment. Scenarios, exact answers, and simulation of people and families.

>>> from aitia.causes import lifecourse
>>> scenario = lifecourse.example("als-europe")
>>> 0.002 < lifecourse.solve(scenario).lifetime_risk() < 0.004
True
"""

from aitia.causes.lifecourse.exact import Exact, solve
from aitia.causes.lifecourse.reading import read_scenario, scenario_of
from aitia.causes.lifecourse.scenario import Scenario

__all__ = ["Exact", "Scenario", "read_scenario", "scenario_of", "solve"]
