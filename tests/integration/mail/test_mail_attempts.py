"""A mail is tried three times in its life, counted before each attempt; then it is set aside with a reason."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from support.killing import kill
from support.outages import failing
from support.post import PostOffice, itip_mail, message, open_post_office
from support.town import NOON, UID, Person, Town, meeting
from support.waiting import wait_until
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.email.incoming.intake import BUSY_FOR
from televent.adapters.email.incoming.processing import AT_ONCE, Processing
from televent.application.mail.book import ATTEMPTS, LEASE, KeptMail
from televent.application.mail.incoming import Verdict

ZED = "zed@example.net"
TESTS = Path(__file__).parents[2]


@pytest.fixture
def ann(town: Town) -> Person:
    ann = town.person("ann")
    ann.put(meeting(people=(ZED,)))
    return ann


def keep(town: Town, raw: bytes, recipient: str) -> str:
    """Stores a mail as the listener does; returns its key."""
    key = mail_key(raw, [recipient])
    assert town.core.mail_book.keep(key, ZED, [recipient], raw, town.now)
    return key


def stored(town: Town, key: str) -> tuple[str, int, str]:
    """State, attempts and reason of a mail."""
    with psycopg.connect(town.url) as connection:
        query = "SELECT state, attempts, coalesce(verdict, '') FROM inbound_mail WHERE mail_key = %s"
        row = connection.execute(query, (key,)).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def reply(uid: str = UID) -> bytes:
    return itip_mail(message("REPLY", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ZED}", uid=uid))


def token(town: Town, person: Person) -> str:
    return f"rsvp+{town.core.mail_book.token(person.tenant, UID, ZED)}@televent.app"


def test_an_attempt_is_counted_before_it_begins(town: Town, ann: Person) -> None:
    key, book = keep(town, reply(), token(town, ann)), town.core.mail_book
    for attempt in range(1, ATTEMPTS + 1):
        claimed = book.claim(town.now, again=attempt > 1)
        assert claimed is not None
        assert claimed.key == key
        assert stored(town, key)[:2] == ("received", attempt)
        assert book.claim(town.now, again=True) is None, "its lease has not ended"
        town.now += LEASE
    assert [book.claim(town.now, again=each) for each in (False, True)] == [None, None]
    assert book.give_up(town.now) == [key]
    assert stored(town, key) == ("failed", ATTEMPTS, f"the process ended during attempt {ATTEMPTS}")
    assert book.give_up(town.now) == []


def test_an_attempt_that_raises_is_followed_by_others_and_the_last_one_sets_the_mail_aside(
    town: Town, post: PostOffice, ann: Person
) -> None:
    to = token(town, ann)
    key = keep(town, reply(), to)

    def take(*, again: bool) -> str:
        claimed = town.core.mail_book.claim(town.now, again=again)
        assert claimed is not None
        state = asyncio.run(post.intake.take(claimed)).state
        town.now += LEASE
        return state

    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute("ALTER TABLE reply_token RENAME TO away")
        states = [take(again=False), take(again=True), take(again=True)]
        connection.execute("ALTER TABLE away RENAME TO reply_token")
    assert states == ["received", "received", "failed"]
    assert stored(town, key) == ("failed", ATTEMPTS, "UndefinedTable")
    assert town.core.mail_book.claim(town.now, again=True) is None


def test_an_attempt_that_lost_its_claim_changes_nothing(town: Town, ann: Person) -> None:
    """Its lease has ended, and another process tries the mail."""
    key, book = keep(town, reply(), token(town, ann)), town.core.mail_book
    first = book.claim(town.now, again=False)
    town.now += LEASE
    second = book.claim(town.now, again=True)
    assert first is not None
    assert second is not None
    book.give_back(first, "away", town.now)
    assert book.postpone(first, "ValueError", town.now)
    assert stored(town, key) == ("received", 2, "")
    assert book.claim(town.now, again=True) is None
    book.settle(key, "applied", "REPLY T3")
    book.settle(key, "ignored", "duplicate")
    assert stored(town, key) == ("applied", 2, "REPLY T3")


@pytest.mark.own_database
def test_a_mail_that_always_runs_into_a_timeout_is_not_tried_for_ever(town: Town) -> None:
    """A busy database is no fault of the mail. After an hour it is."""
    ann = town.person("ann")
    ann.put(meeting(people=(ZED,)))
    key = keep(town, reply(), token(town, ann))
    town.core.backend.clock = lambda: town.now
    with failing(town.url, "event", "INSERT", "57014"):
        # The office tries the mail as soon as it opens. Once it is closed nobody else does.
        with open_post_office(town) as post:
            wait_until(lambda: stored(town, key) == ("received", 0, "busy"), what="the first attempt")
        town.now += BUSY_FOR
        for number in range(1, ATTEMPTS + 1):
            claimed = town.core.mail_book.claim(town.now, again=number > 1)
            assert claimed is not None
            state = asyncio.run(post.intake.take(claimed)).state
            town.now += LEASE
        assert state == "failed"
    assert stored(town, key) == ("failed", ATTEMPTS, "busy")


def test_two_processes_never_try_a_mail_at_once(town: Town, ann: Person) -> None:
    keep(town, reply(), token(town, ann))
    claimed = [town.core.mail_book.claim(town.now, again=again) for again in (False, False, True)]
    assert [each is not None for each in claimed] == [True, False, False]


def test_a_mail_that_was_tried_before_is_tried_alone(town: Town, post: PostOffice, ann: Person) -> None:
    """Else a mail that ends the process would take the attempts of the others with it."""
    to, book = token(town, ann), town.core.mail_book
    old = {keep(town, reply(f"{number}@example.net"), to) for number in range(2)}
    for _ in old:
        book.claim(town.now, again=False)
    town.now += LEASE
    fresh = {keep(town, reply(f"new{number}@example.net"), to) for number in range(AT_ONCE * 2)}
    under_way: set[str] = set()
    beside: dict[str, set[str]] = {}
    most = 0
    done = asyncio.Event()

    class Watched:
        """The intake; notes the mails that are processed beside each one."""

        book = town.core.mail_book
        run = staticmethod(town.core.run)

        async def take(self, mail: KeptMail) -> Verdict:
            nonlocal most
            key = mail.key
            beside[key] = set(under_way)
            for other in under_way:
                beside[other].add(key)
            under_way.add(key)
            most = max(most, len(under_way))
            verdict = await post.intake.take(mail)
            under_way.discard(key)
            if beside.keys() == old | fresh and not under_way:
                done.set()
            return verdict

    async def process() -> None:
        processing = Processing(Watched(), lambda: town.now)  # type: ignore[arg-type]
        running = asyncio.create_task(processing.run())
        await done.wait()
        processing.stop()
        await running

    asyncio.run(asyncio.wait_for(process(), 120))
    assert [beside[key] for key in old] == [set(), set()]
    assert most <= AT_ONCE
    assert {state for state, _ in post.verdicts()} == {"ignored"}


@contextmanager
def mail_program(town: Town, minutes: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that receives and processes mail; its clock stands at that minute."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    program = str(TESTS / "support" / "mail_program.py")
    with subprocess.Popen([sys.executable, program, town.url, str(minutes)], env=environment) as process:
        try:
            yield process
        finally:
            kill(process.pid)


@pytest.mark.own_database
def test_a_mail_that_ends_its_process_is_tried_three_times_and_the_others_are_applied(town: Town) -> None:
    town.strangers = "always"
    ann = town.person("ann")
    ann.put(meeting(people=(ZED,)))
    killer, others = keep(town, reply(), token(town, ann)), []
    lease = int(LEASE / timedelta(minutes=1)) + 1
    with psycopg.connect(town.url) as connection:
        # The attempt at the reply stops here, in its middle, for its token. Nothing else needs one.
        connection.execute("LOCK TABLE reply_token")
        for attempt in range(ATTEMPTS):
            request = message("REQUEST", f"ORGANIZER:mailto:{ZED}", uid=f"{attempt}@example.net")
            others.append(keep(town, itip_mail(request, message_id=f"{attempt}@example.net"), ann.address))
            with mail_program(town, attempt * lease):
                wait_until(lambda: stored(town, killer)[1] == attempt + 1, what="the next attempt")  # noqa: B023
        connection.rollback()
    with mail_program(town, ATTEMPTS * lease):
        wait_until(lambda: stored(town, killer)[0] == "failed", what="the mail is set aside")
        wait_until(lambda: {stored(town, key)[0] for key in others} == {"applied"}, what="the others are applied")
    assert stored(town, killer) == ("failed", ATTEMPTS, f"the process ended during attempt {ATTEMPTS}")
    assert ann.says(ZED) == "NEEDS-ACTION"


def test_a_kept_mail_is_what_was_sent(town: Town, ann: Person) -> None:
    raw, to = reply(), token(town, ann)
    key = keep(town, raw, to)
    assert town.core.mail_book.claim(town.now, again=False) == KeptMail(key, ZED, [to], raw, town.now, town.now + LEASE)
    assert town.now == NOON
