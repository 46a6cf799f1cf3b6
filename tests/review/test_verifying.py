"""Whatever is done to the database behind the journal's back, verifying finds it and says where."""

import re

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, delete, insert, select, text, update

from aitia.library.store.database import reading, writing
from aitia.review.chain import event_text, hash_of, read_event
from aitia.review.errors import ReviewError
from aitia.review.journal import act, head_of, open_dossier
from aitia.review.nouns import SYSTEM, Approve, Comment, Edit, Event, Submit
from aitia.review.tables import dossiers, events, journal, versions
from aitia.review.verifying import verify
from tests.review.made import ANN, BEN, CAT, DAN, POLICY, approving, do, enter, made_article, retitled

ONE_DATABASE = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
"""For what no database decides; a new PostgreSQL for each such test would take most of the time."""


@pytest.fixture
def last(database: Engine) -> int:
    """Two articles: the first approved (events 1 to 8), the second edited; the number of the last event."""
    enter(database, ANN, BEN, CAT, DAN)
    first = open_dossier(database, ANN.id, made_article()).id
    do(database, first, *approving(BEN, CAT))
    second = open_dossier(database, ANN.id, made_article(question="Another?")).id
    edited = replace(retitled("Better"), question="Another?")
    act(database, POLICY, ANN.id, second, Edit("x"), seen=1, article=edited)
    do(database, second, (ANN, Submit()), (DAN, Comment("x")), seen=2)
    assert (first, second) == (1, 2)
    return head_of(database).number


def fault(database: Engine, head: str | None = None) -> str:
    found = verify(database, head).fault
    assert found is not None
    return found


def row(connection: Connection, number: int) -> tuple[int, str, Event]:
    dossier, hashed, stored = connection.execute(
        select(events.c.dossier_id, events.c.hash, events.c.event).where(events.c.number == number)
    ).one()
    return dossier, hashed, read_event(stored)


def rewrite(connection: Connection, first: int, changed: Event) -> None:
    """Change an event, and the chain after it, as one would who knows how it is made."""
    previous = changed.previous
    for number in range(first, connection.execute(select(journal.c.number)).scalar_one() + 1):
        _, _, event = row(connection, number)
        event = replace(changed if number == first else event, previous=previous)
        stored = event_text(event)
        previous = hash_of(stored)
        connection.execute(
            update(events).where(events.c.number == number).values(event=stored.decode(), hash=previous)
        )
    connection.execute(update(journal).values(hash=previous))


def test_an_honest_journal_passes(database: Engine, last: int) -> None:
    found = verify(database)
    end = head_of(database)
    assert (found.events, found.fault, found.number, found.hash) == (last, None, last, end.hash)
    for number in range(1, last + 1):
        with reading(database) as connection:
            _, hashed, _ = row(connection, number)
        assert verify(database, hashed).fault is None
    assert verify(database, "0" * 64).fault is None


@ONE_DATABASE
def test_an_empty_journal_passes(database: Engine) -> None:
    assert verify(database).fault is None
    assert "is not in the chain" in fault(database, "a" * 64)


@ONE_DATABASE
def test_a_head_that_is_no_hash_is_refused(database: Engine) -> None:
    for wrong in ("", "abc", "G" * 64, "a" * 65):
        with pytest.raises(ReviewError, match="is no hash"):
            verify(database, wrong)


def test_a_changed_event_is_found(database: Engine, last: int) -> None:
    for number in range(1, last + 1):
        with writing(database) as connection:
            stored = connection.execute(select(events.c.event).where(events.c.number == number)).scalar_one()
            other = stored.replace("Ann", "Eve").replace("Aitia", "Aitio").replace("Ben", "Bob")
            other = other.replace("Cat", "Kat").replace("Dan", "Don")
            assert other != stored
            connection.execute(update(events).where(events.c.number == number).values(event=other))
        assert re.match(rf"event {number} \(article [12]\) was changed", fault(database))
        assert verify(database).events == number - 1
        with writing(database) as connection:
            connection.execute(update(events).where(events.c.number == number).values(event=stored))
    assert verify(database).fault is None


@ONE_DATABASE
def test_a_changed_event_with_a_new_hash_is_found(database: Engine, last: int) -> None:
    for number in range(1, last + 1):
        with writing(database) as connection:
            _, hashed, event = row(connection, number)
            stored = event_text(replace(event, person=replace(event.person, name="Eve")))
            connection.execute(
                update(events)
                .where(events.c.number == number)
                .values(event=stored.decode(), hash=hash_of(stored))
            )
        assert re.match(rf"event {number} \(\w+, article [12], version [12], .*was replaced", fault(database))
        with writing(database) as connection:
            connection.execute(
                update(events)
                .where(events.c.number == number)
                .values(event=event_text(event).decode(), hash=hashed)
            )


def test_a_removed_event_is_found(database: Engine, last: int) -> None:
    for number in range(1, last + 1):
        with writing(database) as connection:
            dossier, hashed, event = row(connection, number)
            connection.execute(delete(events).where(events.c.number == number))
        found = fault(database)
        if number < last:
            assert f"event {number} is missing" in found
            assert f"before event {number + 1}" in found
        else:
            assert f"the journal counts {last}, and ends with event {last - 1}" in found
        with writing(database) as connection:
            connection.execute(
                insert(events).values(
                    number=number, dossier_id=dossier, hash=hashed, event=event_text(event).decode()
                )
            )
    with writing(database) as connection:
        connection.execute(delete(events).where(events.c.number.in_([4, 5])))
    assert "events 4 to 5 are missing, after event 3 (begin, article 1" in fault(database)


@ONE_DATABASE
def test_events_in_another_order_are_found(database: Engine, last: int) -> None:
    for number in range(1, last):
        with writing(database) as connection:
            for old, new in ((number, -1), (number + 1, number), (-1, number + 1)):
                connection.execute(update(events).where(events.c.number == old).values(number=new))
        assert f"in the place of event {number} stands event {number + 1}" in fault(database)
        with writing(database) as connection:
            for old, new in ((number, -1), (number + 1, number), (-1, number + 1)):
                connection.execute(update(events).where(events.c.number == old).values(number=new))


@ONE_DATABASE
@pytest.mark.parametrize("counted", [False, True])
def test_an_event_put_in_is_found(database: Engine, last: int, counted: bool) -> None:
    with writing(database) as connection:
        # Between two others, with all after it moved up.
        for number in range(last, 4, -1):
            connection.execute(update(events).where(events.c.number == number).values(number=number + 1))
        dossier, hashed, event = row(connection, 4)
        forged = event_text(replace(event, number=5, previous=hashed))
        connection.execute(
            insert(events).values(number=5, dossier_id=dossier, hash=hash_of(forged), event=forged.decode())
        )
        if counted:
            connection.execute(update(journal).values(number=last + 1))
    assert "in the place of event 6 stands event 5" in fault(database)


@ONE_DATABASE
def test_an_event_past_the_end_or_before_the_beginning_is_found(database: Engine, last: int) -> None:
    with writing(database) as connection:
        _, hashed, event = row(connection, last)
        forged = event_text(replace(event, number=last + 1, previous=hashed))
        connection.execute(
            insert(events).values(number=last + 1, dossier_id=2, hash=hash_of(forged), event=forged.decode())
        )
    assert f"the journal counts {last} events, and there are {last + 1}" in fault(database)
    with writing(database) as connection:
        connection.execute(update(events).where(events.c.number == last + 1).values(number=0))
    assert "event 0 (article 2) was put in before the first" in fault(database)


def test_only_a_head_kept_elsewhere_shows_that_the_end_was_cut_off(database: Engine, last: int) -> None:
    known = head_of(database).hash
    with writing(database) as connection:
        # A careful thief: the comment goes, and everything that follows from it.
        _, hashed, event = row(connection, last - 1)
        connection.execute(delete(events).where(events.c.number == last))
        connection.execute(update(journal).values(number=last - 1, hash=hashed))
        connection.execute(update(dossiers).where(dossiers.c.id == 2).values(changed=event.at))
    assert verify(database).fault is None
    assert verify(database, hashed).fault is None
    assert f"the head {known} is not in the chain" in fault(database, known)


@ONE_DATABASE
def test_only_a_head_kept_elsewhere_shows_a_chain_written_anew(database: Engine, last: int) -> None:
    known = head_of(database).hash
    with writing(database) as connection:
        _, _, event = row(connection, last)
        rewrite(connection, last, replace(event, action=Comment("Something else.")))
    assert verify(database).fault is None
    assert f"the head {known} is not in the chain" in fault(database, known)


@ONE_DATABASE
@pytest.mark.usefixtures("last")
def test_an_approval_without_its_signatures_is_found_in_a_chain_written_anew(database: Engine) -> None:
    with writing(database) as connection:
        # The second approval becomes a remark of Cat's; the approval by the system stays.
        _, _, event = row(connection, 7)
        rewrite(connection, 7, replace(event, action=Comment("I am not sure.")))
    assert "event 8 (approve, article 1, version 1" in fault(database)
    assert "approves without the signatures" in fault(database)


@ONE_DATABASE
def test_a_step_that_cannot_be_is_found_in_a_chain_written_anew(database: Engine, last: int) -> None:
    with writing(database) as connection:
        _, _, event = row(connection, last)
        rewrite(connection, last, replace(event, person=SYSTEM, action=Approve((1, 2), 2, "", "2030-01-01")))
    assert f"event {last} of article 2 cannot follow" in fault(database)


@ONE_DATABASE
@pytest.mark.usefixtures("last")
def test_a_time_set_back_is_found_in_a_chain_written_anew(database: Engine) -> None:
    with writing(database) as connection:
        _, _, event = row(connection, 5)
        rewrite(connection, 5, replace(event, at="2001-01-01T00:00:00.000000Z"))
    assert "event 5 (sign, article 1, version 1, 2001-01-01) bears a time before that of event 4" in fault(
        database
    )


@ONE_DATABASE
@pytest.mark.usefixtures("last")
def test_an_event_moved_to_another_article_is_found(database: Engine) -> None:
    with writing(database) as connection:
        connection.execute(update(events).where(events.c.number == 4).values(dossier_id=2))
    assert re.match(r"event 4 \(declare, article 1, .*is kept with article 2", fault(database))


@pytest.mark.usefixtures("last")
def test_a_changed_text_is_found(database: Engine) -> None:
    with reading(database) as connection:
        kept = connection.execute(select(versions)).all()
    assert len(kept) == 3
    for one in kept:
        mine = (versions.c.dossier_id == one.dossier_id) & (versions.c.number == one.number)
        other = one.article.replace("10 of 100", "11 of 100", 1)
        assert other != one.article
        changed = {"article": other, "content_hash": hash_of(other.encode())}
        for values in (
            {"article": other},
            changed,
            {"article": one.article + " "},
            {"content_hash": "f" * 64},
        ):
            with writing(database) as connection:
                connection.execute(update(versions).where(mine).values(values))
            assert (
                fault(database)
                == f"the text of version {one.number} of article {one.dossier_id} was changed."
            )
            with writing(database) as connection:
                connection.execute(
                    update(versions).where(mine).values(article=one.article, content_hash=one.content_hash)
                )
        with writing(database) as connection:
            connection.execute(delete(versions).where(mine))
        assert f"version {one.number} of article {one.dossier_id} was removed" in fault(database)
        with writing(database) as connection:
            connection.execute(insert(versions).values(one._asdict()))
    with writing(database) as connection:
        connection.execute(insert(versions).values({**kept[0]._asdict(), "number": 2}))
    assert fault(database) == "version 2 of article 1 was put in without an event."


@ONE_DATABASE
@pytest.mark.usefixtures("last")
def test_a_list_that_says_otherwise_is_found(database: Engine) -> None:
    for values, words in (
        ({"state": "approved"}, "that its state is 'approved'; by its events it is 'submitted'"),
        ({"due": "2099-01-01"}, "that its due is '2099-01-01'"),
        ({"question_key": "x"}, "that its question key is 'x'"),
        ({"author_id": 7}, "that its author id is 7"),
        ({"version": 1}, "that its version is 1"),
    ):
        with reading(database) as connection:
            before = connection.execute(select(dossiers).where(dossiers.c.id == 2)).one()._asdict()
        with writing(database) as connection:
            connection.execute(update(dossiers).where(dossiers.c.id == 2).values(values))
        assert f"the list says of article 2 {words}" in fault(database)
        with writing(database) as connection:
            connection.execute(update(dossiers).where(dossiers.c.id == 2).values(before))


@pytest.mark.usefixtures("last")
def test_an_article_without_events_or_without_a_row_is_found(database: Engine) -> None:
    with writing(database) as connection:
        one = connection.execute(select(dossiers).where(dossiers.c.id == 2)).one()._asdict()
        connection.execute(insert(dossiers).values({**one, "id": 9}))
    assert fault(database) == "article 9 is there without any event."
    # Whoever owns the database can take rows from under the events.
    with database.connect() as connection:
        if database.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        else:
            connection.execute(text("ALTER TABLE events DROP CONSTRAINT fk_events_dossier_id"))
            connection.execute(text("ALTER TABLE versions DROP CONSTRAINT fk_versions_dossier_id"))
        connection.execute(text("DELETE FROM dossiers WHERE id IN (2, 9)"))
        if database.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("BEGIN")
        connection.commit()
    assert fault(database) == "article 2 was taken from the list; its events are there."


@ONE_DATABASE
def test_a_journal_without_its_end_is_found(database: Engine, last: int) -> None:
    for values, words in (
        ({"number": 0}, f"the journal counts 0 events, and there are {last}"),
        ({"hash": "f" * 64}, "the journal's end has another hash"),
    ):
        with reading(database) as connection:
            before = connection.execute(select(journal)).one()._asdict()
        with writing(database) as connection:
            connection.execute(update(journal).values(values))
        assert words in fault(database)
        with writing(database) as connection:
            connection.execute(update(journal).values(before))
    with writing(database) as connection:
        connection.execute(delete(journal))
    assert "lost its record of the last event" in fault(database)


def test_the_form_that_is_hashed_stays_as_it_is() -> None:
    # A change here would make every journal that was kept until now fail.
    event = Event(
        2, 1, "2026-01-02T03:04:05.000006Z", BEN, 1, "c" * 64, Comment("Wie groß?", "1.2"), "0" * 64
    )
    assert event_text(event).decode() == (
        '{"number":2,"dossier":1,"at":"2026-01-02T03:04:05.000006Z","person":{"id":2,"name":"Ben Reviewer",'
        '"credentials":"MD","roles":["reviewer"]},"version":1,"content_hash":"' + "c" * 64 + '",'
        '"action":{"action":"comment","text":"Wie groß?","place":"1.2"},"previous":"' + "0" * 64 + '"}'
    )
    assert read_event(event_text(event)) == event
