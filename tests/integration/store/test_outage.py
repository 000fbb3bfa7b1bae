"""The database is away, silent, read-only or full: every door says so, nothing is lost, and all goes on by itself."""

from __future__ import annotations

import asyncio
import json
import smtplib
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from support.dav import Answer, Client, event
from support.outages import failing, read_only
from support.post import EDGE, itip_mail, open_post_office
from support.town import Town, meeting, open_town
from support.waiting import NET, wait_until
from support.whole import Whole, open_whole
from support.wire import Wire, open_wire
from televent.adapters.caldav.errors import OUTAGES
from televent.adapters.email import listener
from televent.adapters.email.incoming.intake import Intake
from televent.adapters.postgres.outages import CODES
from televent.adapters.postgres.pool import open_pool
from televent.adapters.postgres.pulse import SILENCE, Pulse
from televent.application.mail.book import ATTEMPTS
from televent.application.mail.incoming import Verdict
from televent.application.messages.itip_local import ItipLocal
from televent.application.outage import DatabaseAway, DatabaseFull, Outage
from televent.cli import cli
from televent.runtime.compose import now
from televent.runtime.workers.worker import Courier, carry

pytestmark = pytest.mark.own_database


@pytest.fixture
def wire(database_url: str, tmp_path: Path) -> Iterator[Wire]:
    with open_wire(database_url, tmp_path) as wire:
        yield wire


@pytest.fixture
def api(wire: Wire) -> Iterator[Whole]:
    with open_whole(wire.url) as api:
        yield api


@pytest.fixture
def ann(api: Whole) -> Client:
    ann = api.site.person(101, "Ann", "ann@example.com")
    assert ann.put(f"{ann.calendar()}first.ics", event("first")).status == 201
    return ann


def unanswered(answer: Answer) -> bool:
    """True for the answer to an outage that is no full disk."""
    return answer.status == 503 and int(answer.headers["retry-after"]) > 0


def test_every_outage_has_an_answer_at_every_door() -> None:
    assert set(OUTAGES) == set(listener.OUTAGES) == set(Outage.__subclasses__())
    assert all(str(reply).startswith("45") for reply in listener.OUTAGES.values())


def test_a_database_that_is_away_is_answered_503_and_found_again(api: Whole, ann: Client, wire: Wire) -> None:
    assert api.health() == (200, "ok")
    wire.refuse()
    wire.cut()
    path = f"{ann.calendar()}new.ics"
    assert unanswered(ann.put(path, event("new")))
    assert unanswered(ann.ask("GET", f"{ann.calendar()}first.ics"))
    assert unanswered(ann.sync(ann.calendar()))
    wait_until(lambda: api.health() == (503, "away"), what="health sees it")
    wire.restore()
    wait_until(lambda: api.health() == (200, "ok"), what="health sees it again")
    assert ann.put(path, event("new")).status == 201


def test_a_request_under_way_when_the_database_falls_silent_is_answered(api: Whole, ann: Client, wire: Wire) -> None:
    wire.silence()
    connections = wire.connections
    assert unanswered(ann.put(f"{ann.calendar()}new.ics", event("new")))
    wait_until(lambda: api.health() == (503, "away"), what="health sees it")
    # From now on nobody waits: no request takes a connection that will not answer.
    pool = api.site.core.pool
    with pytest.raises(DatabaseAway), pool.connection():
        raise AssertionError("a connection was given out")
    wire.restore()
    wait_until(lambda: api.health() == (200, "ok"), what="health sees it again")
    assert wire.connections > connections
    wait_until(lambda: ann.put(f"{ann.calendar()}new.ics", event("new")).status in (201, 204))
    found = ann.sync(ann.calendar()).responses()
    assert set(found) == {f"{ann.calendar()}{name}.ics" for name in ("first", "new")}


def test_a_slow_statement_is_not_mistaken_for_silence(database_url: str) -> None:
    with open_pool(database_url, 1, 2, autocommit=True) as pool:
        pulse = Pulse(pool)
        pulse.start()
        try:
            with pool.connection() as connection:
                connection.execute("SELECT pg_sleep(%s)", (SILENCE + 1.5,))
            assert pulse.outage is None
        finally:
            pulse.close()


def test_people_can_read_while_the_database_takes_no_writes(api: Whole, ann: Client, database_url: str) -> None:
    with read_only(database_url):
        wait_until(lambda: api.health() == (503, "read-only"), what="health sees it")
        assert ann.ask("GET", f"{ann.calendar()}first.ics").body == event("first")
        assert unanswered(ann.put(f"{ann.calendar()}new.ics", event("new")))
        assert unanswered(ann.ask("DELETE", f"{ann.calendar()}first.ics"))
    wait_until(lambda: api.health() == (200, "ok"), what="health sees it again")
    assert ann.put(f"{ann.calendar()}new.ics", event("new")).status == 201


@pytest.mark.parametrize("code", sorted({each.ljust(5, "0") for each in CODES}))
def test_every_code_of_an_outage_is_answered_so(code: str, api: Whole, ann: Client, database_url: str) -> None:
    path = f"{ann.calendar()}new.ics"
    with failing(database_url, "event", "INSERT", code):
        answer = ann.put(path, event("new"))
        if CODES.get(code) is DatabaseFull:
            assert (answer.status, answer.precondition()) == (507, "{DAV:}sufficient-disk-space")
            assert int(answer.headers["retry-after"]) > 0
        else:
            assert unanswered(answer), answer
        assert ann.ask("GET", path).status == 404
    assert ann.put(path, event("new")).status == 201


def test_health_tells_of_a_full_disk_until_there_is_room(api: Whole, ann: Client, database_url: str) -> None:
    def seen() -> bool:
        # Only this table has no room here, so the pulse soon finds that the disk has.
        status = ann.put(f"{ann.calendar()}new.ics", event("new")).status
        return (status, *api.health()) == (507, 503, "disk full")

    with failing(database_url, "event", "INSERT", "53100"):
        wait_until(seen, what="health sees it")
    wait_until(lambda: api.health() == (200, "ok"), what="health sees it again")


def test_another_error_of_the_database_is_no_outage(ann: Client, database_url: str) -> None:
    with failing(database_url, "event", "INSERT", "22012"):
        assert ann.put(f"{ann.calendar()}new.ics", event("new")).status == 500


def test_an_attachment_on_a_full_disk_is_answered_507(ann: Client, database_url: str) -> None:
    path = f"{ann.calendar()}first.ics?action=attachment-add"
    with failing(database_url, "attachment_chunk", "INSERT", "53100"):
        answer = ann.ask("POST", path, b"picture", Content_Type="image/png")
        assert (answer.status, answer.precondition()) == (507, "{DAV:}sufficient-disk-space")
    assert ann.ask("POST", path, b"picture", Content_Type="image/png").status == 201


def test_a_commit_whose_outcome_cannot_be_looked_up_is_answered_503_and_stored_once(
    api: Whole, ann: Client, wire: Wire, database_url: str
) -> None:
    path = f"{ann.calendar()}new.ics"
    answers: list[Answer] = []
    wire.lose()
    writer = threading.Thread(target=lambda: answers.append(ann.put(path, event("new"))))
    writer.start()
    assert wire.lost.wait(NET)
    wire.refuse()
    wire.cut()
    writer.join(NET)
    # Either the look-up came before the refusal, and the truth is that it is stored, or nobody knows.
    assert answers[0].status == 201 or unanswered(answers[0])
    wire.restore()
    wait_until(lambda: api.health() == (200, "ok"), what="health sees it again")
    assert ann.put(path, event("new")).status == 204
    with psycopg.connect(database_url) as connection:
        query = "SELECT count(*) FROM event WHERE topic LIKE 'event-created/%%' AND tenant_id = %s"
        assert connection.execute(query, (ann.tenant,)).fetchone() == (2,)


def test_an_event_that_is_stored_is_answered_so_though_its_delivery_is_cut_off(
    api: Whole, ann: Client, database_url: str
) -> None:
    bob = api.site.person(102, "Bob", "bob@example.com")
    text = meeting(people=("ann@example.com", "bob@example.com"))
    # Bob's part fails: the message is claimed, and cannot be applied.
    with failing(database_url, "inbox", "INSERT", "57P01"):
        assert ann.put(f"{ann.calendar()}m.ics", text).status == 201
        assert outbox(database_url) == [("pending", 0)]
    assert bob.sync(bob.calendar()).responses() == {}
    carry_on(api)
    assert len(bob.sync(bob.calendar()).responses()) == 1


def test_an_event_is_answered_as_stored_though_nothing_after_it_can_be(
    api: Whole, ann: Client, database_url: str
) -> None:
    bob = api.site.person(102, "Bob", "bob@example.com")
    text = meeting(people=("ann@example.com", "bob@example.com"))
    with failing(database_url, "outbox", "UPDATE", "53300"):
        assert ann.put(f"{ann.calendar()}m.ics", text).status == 201
        assert ann.ask("DELETE", f"{ann.calendar()}m.ics").status == 204
    carry_on(api)
    assert bob.sync(bob.calendar()).status == 207


def test_a_snapshot_that_cannot_be_stored_does_not_spoil_the_change(ann: Client, database_url: str) -> None:
    path = f"{ann.calendar()}first.ics"
    with failing(database_url, "snapshot", "INSERT", "53100"):
        for number in range(60):
            assert ann.put(path, event("first", f"SUMMARY:Tea {number}")).status == 204


def test_a_claim_is_settled_once_the_database_answers_again(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    town.core.backend.courier = None
    ann.put(meeting(people=(ann.address, bob.address)))
    later = town.now.replace(hour=13)
    (claimed,) = town.core.outbox.claim(later, kinds=(ItipLocal,))
    with failing(town.url, "outbox", "UPDATE", "57P03"):
        town.core.outbox.complete(claimed, later)
    wait_until(lambda: outbox(town.url) == [("completed", 1)], what="the message is completed")


def test_a_claim_whose_reply_was_lost_is_taken_back(database_url: str, wire: Wire) -> None:
    with open_town(wire.url) as town:
        ann, bob = town.person("ann"), town.person("bob")
        town.core.backend.courier = None
        ann.put(meeting(people=(ann.address, bob.address)))
        wire.lose(b"UPDATE 1\x00")
        with pytest.raises(DatabaseAway):
            town.core.outbox.claim(town.now.replace(hour=13), kinds=(ItipLocal,))
        wait_until(lambda: outbox(database_url) == [("pending", 0)], what="the message is free")


def test_a_message_whose_handler_meets_an_outage_keeps_its_attempts(api: Whole, ann: Client, database_url: str) -> None:
    api.site.person(102, "Bob", "bob@example.com")
    api.site.core.backend.courier = None
    ann.put(f"{ann.calendar()}m.ics", meeting(people=("ann@example.com", "bob@example.com")))
    make_due(database_url)
    with failing(database_url, "inbox", "INSERT", "53200"):
        carry_on(api, until=lambda: "DatabaseBusy" in last_error(database_url))
        assert outbox(database_url) == [("pending", 0)]


def test_a_follower_goes_on_after_an_outage_without_counting_it_as_its_own(
    api: Whole, ann: Client, wire: Wire, database_url: str
) -> None:
    runner = next(each for each in api.site.core.runners() if each._consumer.name == "search")
    thread = threading.Thread(target=runner.run)
    thread.start()
    try:
        wait_until(lambda: followed(database_url), what="the follower runs")
        wire.refuse()
        wire.cut()
        wait_until(lambda: api.health() == (503, "away"), what="health sees it")
        wire.restore()
        before = followed(database_url)
        wait_until(lambda: ann.put(f"{ann.calendar()}new.ics", event("new")).status == 201)
        wait_until(lambda: followed(database_url) > before, what="the follower goes on")
    finally:
        runner.stop()
        thread.join(NET)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT last_error FROM consumer WHERE name = 'search'").fetchone() == (None,)


def test_doctor_says_that_the_database_takes_no_writes(database_url: str) -> None:
    def said() -> str:
        return CliRunner().invoke(cli, ["doctor", "--json"], env={"DATABASE_URL": database_url}).stdout

    def writes() -> object:
        return {finding["check"]: finding["ok"] for finding in json.loads(said())}["writes"]

    assert writes() is True
    with read_only(database_url):
        assert writes() is False
    assert writes() is True


def test_mail_is_refused_for_a_while_and_taken_later(town: Town) -> None:
    town.person("ann")
    mail = b"From: zed@example.net\r\nSubject: Hello\r\n\r\nHello\r\n"
    with open_post_office(town) as post:
        for code, reply in (("57P01", 451), ("53100", 452)):
            with failing(town.url, "inbound_mail", "INSERT", code), pytest.raises(smtplib.SMTPDataError) as refused:
                post.send(mail, "ann@example.com")
            assert refused.value.smtp_code == reply
        with read_only(town.url), pytest.raises(smtplib.SMTPException):
            post.send(mail, "ann@example.com")
        post.send(mail, "ann@example.com")
        assert len(post.verdicts()) == 1


def test_mail_that_meets_an_outage_is_not_given_up(town: Town) -> None:
    town.strangers = "always"
    bob = town.person("bob")
    text = itip_mail(meeting(people=(bob.address,), organizer="zed@example.net"), method="REQUEST")
    book = town.core.mail_book
    intake = Intake(town.core.backend, book, town.core.run, authserv_id=EDGE)
    book.keep("mail-1", "zed@example.net", [bob.address], text, now())

    def attempt() -> Verdict:
        claimed = book.claim(now() + timedelta(minutes=5), again=False)
        assert claimed is not None
        return asyncio.run(intake.take(claimed))

    # More often than a mail may be tried in its life.
    with failing(town.url, "event", "INSERT", "53300"):
        for _ in range(ATTEMPTS + 1):
            assert attempt() == Verdict("received", "busy")
    assert attempt().state == "applied"


def outbox(url: str) -> list[tuple[str, int]]:
    """State and attempts of every local iTIP message."""
    with psycopg.connect(url) as connection:
        return list(connection.execute("SELECT state, attempts FROM outbox WHERE kind LIKE 'itip%'"))


def last_error(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT max(last_error) FROM outbox").fetchone()
    return str(row[0]) if row else ""


def make_due(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE outbox SET due_at = now() - interval '1 second' WHERE state = 'pending'")


def followed(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT position FROM consumer WHERE name = 'search'").fetchone()
    return int(row[0]) if row else 0


def carry_on(api: Whole, until: object = None) -> None:
    """A worker carries out what the outbox holds, until all is completed or the condition holds."""
    core = api.site.core
    url = core.settings.database_url.get_secret_value() if core.settings.database_url else ""
    make_due(url)

    def finished() -> bool:
        return bool(until()) if callable(until) else {state for state, _ in outbox(url)} == {"completed"}

    async def work() -> None:
        stop = asyncio.Event()
        carrying = asyncio.create_task(carry(core, Courier(core), stop))
        await asyncio.to_thread(wait_until, finished, what="the outbox is carried out")
        stop.set()
        await carrying

    asyncio.run(work())
