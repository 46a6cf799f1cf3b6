"""The life course: genes, time and environment. Scenarios, exact answers, and simulation of people and families.

>>> from aitia.causes import lifecourse
>>> exact = lifecourse.solve(lifecourse.example("als-europe"))
>>> 0.002 < exact.lifetime_risk() < 0.003
True
"""

from importlib.resources import files
from pathlib import Path

from aitia.causes.errors import ModelError
from aitia.causes.lifecourse.calibrate import Calibrated, fit
from aitia.causes.lifecourse.cases import Cases, sample_cases
from aitia.causes.lifecourse.exact import Exact, solve
from aitia.causes.lifecourse.fractions import attribution, remove
from aitia.causes.lifecourse.kinship import FamilySimulation
from aitia.causes.lifecourse.pedigree import simulate_families
from aitia.causes.lifecourse.reading import read_scenario, scenario_of
from aitia.causes.lifecourse.scenario import Scenario
from aitia.causes.lifecourse.simulate import Comparison, Simulation, compare, simulate
from aitia.causes.tables import nearest

__all__ = [
    "Calibrated",
    "Cases",
    "Comparison",
    "Exact",
    "FamilySimulation",
    "Scenario",
    "Simulation",
    "attribution",
    "compare",
    "example",
    "fit",
    "read_scenario",
    "remove",
    "sample_cases",
    "scenario_of",
    "simulate",
    "simulate_families",
    "solve",
]


def example(name: str) -> Scenario:
    """A bundled scenario: als-europe, c9orf72-families or smoking-and-lead.

    Raises ModelError if there is no such scenario.
    """
    folder = Path(str(files("aitia") / "causes" / "examples"))
    known = sorted(path.stem for path in folder.glob("*.yaml") if path.stem != "index")
    if name not in known:
        raise ModelError(
            f"there is no example {name!r}: choose from {', '.join(known)}.{nearest(name, known)}"
        )
    return read_scenario(folder / f"{name}.yaml")
