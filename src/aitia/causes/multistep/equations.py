"""The equations of the models, for reports."""

from aitia.causes.mathml import frac, of, row, space, sub, sup, text
from aitia.causes.report import Equation

_MINUS_ONE = row("n", "−", 1)
_FLOW = row("a", sup("e", row("Q", "t")))
_G_AND_Q = row("(", "g", "+", "q", ")")
_GAP = space(1.0)


def _band(function: str, edge: str) -> str:
    return of(function, sub(edge, "j"))


EQUATIONS = (
    Equation(
        row(
            of("h", "t"),
            "≈",
            "N",
            sub("u", 1),
            sub("u", 2),
            "⋯",
            sub("u", "n"),
            frac(sup("t", _MINUS_ONE), row("(", _MINUS_ONE, ")!")),
        ),
        "Armitage-Doll: n steps at rates u per year in N lineages of cells, while u t is far below 1. The slope of "
        "log h on log t is n - 1.",
    ),
    Equation(
        row(
            of("S", "t"),
            "=",
            sup(row("[", _FLOW, 1, "]"), "N"),
            ",",
            _GAP,
            of("h", "t"),
            "=",
            "N",
            frac(row(_FLOW, "q"), row(_FLOW, 1)),
        ),
        "The same without approximation: Q moves a lineage from step to step. With equal rates the time that one "
        "lineage takes is Erlang distributed.",
    ),
    Equation(
        row(
            "ln",
            space(0.15),
            of("S", "t"),
            "=",
            "r",
            space(0.15),
            "ln",
            space(0.15),
            frac(
                row("g", "+", 2, "q"),
                row("q", sup("e", row(_G_AND_Q, "t")), "+", _G_AND_Q, sup("e", row("−", "q", "t"))),
            ),
        ),
        "Two-stage clonal expansion, by the three numbers that incidence identifies: r, g and q.",
    ),
    Equation(
        row(of("h", "t"), "=", of("h", 60), sup("e", row("b", "(", "t", "−", 60, ")"))),
        "Gompertz: the rival that is a straight line on age itself.",
    ),
    Equation(
        row(
            sub("H", text("frailty")),
            "=",
            frac(row("ln", "(", 1, "+", "θ", "H", ")"), "θ"),
            ",",
            _GAP,
            sub("S", text("susceptible")),
            "=",
            1,
            "−",
            "p",
            "+",
            "p",
            "S",
        ),
        "Two ways in which people may differ: hazards with variance θ between them, or a share p that alone can fall "
        "ill.",
    ),
    Equation(
        row(
            sub("D", "j"),
            "∼",
            text("Poisson"),
            "(",
            sub("λ", "j"),
            ")",
            ",",
            _GAP,
            sub("λ", "j"),
            "=",
            sub("PY", "j"),
            frac(row(_band("H", "b"), "−", _band("H", "a")), row(sub("b", "j"), "−", sub("a", "j"))),
        ),
        "The likelihood: cases in a band from age a to b, by the mean hazard over the band. Intervals end where the "
        "profile log-likelihood has fallen by half a chi-squared quantile; with rates alone, by half an F quantile "
        "times the scatter about the curve.",
    ),
)
