"""The example documents of the tests, one a format."""

from pathlib import Path

DOCUMENTS = Path(__file__).parent
EXAMPLES = (
    "migraine-guideline.pdf",
    "gout-pathway.docx",
    "coeliac.pubmed.xml",
    "lupus.jats.xml",
    "psoriasis.html",
)
