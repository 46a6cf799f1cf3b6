"""Words on the pages of a library."""

from aitia.evidence.nouns import KIND_LABELS, Certainty, Conflict, Figure, Standing

KINDS = {kind: label[:1].upper() + label[1:] for kind, label in KIND_LABELS.items()}
"""The kinds of source, as a list shows them."""

STANDINGS = {
    Standing.CURRENT: "Current",
    Standing.CORRECTED: "Corrected",
    Standing.CONCERN: "Expression of concern",
    Standing.RETRACTED: "Retracted",
    Standing.SUPERSEDED: "Superseded",
}

WARNINGS = {
    Standing.CORRECTED: "A correction to this work was published. Read it together with the work.",
    Standing.CONCERN: "The publisher has doubts about this work and has said so. Do not rely on it alone.",
    Standing.RETRACTED: "This work was retracted. It is kept here so that it can be recognised, and is never cited in "
    "an answer.",
    Standing.SUPERSEDED: "A newer version of this work has taken its place.",
}
"""What a reader must know before anything else."""

NOTICES = {
    "retraction": "Retraction",
    "correction": "Correction",
    "expression-of-concern": "Expression of concern",
    "supersession": "Newer version",
}

CERTAINTY_MEANS = {
    Certainty.HIGH: "The true effect is very likely close to what is stated. New studies will hardly change it.",
    Certainty.MODERATE: "The true effect is probably close to what is stated. A large new study could still change it.",
    Certainty.LOW: "The true effect may differ clearly from what is stated. New studies are likely to change it.",
    Certainty.VERY_LOW: "The true effect is likely to differ from what is stated: this is a first sign, no more.",
}
"""What the four grades of GRADE mean, in our words (Guyatt et al., BMJ 2008;336:924)."""

CONFLICTS = {
    Conflict.FIGURES: "The figures differ",
    Conflict.CONCLUSION: "The conclusions differ",
    Conflict.DIRECTION: "The directions differ",
    Conflict.ARITHMETIC: "The sum does not add up",
}

_UNSAID = ("1", "count", "year", "p value")
"""Units that say no more than the figure's name does."""


def number(value: float) -> str:
    """A number as it was written, with thousands apart: 12,345; 0.75; 2.5e-08."""
    return f"{value:,.10g}" if abs(value) >= 10_000 else f"{value:.10g}"


def interval(figure: Figure) -> str:
    """What is around a figure: "0.6 to 0.9 (95% CI)"; empty if nothing is."""
    if figure.low is None and figure.high is None:
        return ""
    low = number(figure.low) if figure.low is not None else None
    high = number(figure.high) if figure.high is not None else None
    text = f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"
    return f"{text} ({figure.interval})" if figure.interval else text


def measured(figure: Figure) -> str:
    """A figure's value with its unit: "60 years", "4.6%"."""
    if figure.unit in _UNSAID or figure.unit == figure.name:
        return number(figure.value)
    return f"{number(figure.value)}{'' if figure.unit.startswith('%') else ' '}{figure.unit}"
