"""Equations in MathML from small pieces.

Pieces are plain text or what these functions give: letters are taken for variables, digits for numbers, anything else
for signs, so that `row("h", "(", "t", ")", "=", frac("a", sup("t", 2)))` reads as it looks.
"""

from html import escape

Piece = str | int | float


def i(name: str) -> str:
    """A variable, or the name of a function."""
    return f"<mi>{escape(name)}</mi>"


def n(number: Piece) -> str:
    """A number."""
    return f"<mn>{number}</mn>"


def o(sign: str) -> str:
    """A sign between or around others: + − · ( ) = ∑ ∫."""
    return f"<mo>{escape(sign)}</mo>"


def text(words: str) -> str:
    """Plain words."""
    return f"<mtext>{escape(words)}</mtext>"


def space(width: float) -> str:
    """A gap, in widths of an m."""
    return f'<mspace width="{width}em"/>'


def row(*parts: Piece) -> str:
    """Parts side by side."""
    return "<mrow>" + "".join(map(_piece, parts)) + "</mrow>"


def sub(base: Piece, below: Piece) -> str:
    """A base with an index."""
    return f"<msub>{_piece(base)}{_piece(below)}</msub>"


def sup(base: Piece, above: Piece) -> str:
    """A base with an exponent."""
    return f"<msup>{_piece(base)}{_piece(above)}</msup>"


def both(base: Piece, below: Piece, above: Piece) -> str:
    """A base with an index and an exponent, or a sum or integral with its limits."""
    return f"<munderover>{_piece(base)}{_piece(below)}{_piece(above)}</munderover>"


def frac(over: Piece, under: Piece) -> str:
    """A fraction."""
    return f"<mfrac>{_piece(over)}{_piece(under)}</mfrac>"


def root(inside: Piece) -> str:
    """A square root."""
    return f"<msqrt>{_piece(inside)}</msqrt>"


def of(function: Piece, argument: Piece) -> str:
    """A function of something: h(t)."""
    return row(function, "(", argument, ")")


def _piece(part: Piece) -> str:
    made = str(part)
    if made.startswith("<"):
        return made
    if made.replace(".", "", 1).isdigit():
        return n(made)
    return i(made) if made.isalpha() else o(made)
