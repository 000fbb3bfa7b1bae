"""Mail that Mailgun and SendGrid post: proven, stored before it is answered, applied once."""

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from structlog.testing import capture_logs

from support.dav import Client, Site, open_site
from support.mail_hooks import CURVE, ENCODED, MULTIPART, PATH, PUBLIC, SIGNING, Poster, multipart
from support.outages import failing
from support.post import itip_mail, loop_in_thread, message
from support.waiting import NET, wait_until
from televent.adapters.email.doors.hooks import MAX_BODY, MAX_RECIPIENTS, OF_ONE
from televent.adapters.email.doors.signatures import MAILGUN_WINDOW, SENDGRID_WINDOW
from televent.adapters.email.incoming import processing
from televent.adapters.email.reading.bounds import MAX_MAIL
from televent.adapters.postgres.queues.mail.mail_tokens import PostgresMailTokens
from televent.runtime.processes.sockets import Port, listen
from televent.runtime.workers.incoming_mail import receive_mails
from televent.settings import SettingsError, load_settings

ANN = "ann@example.com"
MAIL = b"From: zed@example.net\r\nSubject: x\r\n\r\nx \xff\x00 +%41\r\n"


@pytest.fixture(scope="module")
def keyed(module_database_url: str) -> Iterator[Poster]:
    with open_site(
        module_database_url,
        MAIL_MAILGUN_SECRET=SIGNING,
        MAIL_SENDGRID_SECRET=PATH,
        MAIL_SENDGRID_PUBLIC_KEY=PUBLIC,
    ) as site:
        yield Poster(site, site.person(101, "Ann", ANN))


@pytest.fixture
def poster(keyed: Poster) -> Iterator[Poster]:
    yield keyed
    with psycopg.connect(keyed.site.core.conninfo, autocommit=True) as connection:
        connection.execute("DELETE FROM inbound_mail")


@pytest.mark.parametrize("form", [ENCODED, MULTIPART])
def test_a_mail_from_mailgun_is_stored_as_it_came(poster: Poster, form: str) -> None:
    assert poster.mailgun(MAIL, ANN, form=form).status == 200
    assert poster.kept() == [("zed@example.net", [ANN], MAIL)]


def test_a_mail_from_sendgrid_is_stored_as_it_came(poster: Poster) -> None:
    assert poster.sendgrid(MAIL, ANN).status == 200
    assert poster.kept() == [("zed@example.net", [ANN], MAIL)]


def test_a_bounce_has_no_sender(poster: Poster) -> None:
    assert poster.mailgun(MAIL, ANN, sender="").status == 200
    assert poster.sendgrid(MAIL.replace(b"x", b"y"), ANN, sender="<>").status == 200
    assert [sender for sender, *_ in poster.kept()] == ["", ""]


def test_mailgun_must_have_signed(poster: Poster) -> None:
    for answer in (
        poster.mailgun(MAIL, ANN, key="another key"),
        poster.mailgun(MAIL, ANN, signature=""),
        poster.mailgun(MAIL, ANN, signature="f" * 64),
        poster.mailgun(MAIL, ANN, signature="ключ"),
        poster.mailgun(MAIL, ANN, token=""),
    ):
        assert answer.status == 401
    assert poster.kept() == []


def test_an_old_signature_of_mailgun_proves_nothing(poster: Poster) -> None:
    for age in (MAILGUN_WINDOW + timedelta(minutes=1), timedelta(minutes=-10)):
        assert poster.mailgun(MAIL, ANN, timestamp=poster.stamp(age)).status == 406
    for strange in ("", "-1", "1e9", "9" * 12, "soon", "٣٣٣"):
        assert poster.mailgun(MAIL, ANN, timestamp=strange).status == 406, strange
    assert poster.kept() == []
    # Mailgun repeats a request for eight hours, perhaps with its first timestamp.
    assert poster.mailgun(MAIL, ANN, timestamp=poster.stamp(timedelta(hours=9))).status == 200


def test_a_signature_of_mailgun_is_good_for_one_mail(poster: Poster) -> None:
    """It does not cover the mail, so anybody who saw it could post another one with it."""
    same = {"timestamp": poster.stamp(), "token": "seen-by-somebody"}
    assert poster.mailgun(MAIL, ANN, **same).status == 200
    assert poster.mailgun(MAIL.replace(b"x", b"y"), ANN, **same).status == 406
    assert poster.mailgun(MAIL, ANN, "bob@example.com", **same).status == 406
    assert len(poster.kept()) == 1


def test_a_mail_that_is_posted_again_counts_once(poster: Poster) -> None:
    same = {"timestamp": poster.stamp(), "token": "t" * 50}
    assert [poster.mailgun(MAIL, ANN, **same).status for _ in range(3)] == [200] * 3
    assert poster.mailgun(MAIL, ANN).status == 200
    assert [poster.sendgrid(MAIL, ANN).status for _ in range(2)] == [200] * 2
    assert len(poster.kept()) == 1


def test_a_mail_that_could_not_be_stored_comes_again(poster: Poster) -> None:
    same = {"timestamp": poster.stamp(), "token": "u" * 50}
    with failing(poster.site.core.conninfo, "inbound_mail", "INSERT", "57P01"):
        refused = poster.mailgun(MAIL, ANN, **same)
        assert (refused.status, refused.headers["retry-after"]) == (503, "5")
        assert poster.sendgrid(MAIL, ANN).status == 503
    with failing(poster.site.core.conninfo, "inbound_mail", "INSERT", "22000"):
        answer = poster.sendgrid(MAIL, ANN)
        assert (answer.status, answer.text) == (500, "try again later\n")
    assert poster.kept() == []
    assert poster.mailgun(MAIL, ANN, **same).status == 200
    assert len(poster.kept()) == 1


def test_used_tokens_are_kept_as_long_as_their_signatures_count(poster: Poster) -> None:
    core = poster.site.core
    assert poster.mailgun(MAIL, ANN).status == 200
    tokens, now = PostgresMailTokens(core.pool), core.backend.clock()
    assert tokens.sweep(now + MAILGUN_WINDOW - timedelta(minutes=1)) == 0
    assert tokens.sweep(now + MAILGUN_WINDOW + timedelta(minutes=1)) >= 1
    assert tokens.sweep(now + MAILGUN_WINDOW + timedelta(minutes=1)) == 0


def test_sendgrid_must_have_signed(poster: Poster) -> None:
    assert poster.sendgrid(MAIL, ANN, key=ec.generate_private_key(ec.SECP256R1())).status == 401
    assert poster.post(f"/hooks/mail/sendgrid/{PATH}", multipart({"email": MAIL}), MULTIPART).status == 401
    old = SENDGRID_WINDOW + timedelta(hours=1)
    assert poster.sendgrid(MAIL, ANN, age=old).status == 406
    assert poster.kept() == []


def test_the_path_of_sendgrid_ends_with_the_secret(poster: Poster) -> None:
    for wrong in ("", "/", "/wrong", f"/{PATH}x", f"/{PATH[:-1]}", f"/{PATH}/more", "/%D0%BA%FF"):
        assert poster.sendgrid(MAIL, ANN, path=f"/hooks/mail/sendgrid{wrong}").status == 404, wrong
    assert poster.kept() == []


def test_a_mail_for_nobody_here_is_dropped(poster: Poster) -> None:
    for recipient in ("zed@example.org", "nobody@televent.app", "noreply@televent.app", "a\0b@televent.app", ""):
        for answer in (poster.mailgun(MAIL, recipient), poster.sendgrid(MAIL, recipient)):
            assert answer.status == 406, recipient
    assert poster.sendgrid(MAIL).status == 406
    assert poster.kept() == []
    # One of two has an account here.
    assert poster.sendgrid(MAIL, "nobody@televent.app", ANN).status == 200
    assert poster.kept() == [("zed@example.net", [ANN], MAIL)]


def test_what_is_no_raw_mail_is_dropped(poster: Poster) -> None:
    assert "turn on raw MIME" in poster.mailgun(b"", ANN).text
    path = f"/hooks/mail/sendgrid/{PATH}"
    assert poster.post("/hooks/mail/mailgun", b"{}", "application/json").status == 406
    for envelope in (b"", b"[]", b'{"to": "ann@example.com", "from": "x"}', b'{"to": []}', b"[" * 50_000):
        assert poster.sendgrid(MAIL, ANN, envelope=envelope).status == 406
    assert poster.ann.ask("GET", path, login=False).status == 405
    assert poster.kept() == []


def test_bounds_hold_before_anything_is_stored(poster: Poster) -> None:
    assert poster.sendgrid(MAIL, *[ANN] * (MAX_RECIPIENTS + 1)).status == 406
    assert poster.sendgrid(b"X: " + b"x" * (257 * 1024) + b"\r\n\r\nx", ANN).text.startswith("552 5.3.4")
    assert poster.sendgrid(b"Subject: x\r\n\r\n" + b"x" * MAX_MAIL, ANN).status == 406
    # A byte of the mail may take three in the form.
    assert poster.mailgun(b"Subject: x\r\n\r\n" + b"\xff" * (MAX_MAIL - 14), ANN).status == 200
    assert [len(raw) for _, _, raw in poster.kept()] == [MAX_MAIL]


def test_a_request_that_is_too_large_is_refused_by_its_length(poster: Poster) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", poster.site.port, timeout=NET)
    try:
        connection.putrequest("POST", "/hooks/mail/mailgun")
        connection.putheader("Content-Length", str(MAX_BODY + 1))
        connection.endheaders()
        assert connection.getresponse().status == 406
    finally:
        connection.close()


def test_one_client_cannot_take_all_places(poster: Poster) -> None:
    """Requests whose bodies do not come hold a place; more of them from the same address are refused at once."""
    head = f"POST /hooks/mail/mailgun HTTP/1.1\r\nHost: x\r\nContent-Type: {ENCODED}\r\n"
    head += "Content-Length: 20\r\nExpect: 100-continue\r\n\r\n"
    slow = [socket.create_connection(("127.0.0.1", poster.site.port), timeout=NET) for _ in range(OF_ONE)]
    try:
        for each in slow:
            each.sendall(head.encode())
            # The server asks for the body when the request has its place.
            assert each.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert poster.mailgun(MAIL, ANN).status == 503
        for each in slow:
            each.sendall(b"timestamp=1&token=22")
        assert [each.recv(12) for each in slow] == [b"HTTP/1.1 401"] * OF_ONE
    finally:
        for each in slow:
            each.close()
    wait_until(lambda: poster.mailgun(MAIL, ANN).status == 200, what="the places are free again")


@pytest.mark.own_database
def test_what_is_not_configured_is_not_there(site: Site, ann: Client) -> None:
    poster = Poster(site, ann)
    for path in ("/hooks/mail/mailgun", "/hooks/mail/mailgun/mime", "/hooks/mail/sendgrid", "/hooks/mail", "/hooks"):
        assert ann.ask("POST", path, b"").status == 404, path
    assert poster.kept() == []


@pytest.mark.own_database
def test_one_service_alone(database_url: str) -> None:
    """Without a public key the secret of the path is the proof, and without a secret the signature."""
    with open_site(database_url, MAIL_SENDGRID_SECRET=PATH) as site:
        poster = Poster(site, site.person(101, "Ann", ANN))
        assert poster.sendgrid(MAIL, ANN, key=ec.generate_private_key(ec.SECP256R1())).status == 200
        assert poster.sendgrid(MAIL, ANN, path="/hooks/mail/sendgrid").status == 404
        assert poster.mailgun(MAIL, ANN).status == 404
    with open_site(database_url, MAIL_SENDGRID_PUBLIC_KEY=PUBLIC) as site:
        poster = Poster(site, site.person(102, "Bob", "bob@example.com"))
        assert poster.sendgrid(MAIL, "bob@example.com", path="/hooks/mail/sendgrid", key=CURVE).status == 200
        assert poster.sendgrid(MAIL, "bob@example.com").status == 404
        assert len(poster.kept()) == 2


def _states(conninfo: str) -> list[str]:
    with psycopg.connect(conninfo) as connection:
        return [row[0] for row in connection.execute("SELECT state FROM inbound_mail").fetchall()]


def test_the_mail_service_hears_of_a_posted_mail(poster: Poster, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look for mails of other processes once an hour here."""
    monkeypatch.setattr(processing, "POLL", 3600.0)
    core = poster.site.core
    text = message("REQUEST", "ORGANIZER:mailto:zed@example.net", f"ATTENDEE:mailto:{ANN}", uid="posted@example.net")
    with loop_in_thread() as loop:
        stop, ready = asyncio.Event(), threading.Event()
        sockets = {"MAIL_LISTEN_PORT": listen(Port("mail", "MAIL_LISTEN_PORT", "127.0.0.1", 0))}
        serving = asyncio.run_coroutine_threadsafe(receive_mails(core, ready.set, stop, sockets), loop)
        try:
            assert ready.wait(NET)
            assert poster.sendgrid(itip_mail(text), ANN).status == 200
            wait_until(lambda: _states(core.conninfo) == ["parked"], what="the mail is processed")
        finally:
            loop.call_soon_threadsafe(stop.set)
            serving.result(NET)


def test_the_log_has_no_secret(poster: Poster) -> None:
    with capture_logs() as lines:
        assert poster.sendgrid(MAIL, ANN).status == 200
        wait_until(lambda: [line for line in lines if line["event"] == "request"], what="the request is logged")
    assert [line["path"] for line in lines if line["event"] == "request"] == ["/hooks/mail/sendgrid/…"]
    assert PATH not in repr(lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIL_SENDGRID_SECRET", "too-short"),
        ("MAIL_SENDGRID_SECRET", "with/a/slash/and/long/enough"),
        ("MAIL_SENDGRID_PUBLIC_KEY", "bm8ga2V5"),
        ("MAIL_MAILGUN_SECRET", "short"),
    ],
)
def test_a_bad_key_ends_the_start(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as error:
        load_settings()
    assert value not in str(error.value) or name == "MAIL_SENDGRID_PUBLIC_KEY"
    assert json.dumps(value) not in str(error.value)
