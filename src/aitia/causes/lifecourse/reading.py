"""Reads a scenario file. A mistake in it is told with file, line and field, and with what to write instead."""

import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import yaml

from aitia.causes.errors import ModelError
from aitia.causes.lifecourse.scenario import (
    ASSUMED,
    FITTED,
    MOST_COMBINATIONS,
    Exposure,
    Member,
    Mortality,
    Scenario,
    Target,
    citations,
)
from aitia.causes.tables import nearest
from aitia.errors import LibraryError
from aitia.library.read import SafeLoader, line_of, plain_message, read_yaml

Keys = Sequence[str | int]
Complain = Callable[[Keys, str], ModelError]
_PLAIN = (
    (r"the record contains unknown field (.+)", r"there is no field '\1' here"),
    (r"the record missing required field (\S+)", r"the field '\1' is missing"),
    (r"Expected (\S+) >= (\S+)", r"must be at least \2"),
    (r"Expected (\S+) > (\S+)", r"must be above \2"),
    (r"Expected (\S+) <= (\S+)", r"must be at most \2"),
    (r"Invalid enum value (.+)", r"\1 is not one of the allowed words"),
    (r"Expected str - at key in .*", "a field name is not text; put it in quotation marks"),
)


def read_scenario(path: str | Path) -> Scenario:
    """The scenario in a YAML file.

    Raises ModelError with the line and the field if it cannot be read, has not the shape, or contradicts itself.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelError(f"{path}: there is no such file. `aitia model examples` writes three scenarios.")
    try:
        data = read_yaml(path)
    except LibraryError as error:
        raise ModelError(
            str(error).replace("in a library", "here").replace("A library", "A scenario")
        ) from None
    return _scenario(data, path.read_text(encoding="utf-8"), str(path))


def scenario_of(text: str, name: str = "scenario") -> Scenario:
    """The scenario in a YAML text, called `name` in what is said of it. Raises as `read_scenario` does."""
    try:
        data = yaml.load(text, Loader=SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ModelError(f"{name}{where}: not valid YAML: {getattr(error, 'problem', error)}.") from None
    return _scenario(data, text, name)


def _scenario(data: Any, text: str, name: str) -> Scenario:
    def complain(keys: Keys, what: str) -> ModelError:
        field = ".".join(str(key + 1) if isinstance(key, int) else key for key in keys)
        return ModelError(f"{name}, line {line_of(text, keys)}{', field ' + field if field else ''}: {what}")

    if not isinstance(data, dict):
        raise ModelError(f"{name}: is not a scenario: it has no fields. docs/model-lifecourse.md shows one.")
    _refuse_doubled_fields(yaml.compose(text, Loader=SafeLoader), name)
    try:
        scenario = msgspec.convert(data, Scenario, strict=False)
    except msgspec.ValidationError as error:
        message, keys = plain_message(error)
        for pattern, plain in _PLAIN:
            message = re.sub(pattern, plain, message)
        message += _value_at(data, keys)
        unknown = re.search(r"no field '(\w+)'", message)
        hint = nearest(unknown[1], _field_names()) if unknown else ""
        raise complain(keys, f"{message}.{hint}") from None
    check(scenario, complain)
    return scenario


def _refuse_doubled_fields(node: Any, name: str) -> None:
    # YAML would keep the last one in silence.
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise ModelError(
                    f"{name}, line {key.start_mark.line + 1}: the field {key.value!r} is there twice."
                )
            seen.add(key.value)
            _refuse_doubled_fields(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_doubled_fields(item, name)


def _value_at(data: Any, keys: Keys) -> str:
    for key in keys:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return ""
    return f", not {data}" if isinstance(data, int | float | str) and not isinstance(data, bool) else ""


def _field_names() -> set[str]:
    names: set[str] = set()
    waiting: list[Any] = [msgspec.inspect.type_info(Scenario)]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, msgspec.inspect.StructType):
            names |= {field.name for field in kind.fields}
            waiting += [field.type for field in kind.fields]
        elif isinstance(kind, msgspec.inspect.UnionType):
            waiting += kind.types
        elif isinstance(kind, msgspec.inspect.VarTupleType):
            waiting.append(kind.item_type)
    return names


def _in_memory(keys: Keys, what: str) -> ModelError:
    field = ".".join(str(key + 1) if isinstance(key, int) else key for key in keys)
    return ModelError(f"scenario, field {field}: {what}")


def check(scenario: Scenario, complain: Complain = _in_memory) -> None:
    """Raise ModelError for what the shape alone does not forbid: contradictions, unknown names, cycles."""
    _check_onset(scenario, complain)
    _check_mortality(scenario.mortality, ("mortality",), complain)
    _check_shares(scenario, complain)
    _check_names(scenario, complain)
    for place, exposure in enumerate(scenario.exposures):
        _check_exposure(scenario, exposure, ("exposures", place), complain)
    _check_variants(scenario, complain)
    _check_liability(scenario, complain)
    _refuse_circles(
        {one.name: [other.name for other in one.depends_on] for one in scenario.exposures},
        "exposures",
        [one.name for one in scenario.exposures],
        "depend on each other in a circle",
        complain,
    )
    _check_family(scenario, scenario.families.members, complain)
    _check_targets(scenario, complain)
    _check_sources(scenario, complain)
    combinations = max(1, len(scenario.groups)) * 2 ** (
        (scenario.sexes is not None) + len(scenario.variants) + len(scenario.exposures)
    )
    if combinations > MOST_COMBINATIONS:
        raise complain(
            (),
            f"groups, sexes, variants and exposures make {combinations} combinations; the most is "
            f"{MOST_COMBINATIONS}. Leave some out, or join them.",
        )


def _check_onset(scenario: Scenario, complain: Complain) -> None:
    onset = scenario.onset
    if (onset.rate is None) == (not onset.rates):
        raise complain(("onset",), "give either rate (one for every step) or rates (one for each).")
    if onset.rates and len(onset.rates) != onset.steps:
        raise complain(
            ("onset", "rates"), f"{len(onset.rates)} rates for {onset.steps} steps. Give one for each."
        )
    parts = [
        *(
            ((("sexes", name)), getattr(scenario.sexes, name))
            for name in ("female", "male")
            if scenario.sexes
        ),
        *((("groups", place), one) for place, one in enumerate(scenario.groups)),
        *((("variants", place), one) for place, one in enumerate(scenario.variants)),
        *((("exposures", place), one) for place, one in enumerate(scenario.exposures)),
    ]
    union: set[int] = set()
    for keys, part in parts:
        for place, speed in enumerate(part.speeds):
            if speed.step != "all" and speed.step > onset.steps:
                raise complain(
                    (*keys, "speeds", place, "step"),
                    f"there is no step {speed.step}: onset has {onset.steps}.",
                )
        taken = steps_taken(part)
        if taken and max(taken) > onset.steps:
            raise complain((*keys, "steps_taken"), f"takes step {max(taken)}, but onset has {onset.steps}.")
        union |= taken
        if len(union) >= onset.steps:
            raise complain(
                (*keys, "steps_taken"),
                f"with {len(union)} of {onset.steps} steps taken at birth, none is left to take.",
            )


def steps_taken(part: Any) -> set[int]:
    """The steps (from 1) that are behind someone at birth by a sex, group or variant."""
    taken = getattr(part, "steps_taken", 0)
    return set(range(1, taken + 1)) if isinstance(taken, int) else set(taken)


def _check_mortality(mortality: Mortality, keys: Keys, complain: Complain) -> None:
    if (mortality.gompertz is None) == (not mortality.table):
        raise complain(keys, "give either gompertz or table.")
    ages = [age for age, _ in mortality.table]
    if ages and (ages[0] != 0 or any(later <= earlier for earlier, later in pairwise(ages))):
        raise complain((*keys, "table"), "the ages must start at 0 and rise from row to row.")
    if mortality.table and mortality.table[-1][1] <= 0:
        raise complain((*keys, "table"), "the last rate must be above 0, or people would never die.")


def _check_shares(scenario: Scenario, complain: Complain) -> None:
    if scenario.sexes is not None:
        total = scenario.sexes.female.share + scenario.sexes.male.share
        if not math.isclose(total, 1, abs_tol=1e-9):
            raise complain(("sexes",), f"the shares add up to {total:.6g}; they must add up to 1.")
        for name in ("female", "male"):
            own = getattr(scenario.sexes, name).mortality
            if own is not None:
                _check_mortality(own, ("sexes", name, "mortality"), complain)
    if scenario.groups:
        total = sum(group.share for group in scenario.groups)
        if not math.isclose(total, 1, abs_tol=1e-9):
            raise complain(("groups",), f"the shares add up to {total:.6g}; they must add up to 1.")


def _check_names(scenario: Scenario, complain: Complain) -> None:
    seen = {"male", "female", "sex", "group", "onset", "liability"}
    for kind in ("groups", "variants", "exposures"):
        for place, part in enumerate(getattr(scenario, kind)):
            if part.name in seen:
                raise complain((kind, place, "name"), f"the name {part.name!r} is taken. Give it its own.")
            if "." in part.name:
                raise complain((kind, place, "name"), f"{part.name!r}: a name may not hold a dot.")
            seen.add(part.name)


def _check_exposure(scenario: Scenario, exposure: Exposure, keys: Keys, complain: Complain) -> None:
    start, end = exposure.ages
    if not start < end:
        raise complain((*keys, "ages"), f"the first age must be below the second, not {start:g} and {end:g}.")
    if not exposure.speeds:
        raise complain((*keys, "speeds"), "name at least one step that it speeds, or leave the exposure out.")
    groups = {group.name for group in scenario.groups}
    sexes = {"female", "male"} if scenario.sexes else set()
    for name in exposure.prevalence_in:
        if name not in groups | sexes:
            raise complain(
                (*keys, "prevalence_in", name),
                f"there is no sex or group {name!r}.{nearest(name, groups | sexes)}",
            )
    if set(exposure.prevalence_in) & groups and set(exposure.prevalence_in) & sexes:
        raise complain((*keys, "prevalence_in"), "give it by sex or by group, not by both.")
    known = {one.name for one in scenario.variants} | {one.name for one in scenario.exposures}
    for place, dependence in enumerate(exposure.depends_on):
        if dependence.name not in known:
            raise complain(
                (*keys, "depends_on", place, "name"),
                f"there is no variant or exposure {dependence.name!r}.{nearest(dependence.name, known)}",
            )


def _check_variants(scenario: Scenario, complain: Complain) -> None:
    groups = {group.name for group in scenario.groups}
    for place, variant in enumerate(scenario.variants):
        keys = ("variants", place)
        if (variant.frequency is None) == (variant.carriers is None):
            raise complain(keys, "give either frequency (of the allele) or carriers (share of people).")
        for name in variant.frequency_in:
            if name not in groups:
                raise complain(
                    (*keys, "frequency_in", name), f"there is no group {name!r}.{nearest(name, groups)}"
                )
        if variant.inheritance == "x_linked_dominant" and scenario.sexes is None:
            raise complain((*keys, "inheritance"), "an X-linked variant needs sexes in the scenario.")


def _check_liability(scenario: Scenario, complain: Complain) -> None:
    liability = scenario.liability
    if liability is None:
        return
    total = liability.heritability + liability.shared_environment
    if total > 1 + 1e-12:
        raise complain(
            ("liability",),
            f"heritability and shared_environment add up to {total:.6g}; together they are at most 1.",
        )
    if (liability.mapping == "hazard") != (liability.log_hazard_sd is not None):
        raise complain(("liability",), "log_hazard_sd goes with `mapping: hazard`, and only with it.")


def _refuse_circles(
    parents: dict[str, list[str]], kind: str, names: list[str], words: str, complain: Complain, *field: str
) -> None:
    done: set[str] = set()
    for start in names:
        path: list[str] = []
        waiting = [(start, 0)]
        while waiting:
            name, depth = waiting.pop()
            path = [*path[:depth], name]
            if name in path[:depth]:
                circle = " → ".join(path[path.index(name) :])
                raise complain((*field, kind, names.index(name)), f"they {words}: {circle}.")
            if name not in done:
                waiting += [(other, depth + 1) for other in parents.get(name, [])]
        done.add(start)


def _check_family(scenario: Scenario, members: Sequence[Member], complain: Complain) -> None:
    inheritance = {variant.name: variant.inheritance for variant in scenario.variants}
    names = [member.name for member in members]
    by_name = {member.name: member for member in members}
    for place, member in enumerate(members):
        keys = ("families", "members", place)
        if names.count(member.name) > 1:
            raise complain((*keys, "name"), f"there are two members called {member.name!r}.")
        if (member.mother is None) != (member.father is None):
            raise complain(keys, "a child needs both a mother and a father among the members.")
        if member.identical_to is not None and member.mother is not None:
            raise complain(keys, "an identical twin takes its parents from its twin; leave them out here.")
        for name in member.carries:
            if name not in inheritance:
                raise complain(
                    (*keys, "carries"), f"there is no variant {name!r}.{nearest(name, inheritance)}"
                )
            if member.mother is not None or member.identical_to is not None:
                raise complain(
                    (*keys, "carries"), "only a founder can be given a variant; others inherit theirs."
                )
        for role, sex in (("mother", "female"), ("father", "male"), ("identical_to", None)):
            other = getattr(member, role)
            if other is None:
                continue
            if other not in by_name:
                raise complain((*keys, role), f"there is no member {other!r}.{nearest(other, names)}")
            if sex is not None and by_name[other].sex != sex:
                raise complain((*keys, role), f"{other!r} must have `sex: {sex}` to be a {role}.")
        if member.identical_to is not None and by_name[member.identical_to].identical_to is not None:
            raise complain((*keys, "identical_to"), "name the twin that is not itself given as a twin.")
        if member.identical_to is not None and member.sex not in (None, by_name[member.identical_to].sex):
            raise complain((*keys, "sex"), "identical twins have the same sex.")
    parents = {
        one.name: [other for other in (one.mother, one.father, one.identical_to) if other] for one in members
    }
    _refuse_circles(parents, "members", names, "are their own ancestors", complain, "families")


def _check_targets(scenario: Scenario, complain: Complain) -> None:
    if scenario.calibration is None:
        return
    variants = {variant.name for variant in scenario.variants}
    exposures = {exposure.name for exposure in scenario.exposures}
    for place, target in enumerate(scenario.calibration.targets):
        keys = ("calibration", "targets", place)
        problem = _target_problem(target, variants, exposures, scenario.sexes is not None)
        if problem:
            raise complain(keys, problem)
    for place, free in enumerate(scenario.calibration.free):
        if not free.low < free.high:
            raise complain(("calibration", "free", place), "low must be below high.")


def _target_problem(target: Target, variants: set[str], exposures: set[str], sexes: bool) -> str:
    if target.low is not None and target.high is not None and not target.low <= target.value <= target.high:
        return f"the value {target.value:g} is outside its own interval."
    if (target.low is None) != (target.high is None):
        return "give both ends of the interval, or none."
    if target.low is not None and target.low <= 0:
        return "low must be above 0; leave the interval out if it is not."
    if target.quantity in ("case_share", "carriers", "penetrance") and target.of not in variants:
        return f"`of` must name a variant.{nearest(target.of or '', variants)}"
    if target.quantity in ("rate_ratio", "attributable_fraction") and target.of not in exposures:
        return f"`of` must name an exposure.{nearest(target.of or '', exposures)}"
    if target.quantity == "relative_risk" and target.relative is None:
        return "a relative_risk needs `relative`."
    if target.quantity == "sex_ratio" and not sexes:
        return "a sex_ratio needs sexes in the scenario."
    likely = (
        "lifetime_risk",
        "case_share",
        "carriers",
        "penetrance",
        "familial_share",
        "attributable_fraction",
    )
    if target.quantity in likely and target.value > 1:
        return f"a {target.quantity} is a probability, at most 1, not {target.value:g}."
    return ""


def _check_sources(scenario: Scenario, complain: Complain) -> None:
    known = {*scenario.sources, ASSUMED, FITTED}

    def visit(node: Any, keys: tuple[str | int, ...]) -> None:
        if isinstance(node, tuple):
            for place, item in enumerate(node):
                visit(item, (*keys, place))
        elif isinstance(node, msgspec.Struct):
            if hasattr(node, "source"):
                for key in citations(node):  # type: ignore[arg-type]
                    if key not in known:
                        raise complain((*keys, "source"), f"there is no source {key!r}.{nearest(key, known)}")
            for field in node.__struct_fields__:
                visit(getattr(node, field), (*keys, field))

    visit(scenario, ())
