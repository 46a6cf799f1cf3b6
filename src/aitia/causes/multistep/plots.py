"""Plots fit for a paper: rates and curves on logarithmic axes, and steps by method."""

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from aitia.causes.errors import ModelError
from aitia.causes.multistep.data import Band, Stratum
from aitia.causes.multistep.fitted import Estimate, Fit
from aitia.errors import StateError

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from aitia.causes.multistep.study import Analysis

FORMATS = (".png", ".svg", ".pdf")

# Okabe and Ito's colours, which people with any colour vision tell apart, each with a dash of its own.
_LOOKS = {
    "armitage-doll": ("#0072B2", "-", "Armitage-Doll"),
    "erlang": ("#E69F00", (0, (5, 2)), "exact, equal rates"),
    "hypoexponential": ("#999999", (0, (1, 1)), "exact, free rates"),
    "gompertz": ("#009E73", (0, (4, 1.5, 1, 1.5)), "Gompertz"),
    "clonal": ("#CC79A7", (0, (2, 1)), "clonal expansion"),
    "armitage-doll+frailty": ("#D55E00", (0, (1, 1)), "Armitage-Doll, frailty"),
    "armitage-doll+susceptible": ("#56B4E9", (0, (6, 1.5, 1, 1.5, 1, 1.5)), "Armitage-Doll, susceptible"),
}
_OTHER = ("#555555", (0, (3, 1, 1, 1)))


def figure(width: float, height: float) -> "Figure":
    """An empty figure, in inches.

    Raises ModelError if matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise ModelError(
            "plots need matplotlib, which is not installed: pip install 'aitia[causes,plots]'."
        ) from None
    mpl.rcParams.update(
        {
            "font.family": "sans-serif",
            "font.size": 8,
            "axes.titlesize": 8.5,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.linewidth": 0.7,
            "xtick.major.width": 0.7,
            "ytick.major.width": 0.7,
            "legend.frameon": False,
            "svg.hashsalt": "aitia",
            "svg.fonttype": "path",
        }
    )
    return Figure(figsize=(width, height), layout="constrained")


def save(drawn: "Figure", path: str | Path) -> None:
    """Write a figure; the ending of the name is the format.

    Raises ModelError for another ending, StateError if the file cannot be written.
    """
    target = Path(path)
    check(target)
    from aitia.state import write_atomically

    write_atomically(target, picture(drawn, target.suffix.lower()[1:]))


def check(target: Path) -> None:
    """Raises ModelError for a name that is not a picture's, StateError if its folder does not exist."""
    if target.suffix.lower() not in FORMATS:
        raise ModelError(f"{target}: a plot's name must end in {', '.join(FORMATS)}.")
    if not target.parent.is_dir():
        raise StateError(f"the folder {target.parent} does not exist; make it first.")


def picture(drawn: "Figure", form: str = "svg") -> bytes:
    """A figure as the content of a file. The same figure gives the same bytes."""
    sheet = io.BytesIO()
    stamp = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})
    drawn.savefig(sheet, format=form, dpi=300, metadata=stamp)
    return sheet.getvalue()


def curves(strata: Sequence[tuple[Stratum, Sequence[Fit]]]) -> "Figure":
    """Rates by age with their intervals, and the fitted curves, a panel for each stratum, on logarithmic axes."""
    count = len(strata)
    across = 1 if count == 1 else 2 if count <= 4 else 3 if count <= 9 else 4
    down = math.ceil(count / across)
    drawn = figure(4.6 if count == 1 else min(7.2, 3.4 * across), (3.6 if count == 1 else 2.0 * down) + 0.55)
    panels = drawn.subplots(down, across, squeeze=False, sharex=True, sharey=count > 1)
    named: dict[str, Artist] = {}
    low, high = _range([stratum for stratum, _ in strata])
    for panel, (stratum, fits) in zip(panels.flat, strata, strict=False):
        _panel(panel, stratum, fits, named)
        panel.set_title(stratum.name, fontsize=8.5 if across < 4 else 7.5)
        panel.set_ylim(low, high)
    for panel in panels.flat[count:]:
        panel.set_visible(False)
    for row in range(down):
        panels[row, 0].set_ylabel(
            "per 100,000 person-years" if count > 1 else "new cases per 100,000 person-years"
        )
    for panel in panels.flat[max(0, count - across) : count]:
        panel.set_xlabel("age, years")
        panel.tick_params(labelbottom=True)
    order = sorted(named, key=lambda label: label.startswith("observed"))
    drawn.legend(
        [named[label] for label in order],
        order,
        loc="outside lower center",
        ncols=min(across + 1, 4),
        fontsize=7.5,
    )
    return drawn


def _range(strata: Sequence[Stratum]) -> tuple[float, float]:
    rates = [band.rate for stratum in strata for band in stratum.bands if band.rate > 0]
    return 0.5 * min(rates), 2.2 * max(rates)


def _panel(panel: "Axes", stratum: Stratum, fits: Sequence[Fit], named: "dict[str, Artist]") -> None:
    panel.set_xscale("log")
    panel.set_yscale("log")
    used = {(band.low, band.high) for one in fits for band in one.stratum.bands if band.high is not None}
    youngest = min((low for low, _ in used), default=30.0)
    ages = np.geomspace(max(15.0, youngest - 8), 95.0, 240)
    for one in fits:
        if one.heterogeneous and one.estimates[-1].value in (0.0, 1.0):
            # People do not differ after all: the curve is that of the plain model.
            continue
        color, dash, label = _LOOKS.get(one.model, (*_OTHER, one.title))
        with np.errstate(divide="ignore", over="ignore"):
            values = one.hazard(ages) * 1e5
        (line,) = panel.plot(ages, values, color=color, linestyle=dash, linewidth=1.2, zorder=2)
        named.setdefault(label, line)
    for band in stratum.bands:
        if band.rate <= 0:
            continue
        fitted = (band.low, band.high) in used
        middle = (band.low + (band.end or band.low + 10)) / 2
        low, high = _interval(band)
        bars = panel.errorbar(
            middle,
            band.rate,
            yerr=[[band.rate - low], [high - band.rate]] if band.cases is not None else None,
            fmt="o",
            markersize=3.6,
            color="#222222",
            markerfacecolor="#222222" if fitted else "white",
            markeredgewidth=0.8,
            elinewidth=0.8,
            zorder=3,
        )
        named.setdefault("observed" if fitted else "observed, left out", bars[0])
    panel.set_xlim(max(14.0, min(youngest - 9, 24)), 100)
    ticks = [20, 30, 40, 50, 60, 80] if youngest < 35 else [30, 40, 50, 60, 80]
    panel.set_xticks(ticks, [str(tick) for tick in ticks])
    panel.set_xticks([], minor=True)
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    panel.grid(visible=True, which="major", color="#e6e6e6", linewidth=0.5, zorder=0)


def _interval(band: Band) -> tuple[float, float]:
    """The exact 95% Poisson interval of a band's rate."""
    if band.cases is None or not band.person_years:
        return band.rate, band.rate
    scale = 1e5 / band.person_years
    low = float(stats.chi2.ppf(0.025, 2 * band.cases)) / 2 if band.cases > 0 else 0.0
    return low * scale, float(stats.chi2.ppf(0.975, 2 * band.cases + 2)) / 2 * scale


def steps(analyses: "Sequence[Analysis]") -> "Figure":
    """The number of steps by method for each stratum, with intervals."""
    drawn = figure(7.0, 0.95 + 0.42 * len(analyses))
    panel = drawn.subplots()
    looks = {
        "least squares (slope + 1)": ("s", "#777777"),
        "likelihood, many lineages (slope + 1)": ("o", "#0072B2"),
        "likelihood, one lineage": ("D", "#E69F00"),
    }
    read = [_three(one.reading(lineages)) for one in analyses for lineages in (None, 1.0)]
    ends = [three for three in read if three is not None]
    highest = max((high or value for value, _, high in ends), default=8.0)
    most = min(14.0, max(8.0, 2 * math.ceil(highest / 2)))
    for row, one in enumerate(analyses):
        line = one.least_squares
        found = [
            (line.slope + 1, _plus(line.low), _plus(line.high)) if line else None,
            _three(one.reading(None)),
            _three(one.reading(1.0)),
        ]
        for place, (label, three) in enumerate(zip(looks, found, strict=True)):
            if three is None:
                continue
            value, low, high = three
            mark, color = looks[label]
            at = row + 0.22 * (place - 1)
            right, left = min(most, most if high is None else high), max(0.0, 0.0 if low is None else low)
            panel.plot([left, right], [at, at], color=color, linewidth=1.1, zorder=2)
            if high is None or high > most:
                panel.plot([most], [at], marker=">", color=color, markersize=3.5, clip_on=False, zorder=3)
            if value <= most:
                panel.plot([value], [at], marker=mark, color=color, markersize=4, zorder=3, linestyle="none")
    for label, (mark, color) in looks.items():
        panel.plot([], [], marker=mark, color=color, linewidth=1.1, markersize=4, label=label)
    panel.set_yticks(range(len(analyses)), [one.stratum.name for one in analyses])
    panel.set_ylim(len(analyses) - 0.5, -0.5)
    panel.set_xlim(0, most)
    panel.set_xticks(range(0, int(most) + 1, 2))
    panel.set_xlabel("number of steps, 95% interval" if analyses else "number of steps")
    panel.tick_params(axis="y", length=0)
    panel.grid(visible=True, axis="x", color="#e6e6e6", linewidth=0.5, zorder=0)
    drawn.legend(loc="outside lower center", ncols=3, fontsize=7.5)
    return drawn


def _plus(slope: float | None) -> float | None:
    return None if slope is None else slope + 1


def _three(steps: Estimate | None) -> tuple[float, float | None, float | None] | None:
    return None if steps is None or steps.value is None else (steps.value, steps.low, steps.high)
