"""Equations in MathML from small pieces: `row(sup(i("t"), n(2)), o("="), frac(i("a"), i("b")))`."""

from html import escape


def i(name: str) -> str:
    """A variable, or the name of a function."""
    return f"<mi>{escape(name)}</mi>"


def n(number: float | str) -> str:
    """A number."""
    return f"<mn>{number}</mn>"


def o(sign: str) -> str:
    """A sign between or around others: + − · ( ) = ∑ ∫."""
    return f"<mo>{escape(sign)}</mo>"


def text(words: str) -> str:
    """Plain words."""
    return f"<mtext>{escape(words)}</mtext>"


def row(*parts: str) -> str:
    """Parts side by side."""
    return "<mrow>" + "".join(parts) + "</mrow>"


def sub(base: str, below: str) -> str:
    """A base with an index."""
    return f"<msub>{base}{below}</msub>"


def sup(base: str, above: str) -> str:
    """A base with an exponent."""
    return f"<msup>{base}{above}</msup>"


def both(base: str, below: str, above: str) -> str:
    """A base with an index and an exponent, or a sum or integral with its limits."""
    return f"<munderover>{base}{below}{above}</munderover>"


def frac(over: str, under: str) -> str:
    """A fraction."""
    return f"<mfrac>{over}{under}</mfrac>"


def root(inside: str) -> str:
    """A square root."""
    return f"<msqrt>{inside}</msqrt>"
