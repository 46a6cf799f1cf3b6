"""PubMed files of any size to measure with. Run: .venv/bin/python benchmarks/pubmed_generator.py FOLDER --count 300000

Writes .xml.gz files of 30,000 records, as the yearly baseline has. The words are drawn by their frequency from a file
of texts; every record has some made-up terms besides, drawn so that the vocabulary keeps growing with the number of
records as it does in real text (Heaps 1978). Everything else is made up. The same seed gives the same bytes.
"""

import argparse
import gzip
import json
import re
import time
from bisect import bisect
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple
from zlib import compressobj

ROOT = Path(__file__).parents[1]
VOCABULARY = ROOT.parent / "shared" / "eval" / "medquad.documents.jsonl.gz"
"""JSON Lines with a `text` each; a few built-in words stand in for it where it is absent."""
RECORDS_A_FILE = 30_000
CLAUSES = 30_000
GROWTH = 0.9
"""The exponent by which made-up terms grow in number with the draws."""

_BUILT_IN = """the of and in to a with was were for patients or at by risk than from group years that disease not
treatment more had clinical between associated after significant higher lower age increased compared results women men
children blood pressure pain kidney gout urate serum levels cells gene expression mortality symptoms outcome therapy
dose cohort trial baseline weeks months hospital primary care quality life depression sleep asthma stroke heart failure
diabetes cancer liver skin joint bone vitamin infection fever cough"""
_SYLLABLES = [
    first + middle + last
    for first in ("b", "c", "d", "f", "gl", "k", "l", "m", "n", "pr", "r", "s", "tr", "v", "z", "x")
    for middle in "aeiou"
    for last in ("", "n", "r", "x")
]
_FAMILIES = [
    first + last
    for first in ("Quim", "Val", "Or", "Tarn", "Mell", "Brix", "Zol", "Hask")
    for last in ("by", "en", "ski", "ot", "man")
]
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LABELS = (
    ("BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS"),
    ("OBJECTIVE", "DESIGN AND SETTING", "PARTICIPANTS", "RESULTS", "CONCLUSION"),
    ("AIMS", "METHODS AND RESULTS", "CONCLUSIONS"),
)
_TYPES = (
    (70, ()),
    (78, ("Review",)),
    (83, ("Randomized Controlled Trial", "Multicenter Study")),
    (87, ("Case Reports",)),
    (90, ("Meta-Analysis", "Systematic Review")),
    (93, ("Comparative Study",)),
    (96, ("Letter", "Comment")),
    (98, ("Observational Study",)),
    (99, ("Practice Guideline",)),
    (100, ("Retracted Publication",)),
)
_CORRECTIONS = (
    "CommentIn",
    "CommentOn",
    "ErratumIn",
    "UpdateIn",
    "UpdateOf",
    "ExpressionOfConcernIn",
    "RetractionIn",
)
_DESIGNS = (
    "We did a randomised, double-blind, placebo-controlled trial",
    "We conducted a systematic review and meta-analysis",
    "In this population-based cohort study",
    "This was a case-control study",
    "We followed patients for five years",
    "We measured it in transgenic mice",
    "A cross-sectional survey was held",
    "We review what is known",
)


class Tables(NamedTuple):
    """What records are put together from; drawn once."""

    clauses: list[str]
    figures: list[str]
    sizes: list[str]
    people: list[str]
    headings: list[str]
    keywords: list[str]
    journals: list[str]


def frequencies(path: Path | None) -> Counter[str]:
    """How often each word occurs in the texts of a file; without one, a Zipf curve over the built-in words."""
    if path is None or not path.exists():
        words = _BUILT_IN.split()
        return Counter({word: 1000 // rank for rank, word in enumerate(words, start=1)})
    counts: Counter[str] = Counter()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            counts.update(re.findall(r"[a-z][a-z'-]+", str(json.loads(line).get("text", "")).lower()))
    return counts


def tables(counts: Counter[str], seed: int) -> Tables:
    """Everything that is drawn once."""
    random = Random(f"tables {seed}")
    words = list(counts)
    total = 0
    sums = [total := total + counts[word] for word in words]
    drawn = iter(random.choices(words, cum_weights=sums, k=CLAUSES * 10))
    clauses = [" ".join(next(drawn) for _ in range(random.randint(5, 9))) for _ in range(CLAUSES)]
    figures, sizes = [], []
    for _ in range(4000):
        low = random.uniform(0.3, 4)
        middle, high = low * random.uniform(1.05, 1.6), low * random.uniform(1.7, 3)
        figures.append(
            random.choice(
                (
                    f"(hazard ratio {middle:.2f}, 95% CI {low:.2f} to {high:.2f}; p={random.random() / 5:.3f})",
                    f"(OR = {middle:.1f}; 95% CI: {low:.1f}-{high:.1f})",
                    f"({random.uniform(1, 99):.1f}% vs {random.uniform(1, 99):.1f}%, p &lt; 0.0{random.randint(1, 5)})",
                    f"(mean {middle * 10:.1f} ± {low:.1f} mg/dL, 10<sup>{random.randint(2, 9)}</sup>/L)",
                )
            )
        )
        size = int(random.lognormvariate(6, 1.5)) + 10
        sizes.append(f"A total of {size:,} patients were studied")
    people = []
    for index in range(6000):
        family = random.choice(_FAMILIES) + random.choice(("", "a", "o", "-Lee"))
        first, second = random.choice("ABCDEFGHIJKLM"), random.choice("NOPRSTVW")
        people.append(
            f'<Author ValidYN="Y"><LastName>{family}</LastName><ForeName>{first}anne {second}</ForeName>'
            f"<Initials>{first}{second}</Initials><AffiliationInfo><Affiliation>Department {index % 90} of Invented "
            f"Medicine, University of {random.choice(_FAMILIES)}, {random.choice(_FAMILIES)} Street, Nowhere."
            "</Affiliation></AffiliationInfo></Author>"
        )
    headings = []
    common = [word for word, _ in counts.most_common(3000) if len(word) > 4]
    for index in range(4000):
        name = " ".join(random.choices(common, k=random.randint(1, 3))).title()
        qualifier = random.choice(("", "genetics", "therapy", "epidemiology", "drug therapy"))
        major = random.choice("YNNN")
        inside = (
            f'<QualifierName UI="Q{index:06}" MajorTopicYN="{major}">{qualifier}</QualifierName>'
            if qualifier
            else ""
        )
        headings.append(
            f'<MeshHeading><DescriptorName UI="D{index:06}" MajorTopicYN="N">{name}</DescriptorName>'
            f"{inside}</MeshHeading>"
        )
    return Tables(
        clauses=clauses,
        figures=figures,
        sizes=sizes,
        people=people,
        headings=headings,
        keywords=[f'<Keyword MajorTopicYN="N">{word}</Keyword>' for word in common],
        journals=[
            f"<Title>Journal of {name} and invented medicine</Title>"
            f"<ISOAbbreviation>J {name} Invent Med</ISOAbbreviation>"
            for name in (" ".join(random.choices(common, k=2)).title() for _ in range(2000))
        ],
    )


def term(number: int) -> str:
    """A made-up word for every number from 0: short for small ones."""
    size = len(_SYLLABLES)
    parts = [_SYLLABLES[number % size]]
    while number := number // size:
        parts.append(_SYLLABLES[number % size])
    return "".join(parts) + "ase"


def records(count: int, given: Tables, seed: str, first: int = 1) -> Iterator[str]:
    """That many PubmedArticle elements with numbers from `first` on."""
    random = Random(f"records {seed}")
    draw, pareto = random.random, random.paretovariate
    clauses, figures, people, headings = given.clauses, given.figures, given.people, given.headings
    borders = [border for border, _ in _TYPES]

    def rare() -> str:
        return term(int(pareto(GROWTH)))

    def sentence() -> str:
        one = clauses[int(draw() * CLAUSES)]
        middle, last = clauses[int(draw() * CLAUSES)], clauses[int(draw() * CLAUSES)]
        kind = draw()
        if kind < 0.35:
            middle = f"{rare()} {middle}"
        if kind > 0.6:
            last = f"{last} {figures[int(draw() * 4000)]}"
        return f"{one.capitalize()} {middle} {last}."

    for pmid in range(first, first + count):
        kind = draw()
        year = 1975 + int(draw() ** 0.5 * 50)
        sentences = [sentence() for _ in range(int(8 + draw() * 4))] if kind < 0.87 else []
        if sentences and draw() < 0.6:
            sentences[2] = f"{_DESIGNS[int(draw() * len(_DESIGNS))]}. {given.sizes[int(draw() * 4000)]}."
        if kind < 0.45:
            labels = _LABELS[int(draw() * 3)]
            step = len(sentences) // len(labels)
            ends = [*range(step, step * len(labels), step), len(sentences)]
            parts = [
                f'<AbstractText Label="{label}" NlmCategory="{label}">{" ".join(sentences[start:end])}</AbstractText>'
                for label, start, end in zip(labels, [0, *ends], ends, strict=False)
            ]
            abstract = f"<Abstract>{''.join(parts)}</Abstract>"
        elif sentences:
            abstract = f"<Abstract><AbstractText>{' '.join(sentences)}</AbstractText></Abstract>"
        else:
            abstract = ""
        title = f"{clauses[int(draw() * CLAUSES)].capitalize()} {rare()} {clauses[int(draw() * CLAUSES)]}."
        if draw() < 0.04:
            title = f"[{title[:-1]}]."
        begin = int(draw() * 5985)
        authors = "".join(people[begin : begin + 1 + int(draw() * 8)])
        begin = int(draw() * 3980)
        mesh = (
            f"<MeshHeadingList>{''.join(headings[begin : begin + 4 + int(draw() * 12)])}</MeshHeadingList>"
            if draw() < 0.8
            else ""
        )
        begin = int(draw() * (len(given.keywords) - 6))
        keywords = (
            f'<KeywordList Owner="NOTNLM">{"".join(given.keywords[begin : begin + 5])}</KeywordList>'
            if draw() < 0.3
            else ""
        )
        types = _TYPES[bisect(borders, draw() * 100)][1]
        named = "".join(
            f'<PublicationType UI="D0">{name}</PublicationType>' for name in ("Journal Article", *types)
        )
        corrections = ""
        if draw() < 0.03:
            reference = _CORRECTIONS[int(draw() * len(_CORRECTIONS))]
            other = first + int(draw() * count)
            corrections = (
                f'<CommentsCorrectionsList><CommentsCorrections RefType="{reference}"><RefSource>J Invent Med. '
                f'{year + 1};1:1</RefSource><PMID Version="1">{other}</PMID></CommentsCorrections>'
                "</CommentsCorrectionsList>"
            )
        month = int(draw() * 12)
        doi = f"10.5555/g.{pmid}"
        central = f'<ArticleId IdType="pmc">PMC{pmid}</ArticleId>' if draw() < 0.3 else ""
        date = f"<Year>{year}</Year><Month>{month + 1:02}</Month><Day>{1 + int(draw() * 28):02}</Day>"
        yield (
            f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>'
            f"<DateCompleted>{date}</DateCompleted><DateRevised>{date}</DateRevised>"
            '<Article PubModel="Print"><Journal><ISSN IssnType="Print">0000-0000</ISSN>'
            f'<JournalIssue CitedMedium="Print"><Volume>{year - 1970}</Volume><Issue>{month}</Issue>'
            f"<PubDate><Year>{year}</Year><Month>{_MONTHS[month]}"
            f"</Month></PubDate></JournalIssue>{given.journals[int(draw() * 2000)]}</Journal><ArticleTitle>{title}"
            f"</ArticleTitle><Pagination><MedlinePgn>1-9</MedlinePgn></Pagination>"
            f'<ELocationID EIdType="doi" ValidYN="Y">{doi}</ELocationID>{abstract}'
            f'<AuthorList CompleteYN="Y">{authors}</AuthorList><Language>eng</Language>'
            f"<PublicationTypeList>{named}</PublicationTypeList></Article><MedlineJournalInfo><Country>Nowhere</Country>"
            f"<MedlineTA>J Invent Med</MedlineTA></MedlineJournalInfo>{corrections}{mesh}{keywords}</MedlineCitation>"
            f'<PubmedData><History><PubMedPubDate PubStatus="pubmed">{date}</PubMedPubDate><PubMedPubDate PubStatus='
            f'"medline">{date}</PubMedPubDate></History><PublicationStatus>ppublish</PublicationStatus><ArticleIdList>'
            f'<ArticleId IdType="pubmed">{pmid}</ArticleId><ArticleId IdType="doi">{doi}</ArticleId>{central}'
            "</ArticleIdList></PubmedData></PubmedArticle>\n"
        )


def write(
    folder: Path,
    count: int,
    *,
    seed: int = 1,
    vocabulary: Path | None = VOCABULARY,
    first: int = 1,
    a_file: int = RECORDS_A_FILE,
) -> list[Path]:
    """The files pubmed-0001.xml.gz and so on, made in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    given = tables(frequencies(vocabulary), seed)
    paths = []
    for number, begin in enumerate(range(0, count, a_file), start=1):
        path = folder / f"pubmed-{number:04}.xml.gz"
        squeeze = compressobj(
            1, wbits=31
        )  # A gzip header without a time, so that the bytes are the same each time.
        with path.open("wb") as file:
            head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet SYSTEM "pubmed_250101.dtd">'
            file.write(squeeze.compress(f"{head}\n<PubmedArticleSet>\n".encode()))
            batch: list[str] = []
            for record in records(min(a_file, count - begin), given, f"{seed} {number}", first + begin):
                batch.append(record)
                if len(batch) == 500:
                    file.write(squeeze.compress("".join(batch).encode()))
                    batch.clear()
            file.write(squeeze.compress(f"{''.join(batch)}</PubmedArticleSet>\n".encode()) + squeeze.flush())
        paths.append(path)
    return paths


def main() -> None:
    """Write the files that the command line asks for, and say how fast."""
    parser = argparse.ArgumentParser(description="Write made-up PubMed files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=RECORDS_A_FILE, help="records in all")
    parser.add_argument("--a-file", type=int, default=RECORDS_A_FILE, help="records in each file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="the first PMID")
    parser.add_argument(
        "--vocabulary", type=Path, default=VOCABULARY, help="gzipped JSON Lines with a text each"
    )
    asked = parser.parse_args()
    started = time.perf_counter()
    paths = write(
        asked.folder,
        asked.count,
        seed=asked.seed,
        vocabulary=asked.vocabulary,
        first=asked.first,
        a_file=asked.a_file,
    )
    taken = time.perf_counter() - started
    size = sum(path.stat().st_size for path in paths)
    print(
        f"{asked.count:,} records in {len(paths)} files, {size / 1e6:,.0f} MB, "
        f"{asked.count / taken:,.0f} records a second"
    )


if __name__ == "__main__":
    main()
