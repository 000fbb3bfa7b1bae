"""A mailbox on a real IMAP server: each mail is stored, then marked or moved; nothing is lost or taken twice."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from structlog.testing import capture_logs

from support.imap_server import ImapServer, open_imap_server
from support.outages import failing
from support.post import PostOffice, itip_mail, loop_in_thread, message, open_post_office
from support.tls import make_certificate
from support.town import Person, Town
from support.waiting import NET, wait_until
from televent.adapters.email.doors.imap import watching
from televent.adapters.email.doors.imap.connection import Mailbox
from televent.adapters.email.doors.imap.watching import Watching
from televent.adapters.postgres.queues.mail.mailboxes import PostgresMailbox

TO_ANN = b"Return-Path: <zed@example.net>\r\nTo: ann@example.com\r\n"


@pytest.fixture
def ann(town: Town) -> Iterator[Person]:
    town.strangers = "always"
    yield town.person("ann")
    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute("DELETE FROM mailbox")


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    with open_imap_server() as server:
        yield server


def mail(number: int) -> bytes:
    return TO_ANN + b"Subject: %d\r\n\r\nx\r\n" % number


@contextmanager
def watched(
    post: PostOffice, mailbox: Mailbox, stored: Callable[[], None] = lambda: None
) -> Iterator[Callable[[], None]]:
    """A process that watches a mailbox during the block; gives what ends it earlier."""
    book = PostgresMailbox(post.town.core.pool, mailbox.name, uuid4())
    watcher = Watching(mailbox, book, post.intake, stored, first_pause=0.01)
    with loop_in_thread() as loop:
        stop = asyncio.Event()
        running: Future[None] = asyncio.run_coroutine_threadsafe(watcher.run(stop), loop)

        def end() -> None:
            loop.call_soon_threadsafe(stop.set)
            running.result(NET)

        try:
            yield end
        finally:
            end()


def subjects(town: Town) -> list[str]:
    """The subjects of the stored mails, in the order in which they were stored."""
    query = "SELECT substring(convert_from(raw, 'LATIN1') FROM 'Subject: (\\w+)') FROM inbound_mail ORDER BY ctid"
    with psycopg.connect(town.url) as connection:
        return [row[0] for row in connection.execute(query)]


def flagged(imap: ImapServer, *wanted: set[str]) -> None:
    """Waits until the mails in the mailbox have these flags."""
    wait_until(lambda: imap.flags() == list(wanted), what=f"the flags are {wanted}")


def test_mails_that_are_there_and_mails_that_come(town: Town, post: PostOffice, ann: Person, imap: ImapServer) -> None:
    """The server tells of the second one while the client waits in IDLE, which would last nine minutes."""
    imap.put(mail(1))
    with watched(post, imap.mailbox()):
        flagged(imap, {"\\Seen"})
        imap.put(mail(2), mail(3))
        flagged(imap, {"\\Seen"}, {"\\Seen"}, {"\\Seen"})
        assert imap.connections >= 1
    assert subjects(town) == ["1", "2", "3"]
    # The next process goes on where this one ended.
    with watched(post, imap.mailbox()):
        imap.put(mail(4))
        wait_until(lambda: subjects(town) == ["1", "2", "3", "4"], what="the fourth is stored")
    with psycopg.connect(town.url) as connection:
        assert connection.execute("SELECT DISTINCT envelope_from, recipients FROM inbound_mail").fetchall() == [
            ("zed@example.net", ["ann@example.com"])
        ]


def test_an_invitation_in_a_mailbox_reaches_the_calendar(town: Town, ann: Person, imap: ImapServer) -> None:
    text = message(
        "REQUEST", "ORGANIZER:mailto:zed@example.net", "ATTENDEE:mailto:ann@example.com", uid="i@example.net"
    )
    with open_post_office(town) as post:
        imap.put(TO_ANN + itip_mail(text))
        # The town's listener is another process here: what it stores, the processing finds at the next call.
        with watched(post, imap.mailbox()):
            flagged(imap, {"\\Seen"})
        post.send(mail(1), ann.address)
    assert len(ann.rows("i@example.net")) == 1


def test_stored_mails_are_moved(town: Town, post: PostOffice, ann: Person, imap: ImapServer) -> None:
    with imap.client() as client:
        client.create("Done")
    imap.put(mail(1), b"To: nobody@example.org\r\n\r\nx\r\n", mail(2))
    with watched(post, imap.mailbox(done="Done")):
        wait_until(lambda: len(imap.flags("Done")) == 2, what="both are moved")
        # A mail for nobody here stays as it is.
        flagged(imap, set())
    assert subjects(town) == ["1", "2"]


def test_a_mail_is_marked_only_after_it_is_stored(town: Town, post: PostOffice, ann: Person, imap: ImapServer) -> None:
    imap.put(mail(1))
    with ExitStack() as stack:
        with failing(town.url, "inbound_mail", "INSERT", "57P01"), capture_logs() as logs:
            stack.enter_context(watched(post, imap.mailbox()))
            told = "the mailbox is not read"
            wait_until(lambda: sum(each["event"] == told for each in logs) >= 2, what="two attempts have failed")
            assert imap.flags() == [set()]
        flagged(imap, {"\\Seen"})
    assert subjects(town) == ["1"]


def test_a_server_that_goes_away_and_comes_back(town: Town, post: PostOffice, ann: Person, imap: ImapServer) -> None:
    imap.put(mail(1))
    with watched(post, imap.mailbox()):
        flagged(imap, {"\\Seen"})
        imap.stop()
        imap.start()
        imap.put(mail(2))
        flagged(imap, {"\\Seen"}, {"\\Seen"})
    assert subjects(town) == ["1", "2"]


def test_mails_with_new_numbers_are_not_taken_twice(
    town: Town, post: PostOffice, ann: Person, imap: ImapServer
) -> None:
    """RFC 3501 §2.3.1.1: with another UIDVALIDITY all UIDs mean other mails."""
    imap.put(mail(1), mail(2))
    with watched(post, imap.mailbox()):
        flagged(imap, {"\\Seen"}, {"\\Seen"})
    with psycopg.connect(town.url, autocommit=True) as connection:
        # As if the server had numbered them otherwise before.
        connection.execute("UPDATE mailbox SET uidvalidity = uidvalidity - 1, last_uid = 4000000000")
    imap.put(mail(3))
    with watched(post, imap.mailbox()):
        flagged(imap, *[{"\\Seen"}] * 3)
    assert subjects(town) == ["1", "2", "3"]


def test_one_process_reads_a_mailbox(town: Town, post: PostOffice, ann: Person, imap: ImapServer) -> None:
    imap.put(mail(1))
    with watched(post, imap.mailbox()) as end:
        flagged(imap, {"\\Seen"})
        with capture_logs() as logs, watched(post, imap.mailbox()):
            standing_by = "another process reads the mailbox: this one stands by"
            wait_until(lambda: [each for each in logs if each["event"] == standing_by], what="the other stands by")
            end()
            imap.put(mail(2))
            flagged(imap, {"\\Seen"}, {"\\Seen"})
    assert subjects(town) == ["1", "2"]


def test_a_process_that_has_lost_its_lease_notes_nothing(town: Town, ann: Person) -> None:
    first, second = (PostgresMailbox(town.core.pool, "imap://x", uuid4()) for _ in range(2))
    assert first.take()
    assert not second.take()
    assert first.taken(7, 5)
    with psycopg.connect(town.url, autocommit=True) as connection:
        connection.execute("UPDATE mailbox SET lease_until = clock_timestamp() - interval '1 second'")
    assert second.take()
    assert not first.taken(7, 6)
    first.release()
    assert (second.last_uid(7), second.last_uid(8)) == (5, None)
    assert second.taken(8, 1)
    assert (second.last_uid(7), second.last_uid(8)) == (None, 1)
    assert second.take()


def test_a_mail_beyond_the_bounds_gets_a_star(
    town: Town, post: PostOffice, ann: Person, imap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pymap takes minutes for a mail of 5 MB.
    monkeypatch.setattr(watching, "MAX_MAIL", 20_000)
    large = TO_ANN + b"\r\n" + b"x" * 20_000
    looping = TO_ANN + b"Received: x\r\n" * 101 + b"\r\n"
    imap.put(large, looping, mail(1))
    with watched(post, imap.mailbox()):
        flagged(imap, {"\\Flagged"}, {"\\Flagged"}, {"\\Seen"})
    assert subjects(town) == ["1"]


def test_a_wrong_password_is_told_and_not_tried_on_and_on(
    town: Town, post: PostOffice, ann: Person, imap: ImapServer
) -> None:
    with capture_logs() as logs, watched(post, imap.mailbox(password="wrong")):
        told = wait_until(
            lambda: [each for each in logs if each["event"] == "the mailbox is not read"], what="it is told"
        )
    assert "refuses the user or the password" in told[0]["error"]
    assert told[0]["again_in"] == watching.LONGEST_PAUSE
    assert "wrong" not in repr(logs)
    assert imap.connections == 1


@pytest.mark.parametrize("tls", [True, False], ids=["from the first byte", "STARTTLS"])
def test_tls_with_a_certificate_that_is_known(
    town: Town, post: PostOffice, ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: bool
) -> None:
    certificate = make_certificate(tmp_path, "localhost")
    with open_imap_server(certificate, tls=tls) as imap, capture_logs() as logs:
        with watched(post, imap.mailbox()):
            # Nobody vouches for the certificate, so no password is sent.
            wait_until(lambda: [each for each in logs if "certificate" in each.get("error", "")], what="it is refused")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with watched(post, imap.mailbox()):
            wait_until(lambda: [each for each in logs if each["event"] == "the mailbox is open"], what="it is open")
