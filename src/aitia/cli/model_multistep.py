"""aitia model multistep"""

import shlex
import sys
from pathlib import Path

import click

from aitia.cli.model_file import DataFile
from aitia.cli.shared import deliver, tell

_EPILOG = """\b
Examples:
  aitia model multistep register.csv --by sex
  aitia model multistep register.csv --model erlang --lineages 1000 --bootstrap 2000
  aitia model multistep register.csv --ages 35-79 --plot curves.svg --report report.html
\b
The file has a header and one row a band: age_low, age_high (completed years; empty for an open last band), and
cases and person_years, or rate_per_100000. Other columns (sex, genotype, register) can be named in --by.
Models: armitage-doll, erlang (exact, equal rates), hypoexponential (exact, free rates; give --steps), clonal,
gompertz; each also with +frailty or +susceptible."""


class _Ages(click.ParamType[tuple[float, float]]):
    name = "ages"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        if isinstance(value, tuple):
            return float(value[0]), float(value[1])
        low, dash, high = str(value).partition("-")
        try:
            ages = float(low), float(high)
        except ValueError:
            self.fail(f"{value!r} is not a range of ages: write it as 35-79.", param, ctx)
        if not dash or not 0 <= ages[0] < ages[1]:
            self.fail(f"{value!r} is not a range of ages: write the younger first, as in 35-79.", param, ctx)
        return ages


@click.command(epilog=_EPILOG)
@click.argument("data", type=DataFile(), metavar="DATA.csv")
@click.option("--by", metavar="COLUMN,...", help="Fit each group by itself, e.g. sex or population,sex.")
@click.option("--model", "models", multiple=True, metavar="NAME", help="A model to fit; may be repeated.")
@click.option("--ages", type=_Ages(), metavar="FROM-TO", help="Fit only bands within these completed years.")
@click.option("--steps", type=int, help="Steps of the model hypoexponential (1 to 50).")
@click.option("--lineages", default="1", show_default=True, help="Cell lineages N of the exact models.")
@click.option("--likelihood", default="poisson", show_default=True, help="poisson or negative-binomial.")
@click.option("--level", type=float, default=0.95, show_default=True, help="Confidence level.")
@click.option(
    "--bootstrap", "replicates", type=int, default=0, help="Parametric bootstrap replicates, e.g. 2000."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the bootstrap.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw rates and curves (.png, .svg, .pdf).",
)
@click.option(
    "--plot-steps", type=click.Path(path_type=Path), metavar="FILE", help="Draw the steps by method."
)
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Write an HTML report.")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "csv", "json")), default="terminal", show_default=True
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.")
def multistep(
    data: Path,
    by: str | None,
    models: tuple[str, ...],
    ages: tuple[float, float] | None,
    steps: int | None,
    lineages: str,
    likelihood: str,
    level: float,
    replicates: int,
    seed: int,
    plot: Path | None,
    plot_steps: Path | None,
    report: Path | None,
    form: str,
    output: Path | None,
) -> None:
    """Fit multistep models of onset to incidence by age, and say what the number of steps assumes."""
    from aitia.causes import tables
    from aitia.causes.multistep import page, plots, reporting
    from aitia.causes.multistep.data import read
    from aitia.causes.multistep.study import MODELS, study
    from aitia.causes.provenance import provenance

    chosen = checked_models(models or MODELS, steps, lineages, likelihood, level, replicates)
    for path in (plot, plot_steps):
        if path is not None:
            plots.check(path)
    strata = read(data, [one for one in (by or "").split(",") if one.strip()])
    found = study(
        strata,
        chosen,
        ages=ages,
        steps=steps,
        lineages=float(lineages),
        likelihood=likelihood,
        level=level,
        replicates=replicates,
        seed=seed,
    )
    source = provenance(
        "aitia " + shlex.join(sys.argv[1:]),
        data=data,
        seed=seed if replicates else None,
        parameters={
            "by": by,
            "models": list(chosen),
            "ages": None if ages is None else f"{ages[0]:g}-{ages[1]:g}",
            "steps": steps,
            "lineages": float(lineages),
            "likelihood": likelihood,
            "level": level,
            "bootstrap": replicates,
        },
    )
    if form == "terminal":
        written = reporting.text(found)
    elif form == "csv":
        written = tables.as_csv(found.summary())
    else:
        written = tables.as_json(
            {
                "summary": found.summary(),
                "models": found.models(),
                "parameters": found.parameters(),
                "analyses": found.analyses,
                "comparison": found.comparison,
                "not_compared": found.not_compared,
                "caveats": found.caveats,
                "provenance": source,
            }
        )
    deliver(written, output)
    if plot is not None:
        found.plot(str(plot))
        tell(f"written to {plot}")
    if plot_steps is not None:
        plots.save(plots.steps(found.analyses), plot_steps)
        tell(f"written to {plot_steps}")
    if report is not None:
        deliver(page.html(found, source), report)


def checked_models(
    models: tuple[str, ...], steps: int | None, lineages: str, likelihood: str, level: float, replicates: int
) -> tuple[str, ...]:
    """The models, if each can be made as asked: what no data could meet is told before any is read.

    Raises ModelError.
    """
    from aitia.causes.errors import ModelError
    from aitia.causes.multistep.fitting import check_request
    from aitia.causes.multistep.models import named

    try:
        count = float(lineages)
    except ValueError:
        raise ModelError(
            f"--lineages {lineages}: give a number. The number of lineages cannot be estimated: incidence by age "
            "identifies only its product with the rates of the steps."
        ) from None
    for one in models:
        named(one, steps=steps, lineages=count)
    check_request(likelihood, level)
    if replicates and not 20 <= replicates <= 1_000_000:
        raise ModelError(f"--bootstrap {replicates}: give a number from 20 to 1,000,000.")
    return tuple(one.lower() for one in dict.fromkeys(models))
