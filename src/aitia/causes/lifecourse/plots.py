"""Plots fit for a paper: incidence and risk by age, and calibration targets against the fit."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from aitia.causes.lifecourse.exact import Exact
from aitia.causes.multistep.plots import figure, save

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from aitia.causes.lifecourse.calibrate import Calibrated
    from aitia.causes.lifecourse.simulate import Simulation

Rows = NDArray[np.bool_] | None
# Okabe and Ito's colours, which people with any colour vision tell apart.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
_MOST_CURVES = 6


def plot_exact(exact: Exact, path: str | Path, simulation: "Simulation | None" = None) -> None:
    """Write the figure of `lives` to a file; the ending of its name is the format (.png, .svg, .pdf).

    Raises ModelError for another ending or without matplotlib, StateError if it cannot be written.
    """
    save(lives(exact, simulation), path)


def lives(exact: Exact, simulation: "Simulation | None" = None) -> "Figure":
    """Incidence by age (with simulated rates, if given); risk by age, net and crude; risk of carriers or exposed."""
    traits = exact.model.combinations.traits
    special = [trait.name for trait in traits if trait.kind in ("variant", "exposure")][:_MOST_CURVES]
    drawn = figure(7.2, 2.7) if special else figure(5.2, 2.7)
    panels = drawn.subplots(1, 3 if special else 2)
    _incidence(panels[0], exact, simulation)
    _risk(panels[1], exact)
    if special:
        _carriers(panels[2], exact, special)
    for panel in panels:
        panel.set_xlabel("age, years")
        panel.set_xlim(0, min(float(exact.edges[-1]), 100.0))
        panel.set_ylim(bottom=0)
    return drawn


def _everyone(exact: Exact) -> list[tuple[str, Rows, str]]:
    traits = {trait.name for trait in exact.model.combinations.traits}
    if "sex" in traits:
        return [
            ("men", exact.where(sex="male"), _COLOURS[0]),
            ("women", exact.where(sex="female"), _COLOURS[1]),
        ]
    groups = exact.model.scenario.groups
    if 1 < len(groups) <= _MOST_CURVES:
        return [(group.name, exact.where(group=group.name), _COLOURS[at]) for at, group in enumerate(groups)]
    return [("everyone", None, _COLOURS[0])]


def _incidence(panel: "Axes", exact: Exact, simulation: "Simulation | None") -> None:
    top = min(int(exact.edges[-1]), 95)
    cuts = list(np.arange(0.0, top + 1))
    for name, rows, colour in _everyone(exact):
        bands = [band for band in exact.bands(cuts, rows) if band.person_years > 0]
        ages = [(band.low + band.high) / 2 for band in bands]
        panel.plot(ages, [band.per_100000 for band in bands], color=colour, linewidth=1.3, label=name)
        if simulation is None:
            continue
        for low in range(20, top - 4, 5):
            cases = int(simulation.chosen(rows)[0][low : low + 5].sum())
            years = simulation.person_years(low, low + 5, rows)
            if not cases or years <= 0:
                continue
            rate = 1e5 * cases / years
            least = 1e5 * chi2.ppf(0.025, 2 * cases) / 2 / years
            most = 1e5 * chi2.ppf(0.975, 2 * cases + 2) / 2 / years
            bars = [[rate - least], [most - rate]]
            panel.errorbar(low + 2.5, rate, bars, fmt="o", color=colour, markersize=2.5, linewidth=0.8)
    panel.set_title("Incidence" + (" (dots: simulated)" if simulation is not None else ""))
    panel.set_ylabel("new cases per 100,000 person-years")
    if len(_everyone(exact)) > 1:
        panel.legend(loc="upper left")


def _risk(panel: "Axes", exact: Exact) -> None:
    edges = exact.edges
    for name, rows, colour in _everyone(exact):
        of = "" if name == "everyone" else f", {name}"
        panel.plot(
            edges, 100 * exact.mean(exact.net, rows), color=colour, linestyle=(0, (4, 2)), label=f"net{of}"
        )
        panel.plot(
            edges, 100 * exact.mean(exact.crude, rows), color=colour, linewidth=1.3, label=f"crude{of}"
        )
    panel.set_title("Risk by age")
    panel.set_ylabel("affected by that age, %")
    panel.legend(loc="upper left")


def _carriers(panel: "Axes", exact: Exact, names: list[str]) -> None:
    edges = exact.edges
    kinds = {trait.name: trait.kind for trait in exact.model.combinations.traits}
    variants = [name for name in names if kinds[name] == "variant"]
    if variants:
        for name, colour in zip(variants, _COLOURS, strict=False):
            rows = exact.where(**{name: True})
            panel.plot(
                edges, 100 * exact.mean(exact.net, rows), color=colour, linestyle=(0, (4, 2)), linewidth=0.9
            )
            panel.plot(edges, 100 * exact.mean(exact.crude, rows), color=colour, linewidth=1.3, label=name)
        panel.set_title("Penetrance (dashed: net)")
        panel.set_ylabel("affected by that age, %")
    else:
        cuts = list(np.arange(1.0, min(float(exact.edges[-1]), 95.0) + 1))
        for name, colour in zip(names, _COLOURS, strict=False):
            rows = exact.where(**{name: True})
            exposed, others = exact.bands(cuts, rows), exact.bands(cuts, ~rows)
            pairs = [(one, other) for one, other in zip(exposed, others, strict=True) if other.cases > 0]
            ages = [(one.low + one.high) / 2 for one, _ in pairs]
            panel.plot(
                ages, [one.per_100000 / other.per_100000 for one, other in pairs], color=colour, label=name
            )
        panel.axhline(1, color="#999999", linewidth=0.7)
        panel.set_title("Rate ratio by age")
        panel.set_ylabel("exposed over unexposed")
    panel.legend(loc="upper left" if variants else "lower right")


def targets(calibrated: "Calibrated") -> "Figure":
    """Each target: its interval over its published value, the fit, and what the other targets call for."""
    records = calibrated.targets
    drawn = figure(6.6, 0.19 * len(records) + 1.1)
    panel = drawn.subplots()
    seen: dict[str, Artist] = {}
    for place, record in enumerate(reversed(records)):
        published = float(record["published"] or 1)
        if record["low"] is not None and record["high"] is not None:
            ends = [float(record["low"]) / published, float(record["high"]) / published]
            (line,) = panel.plot(
                ends, [place] * 2, color="#BBBBBB", linewidth=4, solid_capstyle="butt", zorder=1
            )
            seen.setdefault("published interval", line)
        fitted, others = record["fitted"], record["from_the_others"]
        if isinstance(others, float) and record["aimed_at"] and 0.01 < others / published < 100:
            (line,) = panel.plot(
                others / published, place, "D", color=_COLOURS[1], ms=4, mfc="white", zorder=2
            )
            seen.setdefault("called for by the other figures", line)
        assert isinstance(fitted, float)
        (line,) = panel.plot(fitted / published, place, "o", color=_COLOURS[0], ms=4, zorder=3)
        seen.setdefault("fit", line)
    panel.axvline(1, color="#555555", linewidth=0.7, zorder=0)
    panel.set_xscale("log")
    names = [f"{record['target']}{'' if record['aimed_at'] else ' *'}" for record in reversed(records)]
    panel.set_yticks(range(len(records)), names)
    ticks = [0.2, 0.5, 1, 2, 5]
    panel.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    panel.set_xticks([], minor=True)
    panel.set_xlim(0.15, 7)
    panel.set_ylim(-0.7, len(records) - 0.3)
    panel.set_xlabel("model over published (* not aimed at)")
    drawn.legend(list(seen.values()), list(seen), loc="outside lower center", ncols=3)
    return drawn
