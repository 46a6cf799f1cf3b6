"""aitia model spread"""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from aitia.causes.errors import ModelError
from aitia.cli.model_file import DataFile
from aitia.cli.shared import deliver, tell

if TYPE_CHECKING:
    from aitia.causes.provenance import Provenance
    from aitia.causes.spread import Comparison, Map
    from aitia.causes.spread import Record as StudyRecord
    from aitia.causes.tables import Record

Form = Literal["terminal", "csv", "json"]


@click.command(
    epilog="""\b
Examples:
  aitia model examples --write examples
  aitia model spread examples/spread-cohort.csv --report spread.html
  aitia model spread --simulate 200 --hypothesis dying-forward --seed 1 --output cohort.csv
  aitia model spread --power --hypothesis dying-forward --patients 25,50,100 --visits 3 --layers 0.5"""
)
@click.argument("cohort", required=False, type=DataFile(), metavar="[COHORT.csv]")
@click.option(
    "--map", "map_file", type=click.Path(path_type=Path), help="A map of regions (YAML). Default: ALS."
)
@click.option("--hypotheses", metavar="A,B,...", help="Which to compare. Default: all of the map.")
@click.option(
    "--engine",
    type=click.Choice(("events", "network")),
    default="events",
    show_default=True,
    help="Competing events, or network diffusion (dated cohorts).",
)
@click.option(
    "--laplacian",
    type=click.Choice(("combinatorial", "random-walk")),
    default="combinatorial",
    show_default=True,
    help="Of the network engine.",
)
@click.option("--nulls", type=int, default=0, help="Network engine: networks shuffled at the same distance.")
@click.option("--bootstrap", type=int, default=1000, show_default=True, help="Samples of patients.")
@click.option(
    "--precision",
    type=float,
    default=1.0,
    show_default=True,
    help="Months to which dates are recorded (ties).",
)
@click.option("--simulate", type=int, metavar="N", help="Write a made-up cohort of N patients.")
@click.option(
    "--power", "power_", is_flag=True, help="Simulate studies: how many patients tell hypotheses apart?"
)
@click.option("--published", is_flag=True, help="Set the hypotheses beside published figures.")
@click.option("--hypothesis", metavar="NAME", help="The truth of --simulate and --power.")
@click.option("--rates", metavar="NAME=X,...", help="Its rates per month. Default: the map's typical ones.")
@click.option("--patients", default="25,50,100,200", show_default=True, help="Sizes of studies for --power.")
@click.option("--studies", type=int, default=100, show_default=True, help="Studies of each size for --power.")
@click.option("--follow", type=float, default=36.0, show_default=True, help="Simulated months of follow-up.")
@click.option(
    "--visits",
    type=float,
    default=0.0,
    show_default=True,
    help="Simulated months between visits; 0: exact dates.",
)
@click.option(
    "--layers",
    type=float,
    default=1.0,
    show_default=True,
    help="Simulated share of regions whose layer is recorded.",
)
@click.option(
    "--sides",
    type=float,
    default=1.0,
    show_default=True,
    help="Simulated share of regions whose side is recorded.",
)
@click.option(
    "--late", metavar="LAYER=X,...", help="Simulated months by which a layer's signs are found late."
)
@click.option("--ordered", is_flag=True, help="Simulated records give an order, not months.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of simulation and bootstrap.")
@click.option("--jobs", type=int, default=1, show_default=True, help="Cores, for fits and --power.")
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler for --power.")
@click.option("--plot", type=click.Path(path_type=Path), help="Write a figure (.png, .svg or .pdf).")
@click.option("--report", type=click.Path(path_type=Path), help="Write a report (.html).")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write the result to a file.")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "csv", "json")), default="terminal", show_default=True
)
def spread(
    cohort: Path | None,
    map_file: Path | None,
    hypotheses: str | None,
    engine: str,
    laplacian: Literal["combinatorial", "random-walk"],
    nulls: int,
    bootstrap: int,
    precision: float,
    simulate: int | None,
    power_: bool,
    published: bool,
    hypothesis: str | None,
    rates: str | None,
    patients: str,
    studies: int,
    follow: float,
    visits: float,
    layers: float,
    sides: float,
    late: str | None,
    ordered: bool,
    seed: int,
    jobs: int,
    cluster: str | None,
    plot: Path | None,
    report: Path | None,
    output: Path | None,
    form: Form,
) -> None:
    """Compare hypotheses of spread on a cohort; or simulate one, or its power.

    COHORT.csv has a row for each sign: patient, region, and months (or order); side, layer, after and followed besides.
    """
    ways = {
        "a cohort": cohort,
        "--simulate": simulate is not None,
        "--power": power_,
        "--published": published,
    }
    asked = [name for name, given in ways.items() if given]
    if len(asked) != 1:
        told = " and ".join(asked) if asked else "nothing"
        raise click.UsageError(
            f"give a cohort file, --simulate, --power or --published: one of them (given: {told})."
        )
    if (plot or report) and (simulate is not None or published or engine == "network"):
        raise click.UsageError("--plot and --report go with a cohort (engine events) or with --power.")
    from aitia.causes.spread import als, read_map

    chart = read_map(map_file) if map_file else als()
    chosen = tuple(name.strip() for name in hypotheses.split(",") if name.strip()) if hypotheses else ()
    for name in chosen:
        chart.hypothesis(name)
    if cohort is not None and engine == "network":
        _network(cohort, chart, chosen, laplacian, nulls, seed, output, form)
    elif cohort is not None:
        _fit(cohort, chart, chosen, bootstrap, seed, precision, jobs, plot, report, output, form)
    elif published:
        _published(chart, chosen, seed, output, form)
    else:
        truth, numbers = _truth(chart, hypothesis, rates)
        from aitia.causes.spread import Record

        record = Record(
            clock="order" if ordered else "months",
            follow=follow,
            visits=visits,
            layer=layers,
            side=sides,
            late=_numbers(late, "late"),
        )
        if simulate is not None:
            _simulate(chart, truth, numbers, simulate, record, seed, output)
        else:
            _power(
                chart,
                truth,
                numbers,
                chosen,
                patients,
                studies,
                record,
                seed,
                jobs,
                cluster,
                plot,
                report,
                output,
                form,
            )


def _truth(chart: "Map", hypothesis: str | None, rates: str | None) -> tuple[str, dict[str, float]]:
    if hypothesis is None:
        raise ModelError(f"--hypothesis: say which is true: {', '.join(chart.hypotheses)}.")
    numbers = _numbers(rates, "rates") or chart.hypothesis(hypothesis).typical
    if not numbers:
        raise ModelError(
            f"--rates: the map has no typical rates for {hypothesis}; give them, as in contiguous=0.03."
        )
    return hypothesis, numbers


def _numbers(text: str | None, option: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in (text or "").split(","):
        if not part.strip():
            continue
        name, _, value = part.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise ModelError(
                f"--{option}: {part.strip()!r} is not NAME=NUMBER, as in contiguous=0.03."
            ) from None
    return found


def _provenance(
    data: Path | None, seed: int, **parameters: "str | int | float | bool | None"
) -> "Provenance":
    from aitia.causes.provenance import provenance

    return provenance(f"aitia {shlex.join(sys.argv[1:])}", data=data, seed=seed, parameters=parameters)


def _fit(
    path: Path,
    chart: "Map",
    chosen: tuple[str, ...],
    bootstrap: int,
    seed: int,
    precision: float,
    jobs: int,
    plot: Path | None,
    report: Path | None,
    output: Path | None,
    form: Form,
) -> None:
    from aitia.causes.spread import fit, read_cohort
    from aitia.causes.spread.reporting import (
        comparison_page,
        hypothesis_records,
        pair_records,
        rate_records,
    )
    from aitia.causes.tables import as_csv, as_json, as_text

    cohort = read_cohort(path, chart)
    found = fit(cohort, chosen, bootstrap=bootstrap, seed=seed, precision=precision, jobs=jobs)
    source = _provenance(
        path,
        seed,
        map=chart.name,
        hypotheses=", ".join(chosen) or "all",
        bootstrap=bootstrap,
        precision=precision,
    )
    if plot:
        found.plot(plot)
        tell(f"written to {plot}")
    if report:
        deliver(comparison_page(found, source), report)
    if form == "csv":
        deliver(as_csv(found.summary()), output)
    elif form == "json":
        content = {
            "verdict": found.verdict,
            "notes": found.cohort.notes,
            "hypotheses": hypothesis_records(found),
            "pairs": pair_records(found),
            "rates": rate_records(found),
            "provenance": source,
        }
        deliver(as_json(content), output)
    else:
        best = [pair for pair in pair_records(found) if pair["first"] == found.best.hypothesis]
        parts = [
            _paragraphs(found.verdict),
            as_text(hypothesis_records(found)),
            *([as_text(best)] if best else []),
            as_text(_rates_of_best(found)),
            *([_paragraphs(found.cohort.notes)] if found.cohort.notes else []),
        ]
        deliver("\n".join(parts), output)


def _rates_of_best(found: "Comparison") -> "list[Record]":
    from aitia.causes.spread.reporting import rate_records

    return [record for record in rate_records(found) if record["hypothesis"] == found.best.hypothesis]


def _paragraphs(lines: "tuple[str, ...] | list[str]") -> str:
    return "".join(f"{line}\n" for line in lines)


def _network(
    path: Path,
    chart: "Map",
    chosen: tuple[str, ...],
    kind: Literal["combinatorial", "random-walk"],
    nulls: int,
    seed: int,
    output: Path | None,
    form: Form,
) -> None:
    from aitia.causes.spread import against_nulls, fit_network, read_cohort
    from aitia.causes.spread.reporting import network_records, network_words

    cohort = read_cohort(path, chart)
    found = fit_network(cohort, chosen, kind=kind)
    null = against_nulls(cohort, found[0], number=nulls, seed=seed) if nulls else None
    source = _provenance(path, seed, map=chart.name, engine="network", laplacian=kind, nulls=nulls)
    _records(network_records(found, null), network_words(found, null), source, output, form)


def _published(chart: "Map", chosen: tuple[str, ...], seed: int, output: Path | None, form: Form) -> None:
    from aitia.causes.spread import calibrate, published

    figures = published()
    found = [calibrate(chart, name, figures, seed=seed) for name in chosen or chart.hypotheses]
    records = [record for one in found for record in one.summary()]
    if form == "terminal":
        records = [{key: value for key, value in record.items() if key != "source"} for record in records]
    lines = [f"{one.said} Misfit {one.misfit:.0f}." for one in found]
    _records(records, lines, _provenance(None, seed, map=chart.name), output, form)


def _simulate(
    chart: "Map",
    truth: str,
    rates: dict[str, float],
    number: int,
    record: "StudyRecord",
    seed: int,
    output: Path | None,
) -> None:
    from aitia import __version__
    from aitia.causes.spread import cohort_csv, record_cohort, set_rates, simulate_months, wiring

    months = simulate_months(set_rates(wiring(chart, truth), rates), number, seed)
    made = record_cohort(chart, months, record, seed)
    remarks = (
        "Made up: simulated by aitia model spread; no patient stands behind any row.",
        f"Truth: {truth}, rates per month {', '.join(f'{name} {value:g}' for name, value in rates.items())}.",
        f"Map: {chart.name}. Seed {seed}, Aitia {__version__}. "
        f"Recorded: follow {record.follow:g}, visits {record.visits:g}, layers {record.layer:g}, sides {record.side:g}"
        + "".join(
            f", {layer} found {months_late:g} months late" for layer, months_late in record.late.items()
        )
        + ".",
    )
    deliver(cohort_csv(made, *remarks), output)


def _power(
    chart: "Map",
    truth: str,
    rates: dict[str, float],
    chosen: tuple[str, ...],
    patients: str,
    studies: int,
    record: "StudyRecord",
    seed: int,
    jobs: int,
    cluster: str | None,
    plot: Path | None,
    report: Path | None,
    output: Path | None,
    form: Form,
) -> None:
    from aitia.causes.spread import power
    from aitia.causes.spread.plots import save_power
    from aitia.causes.spread.reporting import power_page, power_words

    try:
        sizes = [int(part) for part in patients.split(",") if part.strip()]
    except ValueError:
        raise ModelError(f"--patients: {patients!r} is not a list of numbers, as in 25,50,100.") from None
    found = power(
        chart,
        truth,
        rates,
        rivals=tuple(name for name in chosen if name != truth),
        sizes=sizes,
        studies=studies,
        record=record,
        seed=seed,
        jobs=jobs,
        cluster=cluster,
    )
    source = _provenance(
        None,
        seed,
        map=chart.name,
        truth=truth,
        rates=", ".join(f"{name} {value:g}" for name, value in rates.items()),
        studies=studies,
        follow=record.follow,
        visits=record.visits,
        layers=record.layer,
        sides=record.side,
        late=", ".join(f"{layer} {late:g}" for layer, late in record.late.items()) or "none",
    )
    if plot:
        save_power(found, plot)
        tell(f"written to {plot}")
    if report:
        deliver(power_page(found, source), report)
    _records(found.summary(), [power_words(found)], source, output, form)


def _records(
    records: "list[Record]", lines: list[str], source: "Provenance", output: Path | None, form: Form
) -> None:
    from aitia.causes.tables import as_csv, as_json, as_text

    if form == "csv":
        deliver(as_csv(records), output)
    elif form == "json":
        deliver(as_json({"said": lines, "records": records, "provenance": source}), output)
    else:
        deliver(_paragraphs(lines) + "\n" + as_text(records), output)
