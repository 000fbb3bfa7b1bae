"""Registering at the REST door over real sockets: the code, the account without Telegram, and what nobody learns."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from support.dav import Client, Site
from support.mail_cards import mails, text_of
from support.passwords import CHEAP_PASSWORDS
from support.post import OtherServer, itip_mail, message, open_other_server, open_post_office, run_on
from support.rest import Reply, call, served
from support.town import Town
from support.waiting import wait_until
from televent.adapters.email.outgoing.connections import SmtpRoute
from televent.adapters.email.outgoing.outbound import MailIdentity, MailSender
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.application.event_store.context import Context
from televent.application.use_cases.people.accounts import verify_address
from televent.application.use_cases.people.devices import add_device
from televent.application.use_cases.people.preferences import change_preferences
from televent.domain.ids import AccountId
from televent.runtime.api import http_app
from televent.runtime.compose import Core, build_core, now
from televent.settings import Settings

EMAIL = "bob@example.com"
PASSWORD = "seven green bicycles"


@pytest.fixture
def other(town: Town) -> Iterator[OtherServer]:
    # Access tokens are checked by the time of the machine.
    town.now = now()
    town.core.backend.clock = lambda: town.now
    with open_other_server() as server:
        yield server


def register(port: int, email: str = EMAIL, **more: str) -> Reply:
    return call(port, "POST", "/api/auth/register", {"email": email, "password": PASSWORD, **more})


def verify(port: int, registration: str, code: str) -> Reply:
    return call(port, "POST", "/api/auth/verify", {"registration_id": registration, "code": code})


def owed(core: Core, kind: str) -> list[dict[str, Any]]:
    with core.pool.connection() as connection:
        query = "SELECT payload FROM outbox WHERE kind = %s AND state = 'pending' ORDER BY created_at"
        return [row[0] for row in connection.execute(query, (kind,)).fetchall()]


def code_of(core: Core, count: int = 1) -> str:
    """The code in the last of so many mails."""
    wait_until(lambda: len(owed(core, "registration_code/1")) == count, what="the mail with the code")
    return str(owed(core, "registration_code/1")[-1]["code"])


def other_than(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def context(core: Core, tenant: AccountId) -> Context:
    return Context(tenant, str(tenant), "rest", core.backend.clock(), uuid4(), "test")


def test_a_person_without_telegram_registers_syncs_and_is_invited_by_mail(town: Town, other: OtherServer) -> None:
    core = town.core
    with served(http_app(core, None)) as port:
        asked = register(port, " Bob@Example.com", name="Bob", timezone="Europe/Berlin", locale="en")
        assert (asked.status, asked.json["expires_in"]) == (202, 3600)
        wait_until(lambda: owed(core, "registration_code/1"), what="the mail is owed")
        identity = MailIdentity("noreply@televent.app", "televent.app", "televent.internal", None)
        mailer = SmtpMailer(SmtpRoute("127.0.0.1", other.port, tls="none"))
        sender = MailSender(mailer, core.mail_book, identity, lambda: town.now)
        for each in core.outbox.claim(town.now, kinds=sender.kinds):
            run_on(other.loop, sender.handle(each))
            core.outbox.complete(each, town.now)
        (mail,) = mails(other, EMAIL)
        code = str(mail["Subject"]).rpartition(" ")[2]
        assert code in text_of(mail)
        begun = verify(port, asked.json["registration_id"], code)
        assert begun.status == 200, begun.body
        bearer = {"Authorization": f"Bearer {begun.json['access_token']}"}
        assert len(call(port, "GET", "/api/auth/sessions", **bearer).json) == 1
        assert call(port, "POST", "/api/auth/login", {"email": EMAIL, "password": PASSWORD}).status == 200

        row = core.reads.account_by_address(EMAIL)
        assert row is not None
        assert (row.name, row.timezone, row.locale, row.telegram_id) == ("Bob", "Europe/Berlin", "en", None)
        device = add_device(core.backend, context(core, row.tenant), name="Laptop")
        site: Any = type("Door", (), {"port": port, "connections": []})()
        app = Client(site, row.tenant, EMAIL, device.password)
        try:
            home = app.propfind(app.home, "D:displayname", depth="1").responses()
            assert app.calendar() in home
            change_preferences(core.backend, context(core, row.tenant), {"strangers": "always"})
            lines = ("ORGANIZER;CN=Zed:mailto:zed@example.net", f"ATTENDEE;RSVP=TRUE:mailto:{EMAIL}")
            with open_post_office(town) as office:
                office.send(itip_mail(message("REQUEST", *lines, uid="in@example.net")), EMAIL)
            listed = app.propfind(app.calendar(), "D:getetag", depth="1").responses()
            (href,) = (each for each in listed if each.endswith(".ics"))
            assert "SUMMARY:Sync" in app.ask("GET", href).text
        finally:
            app.connection.close()


def test_a_wrong_code_opens_nothing_and_after_a_few_the_right_one_does_not(site: Site) -> None:
    given = register(site.port).json["registration_id"]
    code = code_of(site.core)
    for _ in range(5):
        assert verify(site.port, given, other_than(code)).problem() == "wrong-code"
    assert verify(site.port, given, code).problem() == "wrong-code"
    assert site.core.reads.account_by_address(EMAIL) is None


def test_another_code_replaces_the_first_and_comes_once_a_minute(site: Site) -> None:
    given = register(site.port).json["registration_id"]
    first = code_of(site.core)
    later = now() + timedelta(minutes=2)
    site.core.backend.clock = lambda: later
    again = call(site.port, "POST", "/api/auth/resend", {"registration_id": given})
    assert (again.status, again.json["registration_id"]) == (202, given)
    second = code_of(site.core, 2)
    # The limit of a minute holds for the address, not for a registration.
    assert register(site.port).status == 202
    assert verify(site.port, given, first if first != second else other_than(second)).problem() == "wrong-code"
    site.core.backend.clock = now
    assert verify(site.port, given, second).status == 200
    assert len(owed(site.core, "registration_code/1")) == 2


def test_a_code_is_worth_an_hour_and_counts_once(site: Site) -> None:
    given = register(site.port).json["registration_id"]
    code = code_of(site.core)
    late = now() + timedelta(hours=1, minutes=1)
    site.core.backend.clock = lambda: late
    assert verify(site.port, given, code).problem() == "wrong-code"
    site.core.backend.clock = now
    assert verify(site.port, str(uuid4()), code).problem() == "wrong-code"
    assert verify(site.port, given, f" {code} ").status == 200
    assert verify(site.port, given, code).problem() == "wrong-code"


def test_nobody_confirms_the_password_of_a_stranger(site: Site) -> None:
    """A stranger registered first with the address; its owner then registers and gives their own code."""
    stranger = register(site.port, password="the stranger's own words").json["registration_id"]
    code = code_of(site.core)
    own = register(site.port).json["registration_id"]
    assert own != stranger
    assert verify(site.port, own, code).problem() == "wrong-code"


def test_no_answer_tells_whether_an_address_has_an_account(site: Site, ann: Client) -> None:
    replies = []
    for email in ("ann@example.com", "nobody@example.com"):
        reply = call(
            site.port, "POST", "/api/auth/register", {"email": email, "password": PASSWORD}, X_Request_ID="same-request"
        )
        body = {"registration_id": reply.json["registration_id"], "code": "000000"}
        checked = call(site.port, "POST", "/api/auth/verify", body, X_Request_ID="same-request")
        again = call(
            site.port,
            "POST",
            "/api/auth/resend",
            {"registration_id": body["registration_id"]},
            X_Request_ID="same-request",
        )
        assert UUID(reply.json["registration_id"]).version == 4
        for each in (reply, checked, again):
            del each.headers["date"]
            each.body = each.body.replace(body["registration_id"], "id")
        replies.append((reply, checked, again))
    assert replies[0] == replies[1]
    wait_until(lambda: owed(site.core, "already_registered/1"), what="the owner is told")
    code_of(site.core)
    (told,) = owed(site.core, "already_registered/1")
    assert (told["to"], told["name"]) == ("ann@example.com", "Ann")
    assert [each["to"] for each in owed(site.core, "registration_code/1")] == ["nobody@example.com"]


def test_both_kinds_of_addresses_cost_the_same_work(site: Site, ann: Client) -> None:
    hashed: list[str] = []
    own = site.core.backend.passwords.hash

    class Counting(type(site.core.backend.passwords)):  # type: ignore[misc]
        def hash(self, password: str) -> str:
            hashed.append(password)
            return own(password)

    was, site.core.backend.passwords = site.core.backend.passwords, Counting()
    try:
        for email in ("ann@example.com", "nobody@example.com"):
            register(site.port, email)
    finally:
        site.core.backend.passwords = was
    assert hashed.count(PASSWORD) == 2


def test_an_address_that_was_proven_meanwhile_is_not_taken_twice(site: Site, ann: Client) -> None:
    given = register(site.port).json["registration_id"]
    code = code_of(site.core)
    verify_address(site.core.backend, site.context(ann.tenant), address=EMAIL, code=None)
    assert verify(site.port, given, code).problem() == "wrong-code"
    owner = site.core.reads.account_by_address(EMAIL)
    assert owner is not None
    assert owner.tenant == ann.tenant


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"password": "short"}, "weak-password"),
        ({"email": "no address"}, "invalid-address"),
        ({"timezone": "Mars/Base"}, "invalid-name"),
        ({"timezone": "../etc/passwd"}, "invalid-name"),
        ({"locale": "xx"}, "invalid-request"),
        ({"tenant": str(uuid4())}, "invalid-request"),
        ({"verified": True}, "invalid-request"),
    ],
)
def test_a_registration_that_is_not_valid_is_refused(site: Site, more: dict[str, Any], problem: str) -> None:
    body = {"email": EMAIL, "password": PASSWORD, **more}
    assert call(site.port, "POST", "/api/auth/register", body).problem() == problem
    with site.core.pool.connection() as connection:
        rows = connection.execute("SELECT 1 FROM pending_account WHERE address = %s", (EMAIL,))
        assert rows.fetchone() is None


def test_registrations_end_after_a_day(site: Site) -> None:
    given = register(site.port).json["registration_id"]
    code = code_of(site.core)
    assert site.core.backend.pending.sweep(now() + timedelta(hours=23)) == 0
    assert site.core.backend.pending.sweep(now() + timedelta(hours=25)) == 1
    assert verify(site.port, given, code).problem() == "wrong-code"


@pytest.mark.own_database
def test_a_client_registers_a_bounded_number_of_times(database_url: str) -> None:
    given: dict[str, Any] = {"DATABASE_URL": database_url, "TELEVENT_POOL_SIZE": 4}
    core = build_core(Settings(**given), database_url, CHEAP_PASSWORDS)
    try:
        with served(http_app(core, None)) as port:
            answers = [register(port, f"person{number}@example.com") for number in range(25)]
            assert answers[0].status == 202
            assert answers[-1].problem() == "too-many-requests"
    finally:
        core.close()
