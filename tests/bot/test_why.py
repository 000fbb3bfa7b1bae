"""Why an event changed, in the chat: which mail, app or person did it, how it was proven, or why nothing changed."""

import typing
from dataclasses import replace
from datetime import timedelta
from typing import Any

from support.chat import Chats, Someone, buttons
from support.chat_mails import PROVEN, ZED, asked, comes, person, trusting
from support.event_stage import made
from support.event_views import opened, pressed
from support.post import message
from televent.adapters.telegram.handlers.events.past.why_lines import METHODS, REASONS
from televent.adapters.telegram.texts import plain
from televent.application.mail_records.event_mails import KEPT
from televent.application.mail_records.senders import Doubt
from televent.application.use_cases.events.change_event import change_event
from televent.application.use_cases.events.which import Which
from televent.application.use_cases.scheduling.meetings import invite
from televent.ical.editing.changes import EventChange

WHY = "❓ Why did this change?"


def why(someone: Someone, title: str = "sync", *pages: str) -> Any:
    """The page that says why the event changed."""
    return pressed(someone, opened(someone, title), "🕘 History", WHY, *pages)


def invited(chats: Chats) -> tuple[Someone, str, str]:
    """Bob, who has a proven invitation of Zed's, the address, and the UID."""
    bob, to = person(chats, "Bob")
    trusting(bob)
    uid = f"one-{to}"
    comes(chats, to, asked(to, uid), results=PROVEN)
    bob.hears("invited you")
    return bob, to, uid


def test_an_update_and_a_moved_date_by_proven_mails(chats: Chats) -> None:
    bob, to = person(chats, "Bob")
    trusting(bob)
    uid, rule = f"one-{to}", "RRULE:FREQ=WEEKLY;COUNT=3"
    comes(chats, to, asked(to, uid, rule), results=PROVEN)
    bob.hears("invited you")
    chats.now += timedelta(minutes=1)
    comes(chats, to, asked(to, uid, rule, "LOCATION:Room 4", sequence=1), results=PROVEN)
    bob.hears("changed this meeting")
    chats.now += timedelta(minutes=1)
    date = asked(to, uid, "LOCATION:Room 4", "RECURRENCE-ID:20261208T100000Z", sequence=2)
    moved = date.replace("DTSTART:20261201T10", "DTSTART:20261208T15").replace("DTEND:20261201T11", "DTEND:20261208T16")
    comes(chats, to, moved, results=PROVEN)
    bob.hears("3:00 PM")
    text = why(bob)["text"]
    assert text.count("A mail from zed@example.net: proven, example.net has signed it.") >= 3
    assert "Place" in text
    assert "Moved (Tue, Dec 8" in text


def test_mails_that_changed_nothing_have_a_reason(chats: Chats) -> None:
    bob, to, uid = invited(chats)
    chats.now += timedelta(minutes=1)
    comes(chats, to, asked(to, uid), results=PROVEN)
    comes(chats, to, asked(to, uid).replace("20261121T130000Z", "20261120T130000Z"), results=PROVEN)
    other = asked(to, uid, sequence=3, by="eve@example.org")
    comes(chats, to, other, results=PROVEN.replace("example.net", "example.org"), sender="eve@example.org")
    text = why(bob)["text"]
    assert "An invitation or an update came. It changed nothing: it came before." in text
    assert "It changed nothing: it is older than what you have." in text
    assert "A mail from eve@example.org: proven, example.org has signed it." in text


def test_a_cancellation_that_the_person_applied(chats: Chats) -> None:
    bob, to, uid = invited(chats)
    chats.now += timedelta(minutes=1)
    comes(chats, to, asked(to, uid, sequence=1, method="CANCEL"))
    card = bob.hears("that I cannot prove")
    assert "not proven, because nobody has checked it." in why(bob)["text"]
    bob.taps("Apply", card)
    bob.hears("was cancelled")
    text = why(bob)["text"]
    assert "A mail from zed@example.net: not proven, because nobody has checked it. You applied it." in text
    assert "Cancelled" in text


def meeting_with_zed(chats: Chats) -> tuple[Someone, Any, str]:
    """Ann, her meeting, and the address by which Zed answers her mail."""
    ann, _ = person(chats, "Ann")
    row = made(ann, "Sync")
    invite(chats.core.backend, ann.context("bot"), stream_id=row.stream_id, addresses=[ZED])
    token = chats.core.mail_book.token(ann.account.tenant, row.uid, ZED)
    chats.now += timedelta(minutes=1)
    return ann, row, f"rsvp+{token}@televent.app"


def answer(row: Any, stamp: str, by: str = ZED, organizer: str = "ann@example.com") -> str:
    return message(
        "REPLY",
        f"ORGANIZER:mailto:{organizer}",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{by}",
        uid=row.uid,
        sequence=9,
        stamp=stamp,
    )


def test_an_answer_an_app_and_the_chat(chats: Chats) -> None:
    ann, row, zeds = meeting_with_zed(chats)
    comes(chats, zeds, answer(row, "20261123T093500Z"))
    ann.hears("accepted your meeting")
    pressed(ann, opened(ann), "⏩ Move", "+1 hour", "✅ Save")
    change = EventChange(place="Room 4")
    change_event(chats.core.backend, ann.context("caldav"), which=Which(row.stream_id), change=change)
    first = why(ann)
    pages = [first["text"]]
    while "›" in buttons(first):
        first = pressed(ann, first, "›")
        pages.append(first["text"])
    text = "\n".join(pages)
    assert "A mail from zed@example.net: it came by the address or the link that only they got from me." in text
    assert "You did it in this chat." in text
    assert "Your calendar app did it, with one of your device passwords." in text
    assert "📅 Sync" in pressed(ann, first, "‹ Back")["text"]


def test_it_is_said_in_russian(chats: Chats) -> None:
    to = f"boris.{chats.core.backend.ids().hex[:8]}@example.com"
    bob, uid = chats.person("Борис", language="ru", address=to), f"one-{to}"
    trusting(bob)
    comes(chats, to, asked(to, uid), results=PROVEN)
    bob.hears("Sync")
    chats.now += timedelta(minutes=1)
    comes(chats, to, asked(to, uid, "LOCATION:Room 4", sequence=1), results=PROVEN)
    comes(chats, to, asked(to, uid), results=PROVEN)
    view = opened(bob)
    text = pressed(bob, view, "🕘 История", "❓ Почему это изменилось?")["text"]
    assert "Письмо от zed@example.net: подлинное, его подписал example.net." in text
    assert "Оно ничего не изменило" in text


def test_nobody_reads_the_mails_of_another(chats: Chats) -> None:
    bob, _, uid = invited(chats)
    eve, _ = person(chats, "Eve")
    mails = chats.core.backend.event_mails
    (row,) = chats.core.reads.by_uid(bob.account.tenant, uid)
    assert [each.method for each in mails.about(bob.account.tenant, row.stream_id)] == ["REQUEST"]
    assert mails.about(eve.account.tenant, row.stream_id) == []


def test_the_newest_mails_about_an_event_are_kept(chats: Chats) -> None:
    bob, _, uid = invited(chats)
    (row,) = chats.core.reads.by_uid(bob.account.tenant, uid)
    mails = chats.core.backend.event_mails
    (first,) = mails.about(bob.account.tenant, row.stream_id)
    for number in range(KEPT + 5):
        at = first.at + timedelta(seconds=number)
        mails.note(replace(first, mail_key=f"{number}-{first.mail_key[:20]}", state="ignored", reason="stale", at=at))
    kept = mails.about(bob.account.tenant, row.stream_id)
    assert len(kept) == KEPT
    assert kept[0].mail_key.startswith(f"{KEPT + 4}-")


def test_every_text_of_a_reason_is_there() -> None:
    for language in ("en", "ru"):
        for key in {*REASONS.values(), "known", "parked", "applied-by-hand", "ignored-by-hand"}:
            assert plain(language, f"why-nothing-{key}")
        for doubt in typing.get_args(Doubt):
            assert plain(language, f"why-doubt-{doubt}", domain="example.net")
        for proof in ("token", "signed", "believed"):
            assert plain(language, f"why-proof-{proof}", domain="example.net")
        for method in METHODS:
            assert plain(language, f"why-came-{method.lower()}")
