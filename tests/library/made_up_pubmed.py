"""Made-up PubMed records, small and plain, for tests of loading."""

import gzip
import random
from pathlib import Path

_WORDS = (
    "migraine",
    "aura",
    "attack",
    "triptan",
    "nausea",
    "patient",
    "trial",
    "placebo",
    "dose",
    "pain",
    "sleep",
)


def record(pmid: int, extra: str = "") -> str:
    """A record with two labelled parts of random words, and a conclusion that can be read."""
    chance = random.Random(pmid)

    def sentence() -> str:
        return f"{' '.join(chance.choices(_WORDS, k=9)).capitalize()} in {chance.randint(2, 90)}% of attacks."

    parts = "".join(
        f'<AbstractText Label="{label}">{" ".join(sentence() for _ in range(2))}</AbstractText>'
        for label in ("METHODS", "RESULTS")
    )
    parts += (
        f'<AbstractText Label="CONCLUSIONS">Triptans reduced migraine pain within {chance.randint(1, 48)} hours in '
        f"{chance.randint(2, 90)}% of patients.</AbstractText>"
    )
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID>'
        f"<Article><Journal><JournalIssue><PubDate><Year>2020</Year></PubDate></JournalIssue><Title>J Made Up</Title>"
        f"</Journal><ArticleTitle>{sentence()}</ArticleTitle><Abstract>{parts}</Abstract>"
        f"<Language>eng</Language></Article>{extra}</MedlineCitation><PubmedData><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{pmid}</ArticleId></ArticleIdList></PubmedData></PubmedArticle>'
    )


def write_file(path: Path, first: int, count: int) -> Path:
    """A file of records with consecutive numbers; compressed if its name ends in .gz."""
    body = "\n".join(record(first + number) for number in range(count))
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n{body}\n</PubmedArticleSet>\n'
    path.write_bytes(gzip.compress(text.encode(), 1) if path.name.endswith(".gz") else text.encode())
    return path
