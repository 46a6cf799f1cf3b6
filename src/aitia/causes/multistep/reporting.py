"""A study in words and tables, for a terminal; `page` makes a report of the same parts."""

import textwrap
from collections.abc import Sequence

from aitia.causes import tables
from aitia.causes.multistep.study import Analysis, Study
from aitia.causes.multistep.words import ASSUMPTIONS, UNIDENTIFIED, Caveat, Reading
from aitia.causes.tables import Record

_SHORT = {
    "noted_slope": "noted slope",
    "least_squares_slope": "least squares slope",
    "likelihood_slope": "likelihood slope",
    "steps_many_lineages": "steps, many lineages",
    "steps_one_lineage": "steps, one lineage",
}


def conclusion(study: Study) -> str:
    """The result in one or two sentences."""
    if len(study.analyses) == 1:
        one = study.analyses[0]
        many, single = one.reading(None), one.reading(1.0)
        if many is None or many.value is None:
            return f"{one.stratum.name}: the number of steps was not estimated; see the table of models."
        said = (
            f"{one.stratum.name}: log incidence rises with log age by {many.value - 1:.2f}. Read as slope + 1 "
            f"that is {steps_in_words(many.value, many.low, many.high, study.level)}, if very many "
            "lines of cells are at risk."
        )
        if single is not None and single.value is not None:
            exact = steps_in_words(single.value, single.low, single.high, study.level)
            said += f" With one line of cells the same data mean {exact}."
        if any(own.kind == "over-dispersion" for own in one.caveats):
            said += " But a power law does not fit these counts."
        return said
    found = [one.reading(None) for one in study.analyses]
    slopes = [steps.value - 1 for steps in found if steps is not None and steps.value is not None]
    said = f"{len(study.analyses)} strata"
    if slopes:
        said += f", with slopes of log incidence on log age from {min(slopes):.2f} to {max(slopes):.2f}"
    if study.comparison is not None:
        p_value, compared = study.comparison.p_value, len(study.comparison.strata)
        verdict = "differ by more than chance" if p_value < 1 - study.level else "could all be the same"
        among = "Their" if compared == len(study.analyses) else f"In the {compared} that can be compared the"
        said += f". {among} numbers of steps {verdict} (p = {p_in_words(p_value)})"
    poor = [
        one.stratum.name
        for one in study.analyses
        if any(own.kind == "over-dispersion" for own in one.caveats)
    ]
    if poor:
        said += f". A power law does not fit {', '.join(poor) if len(poor) < 4 else f'{len(poor)} of them'}"
    return said + "."


def steps_in_words(value: float, low: float | None, high: float | None, level: float) -> str:
    """A number of steps with its interval."""
    if low is None and high is None:
        return f"{value:.1f} steps"
    ends = f"{'below any limit' if low is None else f'{low:.1f}'} to {'any number' if high is None else f'{high:.1f}'}"
    return f"{value:.1f} steps ({100 * level:g}% interval {ends})"


def p_in_words(value: float) -> str:
    """A p-value to two digits."""
    return "< 0.0001" if value < 1e-4 else f"{value:.2g}"


def overview(study: Study) -> list[Record]:
    """The study's summary with intervals joined to their estimates, for reading."""
    records: list[Record] = []
    for row in study.summary():
        records.append(
            {
                "stratum": row["stratum"],
                "bands": row["bands"],
                **({"cases": row["cases"]} if row["cases"] is not None else {}),
                **({"noted slope": _plain(row["noted_slope"])} if row["noted_slope"] is not None else {}),
                "least squares": _joined(
                    row, "least_squares_slope", "least_squares_low", "least_squares_high"
                ),
                "likelihood": _joined(row, "likelihood_slope", "likelihood_low", "likelihood_high"),
                "steps, many lineages": _plain(row["steps_many_lineages"]),
                "steps, one lineage": _joined(
                    row, "steps_one_lineage", "one_lineage_low", "one_lineage_high"
                ),
            }
        )
    return records


def _joined(row: Record, value: str, low: str, high: str) -> str:
    if row[value] is None:
        return "-"
    ends = [_plain(row[low]), _plain(row[high])]
    return f"{_plain(row[value])} ({ends[0]}, {ends[1]})" if ends != ["-", "-"] else _plain(row[value])


def _plain(value: tables.Value) -> str:
    return f"{value:.2f}" if isinstance(value, float) else "-"


def readings(found: Sequence[Reading]) -> list[Record]:
    """Readings for a table: steps under one lineage of cells and under many."""
    return [
        {
            "lineages": "very many (slope + 1)" if one.lineages is None else f"{one.lineages:,.0f}",
            "steps": one.steps.value if one.steps else None,
            "low": one.steps.low if one.steps else None,
            "high": one.steps.high if one.steps else None,
            "whole numbers not rejected": _run(one.whole_steps) or ("none" if one.problem is None else "-"),
            "rate of each step per year": one.rate,
        }
        for one in found
    ]


def side_by_side(study: Study) -> list[Record]:
    """The readings of many strata in one table."""
    records: list[Record] = []
    for one in study.analyses:
        row: dict[str, tables.Value] = {"stratum": one.stratum.name}
        for own in one.readings:
            lineages = "very many" if own.lineages is None else f"{own.lineages:,.0f}"
            name = f"{lineages} {'lineage' if own.lineages == 1 else 'lineages'}"
            steps = own.steps
            row[name] = (
                "-" if steps is None else f"{_plain(steps.value)} ({_plain(steps.low)}, {_plain(steps.high)})"
            )
        records.append(row)
    return records


def _run(numbers: Sequence[int]) -> str:
    if not numbers:
        return ""
    runs = len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1
    return f"{numbers[0]} to {numbers[-1]}" if runs else ", ".join(map(str, numbers))


def models_table(one: Analysis, study: Study) -> list[Record]:
    """A stratum's models, for reading."""
    records: list[Record] = []
    for row in study.models():
        if row["stratum"] != one.stratum.name or "likelihood" not in row:
            continue
        made: dict[str, tables.Value] = {
            "model": row["model"],
            "parameters": row["parameters"],
            "steps": _joined(row, "steps", "low", "high"),
            "slope at 60": row["slope_at_60"],
            "peak age": row["peak_age"],
        }
        if one.stratum.counted:
            made["AIC above best"] = row["aic_above_best"]
            made["p of fit"] = None if row["deviance_p"] is None else p_in_words(_number(row["deviance_p"]))
        made["dispersion"] = row["dispersion"]
        records.append(made)
    return records


def _number(value: tables.Value) -> float:
    assert isinstance(value, float)
    return value


def text(study: Study) -> str:
    """The study for a terminal."""
    parts = [_wrap(conclusion(study)), tables.as_text(overview(study)).rstrip()]
    if len(study.analyses) == 1:
        one = study.analyses[0]
        parts += [
            "Steps by the number of cell lineages at risk",
            tables.as_text(readings(one.readings)).rstrip(),
        ]
    if len(study.analyses) <= 4:
        for one in study.analyses:
            if one.fits:
                parts += [f"Models: {one.stratum.name}", tables.as_text(models_table(one, study)).rstrip()]
    parts += _compared(study)
    for one in study.analyses:
        if one.bootstraps:
            parts += [
                f"Bootstrap: {one.stratum.name}, {one.bootstraps[0].replicates} replicates",
                tables.as_text(bootstraps_table(one)).rstrip(),
            ]
    notes = [
        f"{one.stratum.name}, {own.title}: {note}"
        for one in study.analyses
        for own in one.fits
        for note in own.notes
    ]
    if len(study.analyses) <= 4 and notes:
        parts.append("Notes\n" + _list(notes))
    parts.append("Cautions\n" + _list(cautions(study)) if cautions(study) else "")
    problems = [
        f"{one.stratum.name}: {own.model}: {without(own.reason, one.stratum.name)}"
        for one in study.analyses
        for own in one.problems
    ]
    parts.append("Not fitted\n" + _list(problems) if problems else "")
    parts.append("What 'steps = slope + 1' assumes\n" + _list([*ASSUMPTIONS, UNIDENTIFIED]))
    return "\n\n".join(part for part in parts if part) + "\n"


def bootstraps_table(one: Analysis) -> list[Record]:
    """A stratum's bootstraps, a row for each parameter."""
    return [
        {
            "model": own.model,
            "parameter": row.name,
            "estimate": row.estimate,
            "low": row.low,
            "high": row.high,
            "standard deviation": row.standard_deviation,
            "bias": row.bias,
            "failed": own.failed,
            "p of fit": p_in_words(own.deviance_p),
        }
        for own in one.bootstraps
        for row in own.parameters
    ]


def without(reason: str, name: str) -> str:
    """A reason without the stratum's name at its head."""
    return reason.removeprefix(f"{name}: ")


def _compared(study: Study) -> list[str]:
    one = study.comparison
    if one is None:
        return [_wrap(study.not_compared)] if study.not_compared else []
    degrees = ", ".join(map(str, one.degrees_of_freedom))
    common = one.common
    shared = (
        ""
        if common.value is None
        else f"; common number {steps_in_words(common.value, common.low, common.high, one.level)}"
    )
    rows: list[Record] = [
        {
            "stratum": row.stratum,
            "less": row.reference,
            "difference in steps": row.steps,
            "low": row.low,
            "high": row.high,
        }
        for row in one.differences
    ]
    return [
        f"One number of steps for all? {one.test}({degrees}) = {one.statistic:.2f}, "
        f"p = {p_in_words(one.p_value)}{shared}",
        tables.as_text(rows).rstrip(),
        *([_wrap(study.not_compared)] if study.not_compared else []),
    ]


def cautions(study: Study) -> list[str]:
    """Every caution once, with the strata that it holds for."""
    held: dict[str, list[str]] = {}
    kinds: dict[str, Caveat] = {}
    for one in study.analyses:
        for caveat in one.caveats:
            # Where many strata have the same caution in other numbers, one wording stands for all.
            key = caveat.kind if len(study.analyses) > 3 else caveat.text
            held.setdefault(key, []).append(one.stratum.name)
            kinds.setdefault(key, caveat)
    every = len(study.analyses)
    lines = [caveat.text for caveat in study.caveats]
    for key, names in held.items():
        who = "" if every == 1 else "All strata: " if len(names) == every else f"{'; '.join(names)}: "
        lines.append(who + (_GENERAL.get(key) or kinds[key].text))
    return lines


_GENERAL = {
    "old-age": "incidence falls after a peak, within the bands fitted or in those left out. A power law cannot fall: "
    "either people differ or only some can fall ill (see frailty and susceptible), or cases are missed in the old. "
    "Both lower the slope, so that a low slope does not show few steps.",
    "open-band": "the last band is open and is left out of every fit.",
    "small-numbers": "fewer than 100 cases: a difference of one or two steps is within chance.",
    "sparse-bands": "some bands expect fewer than one case: read the p-values of the fit from the bootstrap.",
    "over-dispersion": "the counts lie further from the power law than chance allows: the interval is too narrow, or "
    "the curve is not a power law.",
    "zero-bands": "least squares had to leave out closed bands without a case, which biases its slope downwards.",
    "wide-band": "a band is over 20 years wide; its mean says little about a slope. Leave it out with --ages.",
    "heterogeneity": "letting people differ fits clearly better and changes the number of steps; slope + 1 does not "
    "hold.",
}


def _wrap(line: str) -> str:
    return textwrap.fill(line, 100)


def _list(lines: Sequence[str]) -> str:
    return "\n".join(
        textwrap.fill(line, 100, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False)
        for line in lines
    )
