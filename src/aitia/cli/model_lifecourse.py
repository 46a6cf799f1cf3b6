"""aitia model lifecourse"""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aitia.cli.model_file import DataFile
from aitia.cli.shared import deliver, tell

if TYPE_CHECKING:
    from aitia.causes.lifecourse.reporting import Run
    from aitia.causes.lifecourse.scenario import Scenario

_EPILOG = """\b
Examples:
  aitia model examples
  aitia model lifecourse als-europe.yaml --calibrate --report als.html
  aitia model lifecourse smoking-and-lead.yaml --people 10000000 --without lead
  aitia model lifecourse c9orf72-families.yaml --families 1000000 --format json
\b
Exact answers need no simulation; --people and --families add it. The same seed gives the same numbers, whatever
--jobs and --cluster. docs/model-lifecourse.md explains the scenario file."""


@click.command(epilog=_EPILOG)
@click.argument("scenario", type=DataFile(), metavar="SCENARIO.yaml")
@click.option("--people", type=int, default=0, metavar="N", help="Simulate N people.")
@click.option("--families", type=int, default=0, metavar="N", help="Simulate N families.")
@click.option(
    "--compare", type=click.Path(path_type=Path), metavar="OTHER.yaml", help="Set beside another scenario."
)
@click.option(
    "--without", multiple=True, metavar="EXPOSURE", help="Compare with this scenario less an exposure."
)
@click.option(
    "--calibrate", is_flag=True, help="Fit the free numbers to the targets, and report the tension."
)
@click.option(
    "--engine", type=click.Choice(("auto", "events", "inverse")), default="auto", show_default=True,
    help="How to simulate people: every step, or the age at onset at once.",
)  # fmt: skip
@click.option("--jobs", type=int, default=1, show_default=True, help="Cores to use.")
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler, such as tcp://host:8786.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the random numbers.")
@click.option(
    "--plot", type=click.Path(path_type=Path), metavar="FILE", help="Draw the curves (.png, .svg, .pdf)."
)
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Write an HTML report.")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "csv", "json")), default="terminal", show_default=True
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.")
def lifecourse(
    scenario: Path,
    people: int,
    families: int,
    compare: Path | None,
    without: tuple[str, ...],
    calibrate: bool,
    engine: str,
    jobs: int,
    cluster: str | None,
    seed: int,
    plot: Path | None,
    report: Path | None,
    form: str,
    output: Path | None,
) -> None:
    """Run a scenario of genes, exposures and time: exact answers, and simulation where asked."""
    from aitia.causes import tables
    from aitia.causes.errors import ModelError
    from aitia.causes.lifecourse import reporting
    from aitia.causes.lifecourse.plots import plot_exact
    from aitia.causes.lifecourse.reading import read_scenario
    from aitia.causes.multistep.plots import check
    from aitia.causes.provenance import provenance

    if people < 0 or families < 0:
        raise ModelError("--people and --families must be 0 or more.")
    if compare is not None and without:
        raise ModelError("give --compare or --without, not both.")
    if plot is not None:
        check(plot)
    content = read_scenario(scenario)
    other = read_scenario(compare) if compare is not None else _less(content, without) if without else None
    name = compare.name if compare is not None else f"itself without {' and '.join(without)}"
    run = _run(content, other, name, people, families, calibrate, engine, jobs, cluster, seed)
    source = provenance(
        "aitia " + shlex.join(sys.argv[1:]),
        data=scenario,
        seed=seed if people or families else None,
        parameters={
            "people": people,
            "families": families,
            "compare": name if other is not None else None,
            "calibrate": calibrate,
            "engine": engine,
            "horizon": content.horizon,
        },
    )
    if form == "terminal":
        written = reporting.text(run)
    elif form == "csv":
        written = tables.as_csv(reporting.as_records(run))
    else:
        written = tables.as_json(reporting.as_object(run, source))
    deliver(written, output)
    if plot is not None:
        plot_exact(run.exact, plot, run.simulation)
        tell(f"written to {plot}")
    if report is not None:
        deliver(reporting.html(run, source), report)


def _run(
    content: "Scenario",
    other: "Scenario | None",
    name: str,
    people: int,
    families: int,
    calibrate: bool,
    engine: str,
    jobs: int,
    cluster: str | None,
    seed: int,
) -> "Run":
    from aitia.causes.lifecourse.calibrate import fit
    from aitia.causes.lifecourse.exact import solve
    from aitia.causes.lifecourse.pedigree import simulate_families
    from aitia.causes.lifecourse.reporting import Run
    from aitia.causes.lifecourse.simulate import compare, simulate

    calibrated = fit(content) if calibrate else None
    if calibrated is not None:
        content = calibrated.scenario
    comparison = None
    if other is not None and people:
        comparison = compare(content, other, people, seed=seed, jobs=jobs, cluster=cluster)
    simulation = None
    if people:
        simulation = (
            comparison.first
            if comparison is not None
            else simulate(content, people, seed=seed, engine_name=engine, jobs=jobs, cluster=cluster)  # type: ignore[arg-type]
        )
    return Run(
        exact=solve(content),
        simulation=simulation,
        families=simulate_families(content, families, seed=seed, jobs=jobs, cluster=cluster)
        if families
        else None,
        other=solve(other) if other is not None else None,
        other_name=name,
        comparison=comparison,
        calibrated=calibrated,
    )


def _less(content: "Scenario", without: tuple[str, ...]) -> "Scenario":
    import msgspec

    from aitia.causes.errors import ModelError
    from aitia.causes.tables import nearest

    names = [exposure.name for exposure in content.exposures]
    for name in without:
        if name not in names:
            known = f"it has {', '.join(names)}" if names else "it has none"
            raise ModelError(
                f"--without {name}: the scenario has no such exposure; {known}.{nearest(name, names)}"
            )
    # Nobody is exposed; what depends on it keeps its own odds.
    kept = tuple(
        msgspec.structs.replace(one, prevalence=0.0, prevalence_in={}) if one.name in without else one
        for one in content.exposures
    )
    return msgspec.structs.replace(content, exposures=kept)
