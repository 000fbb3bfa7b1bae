"""The sandbox's mail catcher: mail that comes over SMTP is kept, shown, and answered as by Gmail."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest

from support.sandbox import Control, sandbox_control
from televent.adapters.sandbox.mail.answer import compose_answer
from televent.adapters.sandbox.mail.store import Mail
from televent.ical.text.tree import Component, parse

ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nTZOFFSETFROM:+0200\r\n"
    "TZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def request(*events: str, method: str = "REQUEST") -> str:
    body = "".join(
        f"BEGIN:VEVENT\r\nDTSTAMP:20261121T090000Z\r\nUID:lunch-1\r\n{event}END:VEVENT\r\n" for event in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//EN\r\nMETHOD:{method}\r\n{ZONE}{body}END:VCALENDAR\r\n"


LUNCH = (
    "SEQUENCE:3\r\nDTSTART;TZID=Europe/Berlin:20261201T120000\r\nDTEND;TZID=Europe/Berlin:20261201T130000\r\n"
    'SUMMARY:Lunch\\, long\r\nORGANIZER;CN="Ann":mailto:Ann@example.com\r\nRRULE:FREQ=WEEKLY\r\n'
    'ATTENDEE;CN="Bob; B.";RSVP=TRUE:MAILTO:Bob@Example.com\r\nATTENDEE:mailto:eve@example.com\r\n'
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"
)
ONE = "RECURRENCE-ID;TZID=Europe/Berlin:20261208T120000\r\n" + LUNCH.replace("RRULE:FREQ=WEEKLY\r\n", "")


def invitation(calendar: str, to: str = "bob@example.com", method: str = "REQUEST") -> EmailMessage:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = "noreply@televent.app", f"Bob <{to}>", "Invitation: Lunch"
    mail["Message-ID"] = "<request-1@televent.app>"
    mail.set_content("You've been invited to: Lunch\n")
    mail.add_alternative("<p>Lunch</p><script>alert(1)</script>", subtype="html")
    mail.add_alternative(calendar, subtype="calendar", cte="base64", params={"method": method})
    return mail


async def send(control: Control, mail: EmailMessage, to: str = "bob@example.com") -> int:
    port = control.sandbox.smtp_port
    await aiosmtplib.send(
        mail.as_bytes(),
        sender="noreply@televent.app",
        recipients=[to],
        hostname="127.0.0.1",
        port=port,
        start_tls=False,
    )
    found = await control.get("/sandbox/mails", wait=20)
    return int(found[-1]["id"])


@asynccontextmanager
async def with_listener(**changes: Any) -> AsyncIterator[tuple[Control, Control]]:
    """A sandbox that sends its answers to another catcher in place of the inbound listener."""
    async with sandbox_control() as inbound:
        to = ("127.0.0.1", inbound.sandbox.smtp_port)
        async with sandbox_control(inbound_smtp=to, **changes) as control:
            yield control, inbound


def calendar_in(content: bytes) -> Component:
    mail = email.message_from_bytes(content, policy=email.policy.default)
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REPLY"
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.count(b"\n") == payload.count(b"\r\n")
    return parse(payload)


def test_a_caught_mail_is_listed_read_raw_and_taken_apart() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            mail = invitation(request(LUNCH))
            mail_id = await send(control, mail)
            (row,) = await control.get("/sandbox/mails", to="BOB@example.com")
            assert (row["id"], row["method"], row["uid"]) == (mail_id, "REQUEST", "lunch-1")
            assert (row["envelope_from"], row["envelope_to"]) == ("noreply@televent.app", ["bob@example.com"])
            assert row["subject"] == "Invitation: Lunch"
            assert await control.get("/sandbox/mails", to="eve@example.com") == []
            assert await control.get("/sandbox/mails", after=mail_id) == []
            assert (await control.http.get(f"/sandbox/mails/{mail_id}")).content == mail.as_bytes()
            view = await control.get(f"/sandbox/mails/{mail_id}/view")
            assert view["text"].startswith("You've been invited to: Lunch")
            assert view["calendar"] == request(LUNCH)
            html = await control.http.get(f"/sandbox/mails/{mail_id}/html")
            assert "<p>Lunch</p>" in html.text
            assert html.headers["content-security-policy"].startswith("sandbox allow-popups; default-src 'none'")

    asyncio.run(steps())


def test_an_answer_goes_to_the_organizer_with_what_the_invitation_said_and_one_attendee() -> None:
    async def steps() -> None:
        async with with_listener() as (control, inbound):
            mail_id = await send(control, invitation(request(LUNCH, ONE)))
            await control.post(f"/sandbox/mails/{mail_id}/answer", partstat="ACCEPTED", comment="Yes; gladly,\nBob")
            (row,) = await inbound.get("/sandbox/mails", wait=20)
            assert (row["envelope_from"], row["envelope_to"]) == ("bob@example.com", ["ann@example.com"])
            assert (row["from"], row["subject"]) == ("bob@example.com", "Accepted: Lunch, long")
            content = (await inbound.http.get(f"/sandbox/mails/{row['id']}")).content
            message = email.message_from_bytes(content, policy=email.policy.default)
            assert message["In-Reply-To"] == "<request-1@televent.app>"
            assert message["Authentication-Results"] is None
            reply = calendar_in(content)
            assert reply.value("METHOD") == "REPLY"
            assert [zone.value("TZID") for zone in reply.components("VTIMEZONE")] == ["Europe/Berlin"]
            (event,) = reply.components("VEVENT")
            (attendee,) = event.all("ATTENDEE")
            assert attendee.value == "MAILTO:Bob@Example.com"
            assert (attendee.param("PARTSTAT"), attendee.param("CN")) == ("ACCEPTED", "Bob; B.")
            assert (event.value("UID"), event.value("SEQUENCE")) == ("lunch-1", "3")
            assert event.value("ORGANIZER") == "mailto:Ann@example.com"
            assert event.value("SUMMARY") == "Lunch\\, long"
            assert event.value("COMMENT") == "Yes\\; gladly\\,\\nBob"
            start = event.get("DTSTART")
            assert start is not None
            assert (start.param("TZID"), start.value) == ("Europe/Berlin", "20261201T120000")
            assert event.get("RECURRENCE-ID") is None
            assert event.components("VALARM") == []

    asyncio.run(steps())


def test_a_hostile_title_adds_no_header_to_the_answer() -> None:
    title = "=?utf-8?q?Notice=0d=0aBcc:_x@evil.example=0d=0a=0d=0a<h1>?="
    mail = invitation(request(LUNCH.replace("Lunch\\, long", title)))
    stored = Mail(1, "noreply@televent.app", ("bob@example.com",), 0.0, mail.as_bytes())
    given = compose_answer(stored, "ACCEPTED", datetime(2026, 11, 21, 12, tzinfo=UTC))
    answer = email.message_from_bytes(given.content, policy=email.policy.default)
    assert (answer["Bcc"], answer["In-Reply-To"]) == (None, "<request-1@televent.app>")
    assert "Accepted: = ?utf-8?q?Notice=0d=0aBcc" in answer["Subject"]


def test_an_occurrence_that_came_alone_is_answered_alone() -> None:
    async def steps() -> None:
        async with with_listener() as (control, inbound):
            mail_id = await send(control, invitation(request(ONE)))
            await control.post(f"/sandbox/mails/{mail_id}/answer", partstat="DECLINED")
            (row,) = await inbound.get("/sandbox/mails", wait=20)
            reply = calendar_in((await inbound.http.get(f"/sandbox/mails/{row['id']}")).content)
            (event,) = reply.components("VEVENT")
            assert event.value("RECURRENCE-ID") == "20261208T120000"
            assert event.get("RRULE") is None

    asyncio.run(steps())


def test_of_two_answers_in_one_second_the_later_bears_the_later_dtstamp() -> None:
    async def steps() -> None:
        async with with_listener() as (control, inbound):
            mail_id = await send(control, invitation(request(LUNCH)))
            stamps = []
            for partstat in ("ACCEPTED", "TENTATIVE", "DECLINED"):
                done = await control.post(f"/sandbox/mails/{mail_id}/answer", partstat=partstat)
                (event,) = parse(done["calendar"].encode()).components("VEVENT")
                stamps.append(event.value("DTSTAMP") or "")
            assert stamps == sorted(set(stamps))
            assert len(await inbound.get("/sandbox/mails")) == 3

    asyncio.run(steps())


def test_a_configured_trust_name_stamps_the_answer_as_authenticated() -> None:
    async def steps() -> None:
        async with with_listener(authserv_id="mx.televent.app") as (control, inbound):
            mail_id = await send(control, invitation(request(LUNCH), to="list@example.com"), to="list@example.com")
            done = await control.post(
                f"/sandbox/mails/{mail_id}/answer", partstat="ACCEPTED", address="eve@example.com"
            )
            assert done["from"] == "eve@example.com"
            (row,) = await inbound.get("/sandbox/mails", wait=20)
            content = (await inbound.http.get(f"/sandbox/mails/{row['id']}")).content
            results = email.message_from_bytes(content, policy=email.policy.default)["Authentication-Results"]
            assert results.startswith("mx.televent.app; dmarc=pass header.from=example.com")

    asyncio.run(steps())


CANNOT = [
    (invitation(request(LUNCH, method="CANCEL"), method="CANCEL"), "ACCEPTED", "has no METHOD:REQUEST"),
    (invitation(request(LUNCH)), "MAYBE", "an answer is one of"),
    (invitation(request(LUNCH.replace("ORGANIZER", "X-ORGANIZER"))), "ACCEPTED", "names no organizer"),
    (invitation("BEGIN:VCALENDAR\r\nnonsense"), "ACCEPTED", "has no METHOD:REQUEST"),
    (invitation(request()), "ACCEPTED", "no VEVENT"),
]


@pytest.mark.parametrize(("mail", "partstat", "sentence"), CANNOT)
def test_what_cannot_be_answered_says_why(mail: EmailMessage, partstat: str, sentence: str) -> None:
    async def steps() -> None:
        async with with_listener() as (control, inbound):
            mail_id = await send(control, mail)
            refused = await control.http.post(f"/sandbox/mails/{mail_id}/answer", json={"partstat": partstat})
            assert refused.status_code == 400
            assert sentence in refused.json()["error"]
            assert await inbound.get("/sandbox/mails") == []

    asyncio.run(steps())


def test_a_listener_that_does_not_listen_is_named() -> None:
    async def steps() -> None:
        async with sandbox_control() as gone:
            port = gone.sandbox.smtp_port
        async with sandbox_control(inbound_smtp=("127.0.0.1", port)) as control:
            mail_id = await send(control, invitation(request(LUNCH)))
            refused = await control.http.post(f"/sandbox/mails/{mail_id}/answer", json={"partstat": "ACCEPTED"})
            assert refused.status_code == 502
            assert f"127.0.0.1:{port}" in refused.json()["error"]

    asyncio.run(steps())


def test_an_ordered_refusal_bounces_an_address_as_often_as_ordered() -> None:
    async def steps() -> None:
        async with sandbox_control() as control:
            await control.post("/sandbox/refusals", address="bob@example.com", code=550, text="5.1.1 Unknown")
            with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
                await send(control, invitation(request(LUNCH)))
            assert refused.value.recipients[0].code == 550
            assert await send(control, invitation(request(LUNCH))) == 1

    asyncio.run(steps())


def test_mails_outlive_a_restart(tmp_path: Path) -> None:
    async def steps() -> None:
        mail = invitation(request(LUNCH))
        async with sandbox_control(state_dir=tmp_path) as control:
            await send(control, mail)
            before = await control.get("/sandbox/mails")
        async with sandbox_control(state_dir=tmp_path) as control:
            assert await control.get("/sandbox/mails") == before
            assert (await control.http.get("/sandbox/mails/1")).content == mail.as_bytes()
            await control.http.delete("/sandbox/mails")
        async with sandbox_control(state_dir=tmp_path) as control:
            assert await control.get("/sandbox/mails") == []

    asyncio.run(steps())
