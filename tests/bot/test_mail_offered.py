"""Mail that changes no calendar by itself is told in the chat: calendars that invite nobody, texts, bounces."""

import asyncio

import pytest

from support.chat import Chats, Someone, buttons
from support.post import itip_mail, message
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.email.incoming.intake import Intake
from televent.adapters.postgres.wakeup import OUTBOX
from televent.application.mail.book import KeptMail
from televent.application.mail.incoming import Verdict
from televent.application.use_cases.calendars.agenda import Entry, agenda

ZED = "zed@example.net"


@pytest.fixture
def ann(chats: Chats) -> Someone:
    return chats.person("Ann", address=f"ann{next(chats.numbers)}@example.com")


def take(chats: Chats, mail: bytes, recipient: str, sender: str = ZED) -> Verdict:
    """Processes a mail as the listener does after it has stored it."""
    core = chats.core
    key, now = mail_key(mail, [recipient]), core.backend.clock()
    core.mail_book.keep(key, sender, [recipient], mail, now)
    intake = Intake(core.backend, core.mail_book, core.run)
    verdict = asyncio.run(intake.take(KeptMail(key, sender, [recipient], mail, now, now)))
    core.wakeups.notify(OUTBOX)
    return verdict


def planned(person: Someone) -> list[Entry]:
    core, now = person.chats.core, person.chats.now
    return agenda(core.backend, person.account.tenant, start=now, end=now.replace(year=now.year + 1))


@pytest.mark.parametrize(
    ("method", "lines"),
    [
        ("PUBLISH", ("ORGANIZER:mailto:zed@example.net",)),
        ("REQUEST", ("ATTENDEE:mailto:ann@example.com",)),
        ("REPLY", ()),
        (None, ()),
    ],
)
def test_a_calendar_that_invites_nobody_is_offered_and_imported(
    chats: Chats, ann: Someone, method: str | None, lines: tuple[str, ...]
) -> None:
    text = message(method or "PUBLISH", *lines, uid=f"published-{method}@example.net")
    if method is None:
        text = text.replace("METHOD:PUBLISH\r\n", "")
    verdict = take(chats, itip_mail(text, message_id=f"{method}@example.net"), ann.account.addresses[0])
    assert (verdict.state, verdict.reason) == ("parked", "offered")
    ann.hears(f"A mail from {ZED} brought a calendar.")
    shown = ann.hears("calendar.ics: 1 entry")
    assert "Sync" in shown["text"]
    assert planned(ann) == []
    ann.taps("📥 Import", shown)
    ann.hears("1 entry imported.")
    assert [each.summary for each in planned(ann)] == ["Sync"]

    again = itip_mail(text, message_id=f"again-{method}@example.net")
    verdict = take(chats, again, ann.account.addresses[0])
    wanted = "not-organizer" if method == "REPLY" else "all of it is in the calendar"
    assert (verdict.state, verdict.reason) == ("ignored", wanted)


def test_an_offer_that_is_refused_imports_nothing(chats: Chats, ann: Someone) -> None:
    text = message("PUBLISH", uid="published@example.net")
    take(chats, itip_mail(text), ann.account.addresses[0])
    shown = ann.hears("calendar.ics: 1 entry")
    assert buttons(shown) == ["📥 Import", "✖️ Cancel"]
    ann.taps("✖️ Cancel", shown)
    assert planned(ann) == []
