"""Words that all writers share."""

from aitia.evidence.article import Article, ArticleStatement, Reference
from aitia.evidence.nouns import KIND_LABELS, Certainty, Standing

CERTAINTY = {
    "patient": {
        Certainty.HIGH: "sure",
        Certainty.MODERATE: "fairly sure",
        Certainty.LOW: "not very sure",
        Certainty.VERY_LOW: "not at all sure",
    },
    "clinician": {
        Certainty.HIGH: "high certainty",
        Certainty.MODERATE: "moderate certainty",
        Certainty.LOW: "low certainty",
        Certainty.VERY_LOW: "very low certainty",
    },
}
CERTAINTY["researcher"] = CERTAINTY["clinician"]

LEGEND = {
    "patient": "In brackets: the numbers of the sources below, and how sure the studies let us be "
    "(sure, fairly sure, not very sure, not at all sure).",
    "clinician": "In brackets: references, and certainty as the library grades it (high, moderate, low, very low).",
}

LEGEND_OF_DOCUMENTS = {
    "patient": "The sentences are the documents' own words. In brackets: the number of the source below, and where in "
    "it the words stand.",
    "clinician": "The sentences are the documents' own words. In brackets: references, and where the words stand. To "
    "open them: aitia library show ID --library {library} --passage N.",
}

HEADINGS = {
    "disagreements": {"patient": "Where studies disagree", "clinician": "Sources disagree"},
    "gaps": {"patient": "What this library cannot tell you", "clinician": "What the library does not answer"},
    "references": {"patient": "Where this comes from", "clinician": "References"},
    "follow_ups": {"patient": "You may also want to ask", "clinician": "Next questions"},
    "nearest": {"patient": "What this library does cover", "clinician": "Nearest topics"},
}

STANDING = {
    Standing.CORRECTED: "corrected",
    Standing.CONCERN: "expression of concern",
    Standing.SUPERSEDED: "superseded",
}


def heading(part: str, article: Article) -> str:
    """The heading of a fixed part, for the article's audience."""
    words = HEADINGS[part]
    return words["patient" if article.audience == "patient" else "clinician"]


def legend(article: Article) -> str:
    """What the brackets behind a statement mean."""
    audience = "patient" if article.audience == "patient" else "clinician"
    if article.passages:
        return LEGEND_OF_DOCUMENTS[audience].format(library=article.library.name)
    return LEGEND[audience]


def ground(article: Article, statement: ArticleStatement) -> str:
    """What a statement rests on: its certainty, or the place in the document that its words stand in."""
    if statement.certainty is not None:
        return CERTAINTY[article.audience][statement.certainty]
    return places(article, statement.statement_ids[:1])


def places(article: Article, statement_ids: tuple[str, ...]) -> str:
    """ "p. 4, Treatment, passage 12.3": where the words of some statements stand; empty for curated ones."""
    known = {place.statement_id: place for place in article.passages}
    parts = []
    for name in statement_ids:
        if place := known.get(name):
            page = [f"p. {place.page}"] if place.page else []
            section = [place.section] if place.section else []
            parts.append(", ".join([*page, *section, f"passage {place.passage}.{place.sentence}"]))
    return "; ".join(parts)


def status_line(article: Article) -> str:
    """Status, date of the evidence and library."""
    line = (
        f"{article.status} · evidence of {article.updated} · {article.library.name} {article.library.version}"
        f" · for {article.audience}s"
    )
    if article.reading_grade is not None:
        line += f" · reading grade {article.reading_grade:g}"
    return line


def marks(citations: tuple[int, ...]) -> str:
    """ "[1, 2, 5-8]"; empty where nothing is cited."""
    if not citations:
        return ""
    runs: list[list[int]] = []
    for number in sorted(citations):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return f"[{', '.join(parts)}]"


def title(reference: Reference) -> str:
    """The title as a sentence: with a full stop unless it ends in a mark of its own."""
    text = reference.title.rstrip(".")
    return text if text.endswith(("?", "!")) else text + "."


def authors(reference: Reference) -> str:
    """The authors as they are printed, or a plain word that they are not recorded."""
    names = [name for name in reference.authors if name != "et al."]
    if not names:
        return "Authors not recorded"
    return ", ".join(names) + (
        ", et al" if "et al." in reference.authors or len(names) < len(reference.authors) else ""
    )


def kind(reference: Reference) -> str:
    """The study design, with the standing of the source where it is not simply current."""
    label = KIND_LABELS[reference.kind]
    standing = STANDING.get(reference.standing)
    return f"{label}, {standing}" if standing else label
