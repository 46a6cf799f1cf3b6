"""A study as an HTML report, with the equations, figures, words and provenance."""

from aitia.causes import report
from aitia.causes.multistep import plots
from aitia.causes.multistep.equations import EQUATIONS
from aitia.causes.multistep.reporting import (
    bootstraps_table,
    cautions,
    conclusion,
    models_table,
    overview,
    p_in_words,
    readings,
    side_by_side,
    steps_in_words,
    without,
)
from aitia.causes.multistep.study import Study
from aitia.causes.multistep.words import ASSUMPTIONS, UNIDENTIFIED
from aitia.causes.provenance import Provenance


def html(study: Study, source: Provenance) -> str:
    """The study as one self-contained page."""
    blocks: list[report.Block] = [
        report.words(
            "The number of steps is a reading of how fast incidence rises with age, not an observation of steps. Which "
            "reading holds depends on how many lines of cells are at risk and on whether all people run the same risk; "
            "both are shown."
        )
    ]
    told = cautions(study)
    if told:
        blocks.append(report.Caution("Before you use these numbers:", tuple(told)))
    blocks += [
        report.Heading("Slopes and steps by method"),
        report.Table(
            f"Slope of log incidence on log age with {100 * study.level:g}% intervals, and the steps that it is read "
            "as. Least squares on logarithms is the literature's method; the likelihood uses band counts. A dash marks "
            "what the data do not limit.",
            overview(study),
        ),
        report.Figure(
            plots.picture(plots.curves([(one.stratum, one.fits) for one in study.analyses])).decode(),
            "New cases per 100,000 person-years by age, on logarithmic axes, and the fitted curves. Bars are exact 95% "
            "Poisson intervals where counts are known. Hollow points were left out of the fit: the open last band, or "
            "ages outside the range.",
            "Observed incidence by age and fitted curves",
        ),
        report.Figure(
            plots.picture(plots.steps(study.analyses)).decode(),
            f"The number of steps by method, with {100 * study.level:g}% intervals; an arrow marks an interval that "
            "goes on.",
            "Steps by method for each stratum",
        ),
        report.Heading("Steps under one lineage of cells and under many"),
        report.words(
            "With few lineages a step must be fast for the disease to happen at all, so that many people have passed "
            "it by middle age; the curve then bends, and the same slope stands for more steps. The rates are those "
            "that go with each reading if every step has one rate; they are assumptions made numbers, not measurements."
        ),
    ]
    if len(study.analyses) > 2:
        blocks.append(report.Table("Steps by the number of lineages.", side_by_side(study)))
    else:
        blocks += [
            report.Table(f"{one.stratum.name}: readings.", readings(one.readings)) for one in study.analyses
        ]
    blocks += _comparison_blocks(study)
    blocks.append(report.Heading("Models side by side"))
    for one in study.analyses:
        if one.fits:
            blocks.append(report.Table(f"{one.stratum.name}: models.", models_table(one, study)))
        notes = [f"{own.title}: {note}" for own in one.fits for note in own.notes]
        notes += [f"Not fitted: {own.model}: {without(own.reason, one.stratum.name)}" for own in one.problems]
        if notes:
            blocks.append(report.Words(tuple(notes)))
        if one.bootstraps:
            blocks.append(
                report.Table(
                    f"{one.stratum.name}: parametric bootstrap of {one.bootstraps[0].replicates} replicates, "
                    "percentile intervals; the p-value is the share of replicates that fit worse.",
                    bootstraps_table(one),
                )
            )
    blocks += [
        report.Heading("What 'steps = slope + 1' assumes"),
        report.Words((*ASSUMPTIONS, UNIDENTIFIED)),
        report.Heading("Equations"),
        *EQUATIONS,
    ]
    return report.page("Multistep models of onset", conclusion(study), blocks, source)


def _comparison_blocks(study: Study) -> list[report.Block]:
    if len(study.analyses) < 2:
        return []
    blocks: list[report.Block] = [report.Heading("Is one number of steps enough for all?")]
    one = study.comparison
    if one is not None:
        degrees = ", ".join(map(str, one.degrees_of_freedom))
        common = one.common
        shared = (
            ""
            if common.value is None
            else f" The common number is {steps_in_words(common.value, common.low, common.high, one.level)}."
        )
        blocks.append(
            report.words(
                f"{one.title}, {one.test}({degrees}) = {one.statistic:.2f}, p = {p_in_words(one.p_value)}.{shared} "
                "Intervals of differences are not adjusted for their number."
            )
        )
        blocks.append(
            report.Table(
                f"Difference in steps from {one.differences[0].reference}.",
                [
                    {
                        "stratum": row.stratum,
                        "difference in steps": row.steps,
                        "low": row.low,
                        "high": row.high,
                    }
                    for row in one.differences
                ],
            )
        )
    if study.not_compared:
        blocks.append(report.words(study.not_compared))
    return blocks
