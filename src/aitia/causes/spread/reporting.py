"""The report of a comparison, of a power study, as a page."""

from aitia.causes.mathml import frac, i, n, o, row, sub, text
from aitia.causes.provenance import Provenance
from aitia.causes.report import Block, Caution, Equation, Figure, Heading, Table, Words, page, words
from aitia.causes.spread.compare import Comparison
from aitia.causes.spread.network_fit import NetworkFit, Null
from aitia.causes.spread.plots import as_svg, comparison_figure, course_figure, power_figure
from aitia.causes.spread.studies import Power
from aitia.causes.tables import Record

CAUTIONS = (
    "The hypotheses are compared with each other only. The best of them can still be wrong, and a mixture "
    "of patients, each after another "
    "hypothesis, is not among them.",
    "A sign counts from the month in which it was found. If the signs of one layer are found later than "
    "those of the other (lower motor "
    "neuron signs hide upper ones; weakness shows only when many motor neurons are lost), the order is "
    "turned around and with it the answer. "
    "Simulate it: aitia model spread --power --late.",
    "The first sign of each patient is taken as given and is no evidence, since which layer is noticed "
    "first depends on the examination.",
    "Rates are the same for all patients. Fast and slow patients together make waits more variable than the "
    "model has them.",
)


def hypothesis_records(found: Comparison) -> list[Record]:
    """One record for each hypothesis."""
    return [
        {
            "hypothesis": fit.hypothesis,
            "log_likelihood": fit.log_likelihood,
            "free_rates": fit.free,
            "aic_above_best": fit.aic - found.best.aic,
            "akaike_weight": found.weights[fit.hypothesis],
            "bootstrap_share_best": found.wins[fit.hypothesis],
        }
        for fit in found.fits
    ]


def rate_records(found: Comparison) -> list[Record]:
    """One record for each rate of each hypothesis."""
    return [
        {
            "hypothesis": fit.hypothesis,
            "rate": one.rate,
            "value": one.value,
            "low": one.low,
            "high": one.high,
            "note": one.note,
        }
        for fit in found.fits
        for one in found.intervals[fit.hypothesis]
    ]


def pair_records(found: Comparison) -> list[Record]:
    """One record for each pair of hypotheses."""
    return [
        {
            "first": pair.first,
            "second": pair.second,
            "aic_difference": pair.aic_difference,
            "test": pair.test,
            "z": pair.z,
            "p": pair.p,
            "said": pair.said,
        }
        for pair in found.pairs
    ]


def comparison_page(found: Comparison, source: Provenance) -> str:
    """The report of fitted hypotheses."""
    chart = found.cohort.chart
    dated = found.cohort.clock == "months"
    blocks: list[Block] = [
        Heading("What the data say"),
        Words(found.verdict),
        Table(
            "Hypotheses, the best first. The bootstrap share is that of samples of patients in which the "
            "hypothesis has the lowest AIC.",
            hypothesis_records(found),
            {"aic_above_best": "AIC above best", "akaike_weight": "Akaike weight"},
        ),
        Figure(
            as_svg(comparison_figure(found)),
            "Hypotheses by AIC, and the rates of the best with 95% intervals.",
            " ".join(found.verdict),
        ),
        Table(
            "Pairs of hypotheses. Vuong's test for hypotheses of which neither is a special case of the "
            "other; p is two-sided.",
            pair_records(found),
            {"aic_difference": "AIC difference"},
        ),
        Heading("Rates"),
        Table(
            "Rates " + ("per month" if dated else "relative to the first") + ", with 95% intervals.",
            rate_records(found),
        ),
        Figure(
            as_svg(course_figure(found)),
            f"When each place falls ill under {found.best.hypothesis}, from the commonest place of onset; exact.",
        ),
        Heading("The model"),
        words(*(f"{name}: {chart.hypotheses[name].says}" for name in (fit.hypothesis for fit in found.fits))),
        words(
            "The disease passes along the links of a hypothesis. Each place that is not yet ill has a rate, "
            "the sum of a background rate and of "
            "the rates of the links that lead to it from places that are ill; the next place to fall ill is "
            "drawn by these rates, after an "
            "exponential wait."
        ),
        _equation(),
        words(
            "What a row leaves open (the layer, the side, the order of signs found together, and places "
            "that nobody examined) is summed over "
            "exactly: the likelihood runs over all sets of places that agree with what was seen."
        ),
        Heading("What to keep in mind"),
        *(Caution(line) for line in CAUTIONS),
        *((Heading("Remarks on the file"), Words(found.cohort.notes)) if found.cohort.notes else ()),
    ]
    lead = f"{len(found.cohort.patients)} patients, {len(found.fits)} hypotheses, on the map “{chart.name}”."
    return page("Spread: which hypothesis do the data favour?", lead, blocks, source)


def power_page(found: Power, source: Provenance) -> str:
    """The report of a power study."""
    blocks: list[Block] = [
        Heading("How many patients?"),
        words(power_words(found)),
        Figure(
            as_svg(power_figure(found)),
            "Share of simulated studies that tell the hypotheses apart.",
            power_words(found),
        ),
        Table("By number of patients, with exact 95% intervals of the share told from all.", found.summary()),
        Heading("What to keep in mind"),
        Caution(
            "Power is what a study would have if one of these hypotheses were true and its rates were these."
        ),
        *(Caution(line) for line in CAUTIONS[1:2]),
    ]
    lead = f"If {found.truth} is true: {found.studies} simulated studies of each size."
    return page("Spread: how many patients tell the hypotheses apart?", lead, blocks, source)


def power_words(found: Power) -> str:
    """The answer in a sentence."""
    rivals, last = ", ".join(found.rivals), found.sizes[-1]
    said = (
        f"Not even {last.patients} patients tell {found.truth} from {rivals} in 80% of studies "
        f"({last.told.value:.0%} do)."
    )
    if found.needed is not None and found.needed <= found.sizes[0].patients:
        said = (
            f"{found.sizes[0].patients} patients, the fewest tried, already tell {found.truth} from {rivals} "
            "in 80% of studies."
        )
    elif found.needed is not None:
        said = f"About {found.needed} patients tell {found.truth} from {rivals} in 80% of studies."
    worst = max(found.sizes, key=lambda size: size.misled.value)
    if worst.misled.value > 0:
        said += (
            f" Up to {worst.misled.value:.0%} of studies (at {worst.patients} patients) would be misled: "
            "a false hypothesis wins clearly."
        )
    return said


def network_records(found: list[NetworkFit], null: Null | None) -> list[Record]:
    """One record for each rate of each hypothesis, with the null's p at the best."""
    return [
        {**record, "p_against_nulls": null.p if null and fit is found[0] else None}
        for fit in found
        for record in fit.summary()
    ]


def network_words(found: list[NetworkFit], null: Null | None) -> list[str]:
    """What the network engine says, in sentences."""
    best = found[0]
    said = [f"By network diffusion ({best.kind} Laplacian), {best.hypothesis} has the lowest AIC."]
    blind = [fit.hypothesis for fit in found if not fit.direction]
    if blind:
        said.append(
            f"The links of {', '.join(blind)} are the same both ways: a symmetric network cannot tell "
            "forward from back."
        )
    said.append(
        "Load is an average that forgets which places fell ill, so this engine tells hypotheses apart less "
        "well than competing events, and can "
        "prefer another: take its ranking as a description."
    )
    if null:
        said.append(
            f"Of {null.drawn} networks with links shuffled at the same distance ({null.different} "
            "different), the share that fits as well "
            f"gives p = {null.p:.3g}."
        )
        if null.different < 20:
            said.append("So few different networks keep the distances of this map that p cannot be small.")
    return said


def _equation() -> Equation:
    rate = sub(i("λ"), i("j"))
    return Equation(
        row(
            i("P"), o("("), text("next is "), i("j"), o(")"), o("="), frac(rate, row(o("∑"), sub(i("λ"), i("k")))),
            o(","), text("  mean wait "), o("="), frac(n(1), row(o("∑"), sub(i("λ"), i("k")))),
            o(","), text("  "), rate, o("="), i("b"), o("+"), o("∑"), sub(i("w"), text("ij")),
        ),
        "Over the places k not yet ill; the last sum over the places i that are.",
    )  # fmt: skip
