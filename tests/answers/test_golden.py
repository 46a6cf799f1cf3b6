"""Golden articles: read by eye once, then held. Set AITIA_WRITE_GOLDEN=1 to write them anew, and read the diff."""

import os
from pathlib import Path

import pytest

from aitia import Library
from aitia.answers.writers import writer

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize(
    ("name", "question", "audience", "length"),
    [
        ("causes-clinician", "What are the causes of ALS?", "clinician", "standard"),
        ("causes-patient-short", "What are the causes of ALS?", "patient", "short"),
        ("smoking-researcher", "Does smoking cause ALS?", "researcher", "standard"),
        ("diagnostic-delay-clinician", "How long does it take to diagnose ALS?", "clinician", "standard"),
        ("catching-patient", "Is ALS catching?", "patient", "standard"),
        ("migraine-refused", "What causes migraine?", "clinician", "standard"),
    ],
)
def test_golden(starter: Library, name: str, question: str, audience: str, length: str) -> None:
    text = writer("markdown")(starter.ask(question, audience, length))
    file = GOLDEN / f"{name}.md"
    if os.environ.get("AITIA_WRITE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
