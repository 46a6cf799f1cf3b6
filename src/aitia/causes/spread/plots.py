"""Figures, fit for a paper."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aitia.causes.errors import ModelError
from aitia.causes.spread.compare import Comparison
from aitia.causes.spread.exact import involvement
from aitia.causes.spread.links import set_rates, wiring
from aitia.causes.spread.studies import Power

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INK = ("#0b5c8a", "#c98a00", "#6a3d9a", "#2a7f4f", "#8a8f96", "#b03a48")
_ENDINGS = {".png", ".svg", ".pdf"}


def save_comparison(found: Comparison, path: Path) -> None:
    """Writes how the hypotheses compare. Raises ModelError for an ending that is not .png, .svg or .pdf."""
    _save(comparison_figure(found), path)


def save_power(found: Power, path: Path) -> None:
    """Writes power against the number of patients. Raises ModelError for an ending that is not .png, .svg or .pdf."""
    _save(power_figure(found), path)


def as_svg(figure: "Figure") -> str:
    """The figure as an SVG document."""
    sheet = BytesIO()
    figure.savefig(sheet, format="svg", metadata={"Date": None})
    text = sheet.getvalue().decode()
    return text[text.index("<svg") :]


def comparison_figure(found: Comparison) -> "Figure":
    """Left: AIC above the best, with what the test says. Right: rates of the best hypothesis with their intervals."""
    figure = _figure(9.0, 3.4)
    left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (1.35, 1)})
    fits = list(reversed(found.fits))
    against = {pair.second: pair for pair in found.pairs if pair.first == found.best.hypothesis}
    rows = np.arange(len(fits))
    excess = [fit.aic - found.best.aic for fit in fits]
    left.barh(rows, excess, color=[_INK[0] if not value else _INK[4] for value in excess], height=0.6)
    far = max([*excess, 1.0])
    for row, fit, value in zip(rows, fits, excess, strict=True):
        pair = against.get(fit.hypothesis)
        note = "best fit" if pair is None else {"same": "same likelihood"}.get(pair.said, pair.said)
        left.annotate(f" {value:.1f}  {note}", (value, float(row)), va="center", fontsize=8)
    left.set_yticks(rows, [fit.hypothesis for fit in fits])
    left.set_xlim(0, far * 1.45)
    left.set_xlabel("AIC above the best (lower is better)")
    left.set_title(f"{len(found.cohort.patients)} patients", loc="left", fontsize=10)
    intervals = [one for one in found.intervals[found.best.hypothesis] if one.value]
    for at, one in enumerate(reversed(intervals)):
        assert one.value is not None
        right.plot([one.low or one.value, one.high or one.value], [at, at], color=_INK[0], lw=2)
        right.plot([one.value], [at], "o", color=_INK[0])
    right.set_yticks(range(len(intervals)), [one.rate for one in reversed(intervals)])
    right.set_ylim(-0.6, max(0.6, len(intervals) - 0.4))
    right.set_xscale("log")
    dated = found.cohort.clock == "months"
    right.set_xlabel(
        "rate per month" if dated else f"rate relative to {intervals[0].rate}" if intervals else "rate"
    )
    right.set_title(f"rates under {found.best.hypothesis}, 95% interval", loc="left", fontsize=10)
    return _plain(figure)


def power_figure(found: Power) -> "Figure":
    """Shares of simulated studies against the number of patients, with exact 95% intervals."""
    figure = _figure(6.4, 3.8)
    axes = figure.subplots()
    sizes = [size.patients for size in found.sizes]
    told = [size.told for size in found.sizes]
    axes.fill_between(
        sizes, [one.low for one in told], [one.high for one in told], color=_INK[0], alpha=0.15, lw=0
    )
    axes.plot(sizes, [one.value for one in told], "o-", color=_INK[0], label="told from every rival")
    for colour, rival in zip((_INK[1], _INK[2], _INK[3], _INK[5]) * 5, found.rivals, strict=False):
        shares = [size.against[rival].value for size in found.sizes]
        axes.plot(sizes, shares, "--", color=colour, lw=1.2, label=f"told from {rival}")
    axes.plot(
        sizes,
        [size.misled.value for size in found.sizes],
        ":",
        color=_INK[4],
        label="misled: a rival wins, told apart",
    )
    axes.axhline(0.8, color=_INK[4], lw=0.7)
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("patients")
    axes.set_ylabel("share of simulated studies")
    axes.set_title(f"truth: {found.truth}; {found.studies} studies of each size", loc="left", fontsize=10)
    axes.legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return _plain(figure)


def course_figure(found: Comparison, months: float = 60.0) -> "Figure":
    """When each region falls ill under the best hypothesis, one panel for each layer, for the commonest place
    of onset."""
    chart = found.cohort.chart
    first = _commonest_onset(found)
    model = set_rates(wiring(chart, found.best.hypothesis), found.best.rates)
    unit = 1.0 if found.cohort.clock == "months" else 1 / 20
    times = np.linspace(0, months * unit, 61)
    chances = involvement(model, first, times.tolist())
    figure = _figure(9.0, 3.4)
    panels: Sequence[Any] = figure.subplots(1, len(chart.layers), sharey=True, squeeze=False)[0]
    for panel, layer in zip(panels, chart.layers, strict=True):
        for colour, region in zip(_INK * 4, chart.regions, strict=False):
            for at, place in enumerate(chart.places):
                if (place.layer, place.region) == (layer, region):
                    same = place.side == chart.places[first].side
                    label = region if same else None
                    panel.plot(
                        times, chances[:, at], "-" if same else "--", color=colour, lw=1.5, label=label
                    )
        panel.set_title(chart.layers[layer].name or layer, loc="left", fontsize=10)
        panel.set_xlabel("months since onset" if unit == 1 else "time, in mean waits for one contiguous link")
    panels[0].set_ylabel("probability of being ill")
    panels[0].set_ylim(0, 1.02)
    panels[-1].legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.suptitle(f"onset: {chart.places[first]}; dashed: the other side", x=0.01, ha="left", fontsize=10)
    return _plain(figure)


def _commonest_onset(found: Comparison) -> int:
    counts = np.zeros(len(found.cohort.chart.places))
    for patient in found.cohort.patients:
        start = patient.signs[0].places
        members = [place for place in range(len(counts)) if start >> place & 1]
        counts[members] += 1 / len(members)
    return int(counts.argmax())


def _figure(width: float, height: float) -> "Figure":
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ModelError("a plot needs matplotlib: pip install 'aitia[plots]'.") from None
    return Figure(figsize=(width, height), layout="constrained")


def _plain(figure: "Figure") -> "Figure":
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=9)
    return figure


def _save(figure: "Figure", path: Path) -> None:
    from aitia.errors import StateError
    from aitia.state import write_atomically

    if path.suffix.lower() not in _ENDINGS:
        raise ModelError(f"plot: {path.name!r} must end in .png, .svg or .pdf.")
    if not path.parent.is_dir():
        raise StateError(f"the folder {path.parent} does not exist; make it first.")
    sheet = BytesIO()
    figure.savefig(sheet, format=path.suffix.lower()[1:], dpi=200)
    write_atomically(path, sheet.getvalue())
