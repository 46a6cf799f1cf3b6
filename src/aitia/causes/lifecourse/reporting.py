"""What a run of a scenario found, as text for a terminal, as records, and as an HTML report."""

from collections.abc import Sequence

import msgspec

from aitia.causes import mathml as m
from aitia.causes import report, tables
from aitia.causes.errors import ModelError
from aitia.causes.lifecourse import plots
from aitia.causes.lifecourse.calibrate import Calibrated
from aitia.causes.lifecourse.exact import Exact
from aitia.causes.lifecourse.fractions import attribution
from aitia.causes.lifecourse.kinship import FamilySimulation
from aitia.causes.lifecourse.recurrence import RELATIVES, relative_risk
from aitia.causes.lifecourse.scenario import ASSUMED, FITTED, Scenario, citations
from aitia.causes.lifecourse.simulate import Comparison, Simulation
from aitia.causes.multistep.plots import picture
from aitia.causes.provenance import Provenance
from aitia.causes.tables import Record


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of a scenario, answered."""

    exact: Exact
    simulation: Simulation | None = None
    families: FamilySimulation | None = None
    other: Exact | None = None
    other_name: str = ""
    comparison: Comparison | None = None
    calibrated: Calibrated | None = None


def sections(run: Run) -> list[tuple[str, str, list[Record]]]:
    """(key, title, records) of each table of a run, in the order in which they are shown."""
    found: list[tuple[str, str, list[Record]]] = [
        ("risks", "Risk by who one is (exact)", list(run.exact.summary()))
    ]
    if run.exact.model.scenario.exposures:
        found.append(("attribution", "What each exposure accounts for (exact)", list(attribution(run.exact))))
    relatives = recurrence(run.exact)
    if relatives:
        found.append(("relatives", "Risk in relatives (exact)", relatives))
    if run.simulation is not None:
        found.append(
            ("simulation", "Simulated people against the exact answers", list(run.simulation.summary()))
        )
    if run.families is not None:
        found.append(
            ("families", "Simulated families: recurrence and heritability", list(run.families.summary()))
        )
        found.append(("family_sizes", "Simulated families by cases in life", family_sizes(run.families)))
    if run.other is not None:
        found.append(
            ("scenarios", f"This scenario and {run.other_name} (exact)", side_by_side(run.exact, run.other))
        )
    if run.comparison is not None:
        found.append(("comparison", "The same people in both scenarios", list(run.comparison.summary())))
    if run.calibrated is not None:
        found.append(("parameters", "Fitted numbers", list(run.calibrated.parameters)))
        found.append(("targets", "Published figures and the fit", list(run.calibrated.targets)))
        if run.calibrated.tension:
            found.append(
                (
                    "tension",
                    "Penetrance that follows from the published figures",
                    list(run.calibrated.tension),
                )
            )
    return [(key, title, records) for key, title, records in found if records]


def recurrence(exact: Exact) -> list[Record]:
    """Risk of relatives of affected people over that of anyone, where the scenario has genes or shared environment."""
    scenario = exact.model.scenario
    if scenario.liability is None and not scenario.variants:
        return []
    age = min(scenario.families.seen_at, scenario.horizon)
    try:
        return [
            {
                "relative": name.replace("_", " "),
                "by_age": age,
                "relative_risk": relative_risk(exact, name, age),
            }
            for name in RELATIVES
        ]
    except ModelError:
        # X-linked variants, or nobody affected: the families' simulation is the way.
        return []


def family_sizes(families: FamilySimulation) -> list[Record]:
    """Families by the number of members who are cases in life."""
    records: list[Record] = [
        {"cases_in_family": cases, "families": int(count), "share": int(count) / families.families}
        for cases, count in enumerate(families.sizes)
        if count
    ]
    share = families.familial_share()
    if share is not None:
        records.append(
            {"cases_in_family": "cases with a near relative who is one", "families": None, "share": share}
        )
    return records


def side_by_side(first: Exact, second: Exact) -> list[Record]:
    """The main answers of two scenarios and their difference."""

    def answers(exact: Exact) -> dict[str, float]:
        end = float(exact.edges[-1])
        found = {
            "lifetime risk": exact.lifetime_risk(),
            "net risk by 80": exact.penetrance(min(80.0, end)),
            "new cases per 100,000 person-years": exact.incidence(0, end),
            "years free of the disease per person": float(exact.mean(exact.person_years)[-1]),
        }
        if exact.lifetime_risk() > 0:
            found["mean age at onset"] = exact.age_at_onset()[0]
        return found

    one, two = answers(first), answers(second)
    return [
        {"quantity": name, "first": one[name], "second": two[name], "difference": two[name] - one[name]}
        for name in one
        if name in two
    ]


def assumptions(scenario: Scenario) -> list[str]:
    """What the scenario supposes or fits, in its own words."""
    parts: list[tuple[str, object]] = [("Onset", scenario.onset), ("Mortality", scenario.mortality)]
    if scenario.sexes is not None:
        parts += [("Women", scenario.sexes.female), ("Men", scenario.sexes.male)]
    parts += [(one.name, one) for one in scenario.groups]
    parts += [(one.name, one) for one in scenario.variants]
    parts += [(one.name, one) for one in scenario.exposures]
    if scenario.liability is not None:
        parts.append(("Polygenic liability", scenario.liability))
    if scenario.families.note:
        parts.append(("Families", scenario.families))
    lines = []
    for name, part in parts:
        keys = citations(part)  # type: ignore[arg-type]
        marks = [word for word in (ASSUMED, FITTED) if word in keys]
        note = getattr(part, "note", "")
        if note or marks:
            lines.append(
                f"{name}: {note}{' ' if note else ''}{'[' + ', '.join(marks) + ']' if marks else ''}".strip()
            )
    return lines


def words(run: Run) -> list[str]:
    """The result in sentences."""
    exact = run.exact
    risk = exact.lifetime_risk()
    if risk <= 0:
        return ["Nobody falls ill in this scenario before its horizon."]
    mean, spread = exact.age_at_onset()
    said = [
        f"One person in {1 / risk:,.0f} falls ill before death ({100 * risk:.3g}%), at a mean age of {mean:.1f} years "
        f"(SD {spread:.1f})."
    ]
    for variant in exact.model.scenario.variants:
        rows = exact.where(**{variant.name: True})
        if exact.model.combinations.weight[rows].sum() > 0:
            said.append(
                f"{variant.name}: {100 * exact.lifetime_risk(rows):.3g}% of those at risk by it fall ill before "
                f"death; they make up {100 * exact.case_share(rows):.3g}% of cases."
            )
    records = attribution(exact)
    for record in records:
        fraction = record["removed_alone"]
        assert isinstance(fraction, float)
        name = str(record["exposure"])
        condition = "them, if they are" if record["prevalence"] is None else "it, if it is"
        prevented = tables.show(record["prevented_per_100000"], 3)
        delayed = tables.show(record["delayed_per_100000"], 3)
        said.append(
            f"{name[0].upper()}{name[1:]}: {100 * fraction:.3g}% of cases would go away without {condition} causal; "
            f"per 100,000 born that is {prevented} cases prevented, while {delayed} would come later instead."
        )
    if run.simulation is not None:
        worst = max(
            (abs(float(record["standard_errors_apart"] or 0)) for record in run.simulation.summary()),
            default=0.0,
        )
        said.append(
            f"{run.simulation.people:,} simulated lives agree with the exact answers within {worst:.1f} standard "
            "errors."
        )
    if run.calibrated is not None:
        said += run.calibrated.words
    return said


def text(run: Run) -> str:
    """The run as text for a terminal."""
    scenario = run.exact.model.scenario
    parts = [f"{scenario.title}\n"]
    parts += [f"- {line}\n" for line in words(run)]
    for _, title, records in sections(run):
        parts.append(f"\n{title}\n\n{tables.as_text(records)}")
    notes = assumptions(scenario)
    if notes:
        parts.append("\nWhere the numbers come from\n\n" + "".join(f"- {line}\n" for line in notes))
    return "".join(parts)


def as_records(run: Run) -> list[Record]:
    """Every table in one, each record naming its table."""
    return [{"table": key, **record} for key, _, records in sections(run) for record in records]


def as_object(run: Run, source: Provenance) -> dict[str, object]:
    """The run for JSON."""
    found: dict[str, object] = {
        "title": run.exact.model.scenario.title,
        "words": words(run),
        **{key: records for key, _, records in sections(run)},
    }
    if run.calibrated is not None:
        found["chi_square"] = run.calibrated.chi_square
        found["degrees_of_freedom"] = run.calibrated.degrees_of_freedom
    found["scenario"] = run.exact.model.scenario
    found["provenance"] = source
    return found


def html(run: Run, source: Provenance) -> str:
    """The run as a self-contained HTML report."""
    scenario = run.exact.model.scenario
    blocks: list[report.Block] = []
    if scenario.about:
        blocks.append(report.words(scenario.about))
    blocks.append(report.words(*words(run)))
    blocks.append(
        report.Caution(
            "A scenario shows what follows if its numbers are right and its mechanisms causal. It proves neither."
        )
    )
    blocks.append(
        report.Figure(
            picture(plots.lives(run.exact, run.simulation)).decode(),
            "Incidence by age and cumulative risk. Net risk is as if nobody died of anything else; crude risk lets "
            "people die first.",
            "Curves of incidence and of risk by age.",
        )
    )
    if run.calibrated is not None:
        blocks.append(
            report.Figure(
                picture(plots.targets(run.calibrated)).decode(),
                "Published figures against the fit, as ratios. A diamond far from 1 is a figure that the "
                "others contradict.",
                "A row for each published figure, with the fitted value and what the other figures call for.",
            )
        )
    blocks.append(report.Heading("Results"))
    blocks += [report.Table(title, records, digits=3) for _, title, records in sections(run)]
    blocks.append(report.Heading("The model"))
    blocks += _equations(scenario)
    notes = assumptions(scenario)
    if notes:
        blocks += [report.Heading("Where the numbers come from"), report.words(*notes)]
    if scenario.sources:
        blocks.append(report.Table("Sources", _source_records(scenario)))
    lead = "Genes, exposures and time: what a scenario of the life course leads to."
    return report.page(scenario.title, lead, blocks, source)


def _source_records(scenario: Scenario) -> list[Record]:
    return [
        {
            "key": key,
            "source": one.title,
            "where": (f"doi {one.doi}" if one.doi else "")
            or one.pmc
            or (f"PMID {one.pmid}" if one.pmid else "")
            or one.url,
        }
        for key, one in scenario.sources.items()
    ]


def _equations(scenario: Scenario) -> Sequence[report.Block]:
    i, n, o, row, sub, sup = m.i, m.n, m.o, m.row, m.sub, m.sup
    t = row(o("("), i("t"), o(")"))
    survival = row(
        i("S"),
        t,
        o("="),
        sup(row(o("["), i("a"), i("exp"), o("("), i("Q"), i("t"), o(")"), n(1), o("]")), row(i("N"), i("r"))),
    )
    crude = row(
        i("R"),
        t,
        o("="),
        m.both(o("∫"), n(0), i("t")),
        sub(i("h"), i("c")),
        i("S"),
        sub(i("S"), i("μ")),
        i("d"),
        i("s"),
    )
    found: list[report.Block] = [
        report.Equation(
            survival,
            "Chance of being free of the disease at age t: a is the state at birth, Q holds the rates of the steps "
            "(which change with age while someone is exposed), N is the number of lineages and r the product of "
            "hazard ratios.",
        ),
        report.Equation(
            crude, "Crude risk: onset comes before death from other causes, whose survival is S with index μ."
        ),
    ]
    if scenario.exposures:
        ratio = row(
            i("HR"), o("="), n(1), o("+"), o("("), i("x"), o("−"), n(1), o(")"), o("["),
            sub(i("I"), row(i("b"), o("/"), i("t"))), o("("), i("k"), o(","), i("n"), o("−"), i("k"), o(")"), o("−"),
            sub(i("I"), row(i("a"), o("/"), i("t"))), o("("), i("k"), o(","), i("n"), o("−"), i("k"), o(")"), o("]"),
        )  # fmt: skip
        found.append(
            report.Equation(
                ratio,
                "Hazard ratio at age t of an exposure from a to b that makes step k of n go x times as fast, where "
                "rates are small; I is the regularised incomplete beta function.",
            )
        )
    if scenario.liability is not None and scenario.liability.mapping == "threshold":
        threshold = row(
            sub(i("T"), i("t")),
            o("="),
            sup(i("Φ"), row(o("−"), n(1))),
            o("("),
            n(1),
            o("−"),
            i("F"),
            t,
            o(")"),
        )
        found.append(
            report.Equation(
                threshold, "Onset comes when the threshold of an age falls below someone's liability."
            )
        )
    return found
