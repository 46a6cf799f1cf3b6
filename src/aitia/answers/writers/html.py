"""The article as one self-contained page: no script, no request to anywhere, readable aloud and on paper."""

import re
from functools import cache
from importlib.resources import files

import jinja2

from aitia.answers.writers import labels
from aitia.evidence.article import Article


def write(article: Article) -> str:
    """An HTML document."""
    return _template().render(article=article, labels=labels, safe_link=_safe_link)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(
        (files("aitia.answers.writers") / "article.html.jinja").read_text(encoding="utf-8")
    )


def _safe_link(address: str | None) -> str | None:
    """The address if it is one that a browser may open, else None."""
    return address if address and re.match(r"https?://[^\s\"'<>]+$", address) else None
