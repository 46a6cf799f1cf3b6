"""Many people, threads and processes at once, and processes that are killed: one truth, and none of it lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import Engine

from aitia.errors import StateError
from aitia.library.store.database import writing
from aitia.people.roles import Role
from aitia.review import chain
from aitia.review.errors import ReviewError, StaleError
from aitia.review.journal import act, dossier, head_of, open_dossier
from aitia.review.listing import listed
from aitia.review.nouns import (
    Approve,
    Begin,
    Comment,
    Decision,
    Declare,
    Dossier,
    Edit,
    Mark,
    Person,
    Sign,
    State,
    Submit,
    Verdict,
)
from aitia.review.verifying import verify
from tests.review.made import ANN, BEN, POLICY, do, enter, made_article, retitled

CROWD = tuple(Person(number, f"R{number}", "MD", (Role.REVIEWER,)) for number in range(20, 40))

ACT = """
import sys
from aitia.library.store.database import engine
from aitia.review.errors import ReviewError
from aitia.review.journal import act
from aitia.review.nouns import Comment, Decision, Declare, Mark, Sign, Verdict
from aitia.review.policy import Policy

database, number, who, often = engine(), int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
for action in (Declare(False), Mark("1.1", Verdict.AGREE), *[Comment(f"{who}")] * often, Sign(Decision.APPROVE)):
    try:
        after = act(database, Policy(), who, number, action, seen=1)
        sys.stdout.write(f"{after.events[-1].number}\\n")
    except ReviewError as error:
        sys.stdout.write(f"refused: {error}\\n")
    sys.stdout.flush()
"""


def reviewed(database: Engine) -> int:
    """An article under review, and a crowd of reviewers."""
    enter(database, ANN, BEN, *CROWD)
    number = open_dossier(database, ANN.id, made_article()).id
    do(database, number, (ANN, Submit()), (BEN, Begin()))
    return number


def at_once(*tasks: Callable[[], Dossier]) -> list[Dossier | ReviewError]:
    """Do all tasks in threads that start together."""
    gate = threading.Barrier(len(tasks))

    def run(task: Callable[[], Dossier]) -> Dossier | ReviewError:
        gate.wait(30)
        try:
            return task()
        except ReviewError as error:
            return error

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def kinds(done: Dossier) -> Counter[str]:
    return Counter(type(event.action).__name__ for event in done.events)


def test_twenty_reviewers_at_once_lose_nothing_and_approve_once(database: Engine) -> None:
    number = reviewed(database)

    def work(person: Person) -> Callable[[], Dossier]:
        def run() -> Dossier:
            for action in (Declare(False), Mark("1.1", Verdict.AGREE), Comment("x")):
                act(database, POLICY, person.id, number, action, seen=1)
            return act(database, POLICY, person.id, number, Sign(Decision.APPROVE), seen=1)

        return run

    ended = at_once(*map(work, CROWD))
    done = dossier(database, number)
    assert done.state is State.APPROVED
    count = kinds(done)
    assert count["Approve"] == 1
    # Two have signed; whoever came later than the approval was told so, at a mark or at the signature.
    assert count["Sign"] == 2
    assert sum(isinstance(one, Dossier) for one in ended) == 2
    assert all("the article is approved" in str(one) for one in ended if isinstance(one, ReviewError))
    assert count["Declare"] == len(CROWD)
    assert verify(database).fault is None
    assert head_of(database).number == len(done.events)


def test_twenty_remarks_at_once_are_all_recorded(database: Engine) -> None:
    number = reviewed(database)
    tasks = [partial(act, database, POLICY, who.id, number, Comment(who.name), seen=1) for who in CROWD]
    assert all(isinstance(one, Dossier) for one in at_once(*tasks))
    done = dossier(database, number)
    said = [event.action.text for event in done.events if isinstance(event.action, Comment)]
    assert sorted(said) == sorted(person.name for person in CROWD)
    assert verify(database).fault is None


def test_of_two_signatures_that_complete_the_quorum_at_once_one_approves(database: Engine) -> None:
    enter(database, ANN, BEN, *CROWD)
    for _ in range(5):
        number = open_dossier(database, ANN.id, made_article()).id
        do(database, number, (ANN, Submit()), (BEN, Begin()))
        do(database, number, *((one, Declare(False)) for one in CROWD[:3]))
        do(database, number, (CROWD[0], Sign(Decision.APPROVE)))
        ended = at_once(
            *(
                partial(act, database, POLICY, who.id, number, Sign(Decision.APPROVE), seen=1)
                for who in CROWD[1:3]
            )
        )
        assert Counter(type(one).__name__ for one in ended) == {"Dossier": 1, "WrongStateError": 1}
        assert kinds(dossier(database, number))["Approve"] == 1


def test_of_two_edits_at_once_the_second_is_told_of_the_first(database: Engine) -> None:
    number = reviewed(database)
    ended = at_once(
        *(
            partial(act, database, POLICY, ANN.id, number, Edit("x"), seen=1, article=retitled(title))
            for title in ("One", "Two", "Three", "Four")
        )
    )
    assert Counter(type(one) for one in ended) == {Dossier: 1, StaleError: 3}
    assert dossier(database, number).latest.number == 2
    assert listed(database)[0].version == 2


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_who_stops_in_the_middle_holds_nobody_up_for_long(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = reviewed(database)
    monkeypatch.setattr(chain, "STALLED", "300ms")

    def stop_in_the_middle() -> None:
        with writing(database) as stopped:
            chain.head(stopped, lock=True)
            # The others go on before this one wakes up.
            assert do(database, number, (BEN, Comment("x"))).threads
            chain.head(stopped)

    with pytest.raises(StateError, match="idle-in-transaction"):
        stop_in_the_middle()
    monkeypatch.setattr(chain, "PATIENCE", "100ms")
    monkeypatch.setattr(chain, "STALLED", "20s")
    with writing(database) as slow:
        chain.head(slow, lock=True)
        with pytest.raises(StateError, match="lock timeout"):
            do(database, number, (BEN, Comment("x")))
    assert do(database, number, (BEN, Comment("x"))).threads
    assert verify(database).fault is None


def start(number: int, who: int, often: int) -> "subprocess.Popen[str]":
    """A process that acts on an article when it is told to."""
    made = subprocess.Popen(
        [sys.executable, "-c", ACT, str(number), str(who), str(often)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    assert made.stdout is not None
    assert made.stdout.readline() == "ready\n"
    return made


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_processes_share_one_journal_even_when_some_are_killed(database: Engine) -> None:
    number = reviewed(database)
    often = 120
    processes = [start(number, one.id, often) for one in CROWD[:3]]
    for process in processes:
        go(process)
    begun = head_of(database).number
    while head_of(database).number < begun + 40:
        time.sleep(0.01)
    for process in processes[:2]:
        process.send_signal(signal.SIGKILL)
    output, _ = processes[2].communicate("", timeout=60)
    told = [output.split(), *[(process.communicate()[0]).split() for process in processes[:2]]]
    assert processes[2].returncode == 0
    found = verify(database)
    assert found.fault is None
    done = dossier(database, number)
    assert found.number == len(done.events)
    # Whatever a process was told is recorded is recorded, and at most one more that it did not live to hear of.
    by = Counter(event.person.id for event in done.events)
    for one, numbers in zip((CROWD[2], CROWD[0], CROWD[1]), told, strict=True):
        assert by[one.id] - len(numbers) in (0, 1)
        mine = {event.number for event in done.events if event.person.id == one.id}
        assert mine.issuperset(int(told_number) for told_number in numbers[:-1])
    assert by[CROWD[2].id] == often + 3
    assert sum(isinstance(event.action, Approve) for event in done.events) == 0
    # And the survivors go on.
    after = do(database, number, (CROWD[0], Declare(False)), (CROWD[0], Sign(Decision.APPROVE)))
    assert after.state is State.APPROVED
