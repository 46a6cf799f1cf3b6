"""An article's life in a real browser: asked, doubted, changed, approved, read; opened again when a source falls."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aitia.review import journal
from aitia.review.verifying import verify
from tests.browser.node import drive
from tests.conftest import GLIMMER
from tests.library.store.opened import state_folder
from tests.people.made import PASSWORD
from tests.web.conftest import serving
from tests.web.world import World, add_documents, made, run


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with state_folder(tmp_path / "home"):
        yield made()


@pytest.fixture
def site(world: World) -> Iterator[str]:
    with serving(world.services) as address:
        yield address


def play(part: str, world: World, site: str, *, scripts: bool = True, **given: Any) -> dict[str, Any]:
    """A part of the story; no page may have done in it what pages may not do."""
    seen: dict[str, Any] = drive(
        "story.mjs",
        site,
        part=part,
        scripts=scripts,
        password=PASSWORD,
        people={who: world.email(who) for who in world.people},
        **given,
    )
    assert seen.pop("faults") == []
    return seen


@pytest.mark.parametrize("scripts", [True, False], ids=["by keyboard and mouse", "without JavaScript"])
def test_from_a_question_to_approval_and_back_when_a_source_is_retracted(
    scripts: bool, world: World, site: str, tmp_path: Path
) -> None:
    add_documents("glow", GLIMMER)
    seen = play("approve", world, site, scripts=scripts)
    number, asked, steps = seen["number"], seen["asked"], seen["steps"]

    # Until people have approved it, whoever reads it is warned; before it is submitted, nobody else reads it.
    assert any("No doctor or other expert has reviewed this page" in notice for notice in asked["notices"])
    assert asked["at"] == "/ask"
    assert steps["draft"] == 404
    assert steps["submitted"]["tracker"] == "Status: Submitted"
    assert steps["assigned"]["tracker"] == "Status: Under review"
    assert "What causes glimmer fever?" in steps["waiting"]

    # One approves, the other asks for changes: it is not approved, and the author is told why.
    assert steps["disagreed"]["tracker"] == "Status: Changes requested"
    assert any("The lead may be read as blame." in notice for notice in steps["told"])

    # The edit ended the first approval; both approve the new version.
    assert steps["approved"]["tracker"] == "Status: Approved"
    assert steps["approved"]["lead"].startswith("The causes of glimmer fever are only partly known.")
    assert "Nobody is to blame." in steps["approved"]["lead"]
    assert not any("No doctor" in notice for notice in steps["approved"]["notices"])
    assert len(steps["approved"]["approvers"]) == 2
    for name in ("Vera First", "Sam Second"):
        assert any(name in one for one in steps["approved"]["approvers"])
        assert name in steps["history"]

    # The same question has the approved article from now on.
    assert steps["again"]["at"] == "/ask"
    assert steps["again"]["tracker"] == "Status: Approved"
    assert steps["again"]["lead"] == steps["approved"]["lead"]

    # A source of it is retracted.
    shutil.copytree(GLIMMER, tmp_path / "glimmer")
    sources = tmp_path / "glimmer" / "sources" / "all.yaml"
    text = sources.read_text(encoding="utf-8")
    sources.write_text(
        text.replace("- id: phare-2024\n", "- id: phare-2024\n  standing: retracted\n"), "utf-8"
    )
    add_documents("glow", tmp_path / "glimmer")
    told = run("review", "due", "--reopen", code=3)
    assert f"Article {number}, version 2" in told
    assert "phare-2024 was retracted" in told

    after = play("reopened", world, site, scripts=scripts, number=number)
    assert after["article"]["tracker"] == "Status: Submitted"
    assert any("retracted" in notice for notice in after["article"]["notices"]), after["article"]["notices"]
    # Whoever asks gets the library's answer of now, under the caution, without what was retracted.
    assert "No doctor or other expert has reviewed this page" in " ".join(after["again"]["notices"])
    assert "retracted" in after["waiting"]
    assert "1.6" in after["fresh"]
    dossier = journal.dossier(world.database, number)
    assert any("retracted" in reason for reason in dossier.reasons)
    assert verify(world.database).fault is None


def test_two_who_edit_at_once_lose_nothing(world: World, site: str) -> None:
    seen = play("conflict", world, site, number=world.dossiers["submitted"])
    assert "Words of the author." in seen["told"]
    assert "Nothing of yours was recorded, and nothing is lost." in seen["told"]
    assert seen["kept"] == "Words of the editor."
    assert seen["reason"] == "Because of: Words of the editor."
    assert seen["lead"].startswith("Words of the editor.")
    dossier = journal.dossier(world.database, world.dossiers["submitted"])
    assert [version.reason for version in dossier.versions[1:]] == [
        "Because of: Words of the author.",
        "Because of: Words of the editor.",
    ]


def test_the_desk_can_be_worked_by_its_keys(world: World, site: str) -> None:
    seen = play("keys", world, site, number=world.dossiers["under-review"])
    assert seen["trail"] == ["lead", "1.1", "lead"]
    assert seen["place"] == "1.1"
    assert seen["typed"] == "jak and more"
    assert "next statement" in seen["list"]
    assert seen["atSign"] == "sign"
    marks = journal.dossier(world.database, world.dossiers["under-review"]).marks
    assert ("1.1", "jak and more") in {(one.mark.place, one.mark.reason) for one in marks}


def test_on_paper_an_answer_is_whole_and_has_nothing_to_press(world: World, site: str) -> None:
    seen = play("print", world, site, path="/ask?q=What+are+the+causes+of+ALS%3F&for=patient")
    shown = seen["shown"]
    for name in ("header.masthead", "footer.colophon", "form", "button", "nav"):
        assert shown[name] == 0, name
    for name in (".references", ".lead", ".cites", ".caution-banner", ".print-link", ".disclaimer"):
        assert shown[name] > 0, name
    assert seen["start"] == "%PDF-"
    assert seen["bytes"] > 20_000


def test_a_chosen_theme_stays_and_looks_as_the_systems_own(world: World, site: str) -> None:
    seen = play("theme", world, site)
    assert seen["light"] != seen["chosen"]
    assert seen["chosen"] == seen["kept"] == seen["system"]
