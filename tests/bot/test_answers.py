"""Answers to invitations: for all dates, one, or the later ones; with a note; twice, late, and to what has changed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from support.chat import Chats, Someone, buttons
from support.meetings import SECOND, WEEKLY, answers, deletes, organized, puts, with_override
from support.waiting import wait_until
from televent.application.read_models.codes import code_of

ENDLESS = "RRULE:FREQ=WEEKLY"


@pytest.fixture
def ann(chats: Chats) -> Someone:
    return chats.person("Ann", address=f"ann-{uuid4().hex[:8]}@example.com")


@pytest.fixture
def bob(chats: Chats) -> Someone:
    return chats.person("Bob", address=f"bob-{uuid4().hex[:8]}@example.com")


@pytest.fixture
def uid() -> str:
    return f"{uuid4().hex}@example.com"


def stream(someone: Someone, uid: str) -> UUID:
    (row,) = someone.chats.core.reads.by_uid(someone.account.tenant, uid)
    return row.stream_id


def stored(someone: Someone, uid: str) -> str:
    """The person's copy, unfolded."""
    row = someone.chats.core.reads.by_stream(someone.account.tenant, stream(someone, uid))
    assert row is not None
    assert row.ics is not None
    return row.ics.decode().replace("\r\n ", "")


def says(someone: Someone, uid: str, attendee: Someone) -> dict[str, str]:
    """The answer of an attendee in the person's copy, for the series ("") and for each date of its own."""
    found = {}
    for part in stored(someone, uid).split("BEGIN:VEVENT")[1:]:
        lines = part.splitlines()
        rid = next((line.partition(":")[2] for line in lines if line.startswith("RECURRENCE-ID")), "")
        line = next(line for line in lines if line.startswith("ATTENDEE") and attendee.account.addresses[0] in line)
        found[rid] = line.partition("PARTSTAT=")[2].partition(";")[0].partition(":")[0] or "NEEDS-ACTION"
    return found


@contextmanager
def held(someone: Someone, uid: str) -> Iterator[None]:
    """No worker may send the card of this event in the meantime."""
    living, tenant = someone.chats.core.backend.living, someone.account.tenant
    # The sender of the card before holds it until Telegram's answer is stored.
    wait_until(
        lambda: living.hold(tenant, stream(someone, uid), "card", someone.chats.now) is not None, what="nobody sends"
    )
    yield
    wait_until(lambda: _postponed(someone), what="a card that waits")
    living.release(tenant, stream(someone, uid), "card")


def _postponed(someone: Someone) -> bool:
    query = "SELECT count(*) FROM outbox WHERE tenant_id = %s AND state = 'pending' AND last_error LIKE '%%being sent'"
    with someone.chats.core.pool.connection() as connection:
        row = connection.execute(query, (someone.account.tenant,)).fetchone()
    return row is not None and row[0] > 0


def test_one_date_is_chosen_from_a_list_and_answered(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, lines=(WEEKLY,), uid=uid))
    card = bob.hears("invited you")
    bob.taps("📆 One date only…", card)
    shown = bob.hears("Which date")
    assert buttons(shown)[:2] == ["Tue, Dec 1 • 10:00 AM", "Tue, Dec 8 • 10:00 AM"]
    bob.taps("Tue, Dec 8 • 10:00 AM", card)
    one = bob.hears("Your answer is for this date only.")
    assert "🕒 Tue, Dec 8 • 10:00 AM - 11:00 AM" in one["text"]
    bob.taps("❔ Tentative", card)
    bob.hears("You answered “maybe” for this date.")
    assert says(bob, uid, bob) == {"": "NEEDS-ACTION", SECOND: "TENTATIVE"}
    told = ann.hears("Bob tentatively accepted your meeting.")
    assert "(Tue, Dec 8 • 10:00 AM)" in told["text"]


def test_this_and_all_later_dates_of_a_series_that_ends(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, lines=(WEEKLY,), uid=uid))
    card = bob.hears("invited you")
    bob.taps("✅ Accept", card)
    bob.hears("You accepted this invitation.")
    bob.taps("📆 One date only…", card)
    bob.taps("Tue, Dec 15 • 10:00 AM", card)
    bob.taps("This date and all later ones", card)
    bob.hears("Your answer is for this date and all later ones.")
    bob.taps("❌ Decline", card)
    bob.hears("You declined this date and all later ones.")
    wanted = {"": "ACCEPTED", "20261215T100000Z": "DECLINED", "20261222T100000Z": "DECLINED"}
    assert says(bob, uid, bob) == wanted
    assert says(ann, uid, bob) == wanted
    told = ann.hears("Bob: accepted → declined")
    assert "(Tue, Dec 15 • 10:00 AM; Tue, Dec 22 • 10:00 AM)" in told["text"]


def test_this_and_all_later_dates_of_an_endless_series(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, lines=(ENDLESS,), uid=uid))
    card = bob.hears("invited you")
    bob.taps("📆 One date only…", card)
    bob.taps("Tue, Dec 15 • 10:00 AM", card)
    bob.taps("This date and all later ones", card)
    # The organizer cannot be told an answer that begins later: the dates before it have none.
    refused = bob.taps("❌ Decline", card)["answer"]
    assert refused["show_alert"]
    assert refused["text"].startswith("Please answer the earlier dates first")
    assert says(bob, uid, bob) == {"": "NEEDS-ACTION"}
    bob.taps("All dates", card)
    bob.taps("✅ Accept", card)
    bob.hears("You accepted this invitation.")
    bob.taps("📆 One date only…", card)
    bob.taps("Tue, Dec 15 • 10:00 AM", card)
    bob.taps("This date and all later ones", card)
    bob.taps("❌ Decline", card)
    bob.hears("You declined this date and all later ones.")
    wanted = {"": "DECLINED", "20261201T100000Z": "ACCEPTED", SECOND: "ACCEPTED"}
    assert says(bob, uid, bob) == wanted
    assert says(ann, uid, bob) == wanted


def test_a_note_goes_to_the_organizer_with_the_answer(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    card = bob.hears("invited you")
    bob.taps("✅ Accept", card)
    bob.hears("You accepted")
    ann.hears("Bob accepted your meeting.")
    bob.taps("💬 Add a note", card)
    bob.hears("What shall I tell Ann?")
    bob.says("x" * 501)
    bob.hears("A note may have 500 characters")
    bob.says("I will be 10 minutes <late>; sorry, all")
    bob.hears("Ann gets your note.")
    told = ann.hears("I will be 10 minutes <late>; sorry, all")
    assert "Bob (accepted) wrote a note." in told["text"]
    assert "📅 Sync" in told["text"]
    assert "🕒 Tue, Dec 1 • 10:00 AM - 11:00 AM" in told["text"]
    assert code_of(uid)[:6] in told["text"]
    # The note belongs to that answer: the next one does not repeat it.
    bob.taps("Change response", card)
    bob.taps("❌ Decline", card)
    told = ann.hears("Bob: accepted → declined")
    assert told["text"].count("10 minutes") == 1


def test_a_note_to_nothing_is_refused(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    card = bob.hears("invited you")
    bob.taps("✅ Accept", card)
    answered = bob.hears("You accepted")
    bob.taps("💬 Add a note", answered)
    bob.hears("What shall I tell Ann?")
    deletes(ann)
    bob.hears("This meeting was cancelled.")
    bob.says("Too late")
    bob.hears("This meeting was cancelled.")


def test_answers_of_one_minute_are_one_message(chats: Chats, ann: Someone, uid: str) -> None:
    names = ("Bob", "Cy", "Di")
    guests = [chats.person(name, address=f"{name.lower()}-{uuid4().hex[:8]}@example.com") for name in names]
    puts(ann, organized(ann, *guests, uid=uid))
    for guest in guests:
        answers(guest, uid, "ACCEPTED")
    ann.hears("Di accepted your meeting.")
    mine = [each for each in ann.messages() if "accepted your meeting" in each["text"]]
    assert len(mine) == 1
    assert [line for line in mine[0]["text"].splitlines() if "accepted" in line] == [
        f"{name} accepted your meeting." for name in names
    ]
    chats.now += timedelta(minutes=1)
    answers(guests[0], uid, "DECLINED")
    told = ann.hears("Bob: accepted → declined")
    assert told["message_id"] > mine[0]["message_id"]
    assert "Cy" not in told["text"]


def test_an_answer_to_an_old_time_is_refused_and_the_new_card_comes_once(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    card = bob.hears("invited you")
    with held(bob, uid):
        puts(ann, organized(ann, bob, lines=("DTSTART:20261202T100000Z", "DTEND:20261202T110000Z"), uid=uid))
    reply = bob.taps("✅ Accept", card)["answer"]
    assert reply["show_alert"]
    assert reply["text"].startswith("The time has changed")
    assert says(bob, uid, bob) == {"": "NEEDS-ACTION"}
    fresh = bob.hears("now Wed, Dec 2")
    assert fresh["reply_to"] == card["message_id"]
    # The message that waited has nothing new to tell.
    count = len(bob.messages())
    bob.chats.now += timedelta(seconds=5)
    puts(ann, organized(ann, bob, lines=("SUMMARY:Other",), uid=f"other-{uid}"), href="other.ics")
    bob.hears("Other")
    wait_until(lambda: not _postponed(bob), what="the message that waited")
    assert len(bob.messages()) == count + 1
    bob.taps("✅ Accept", fresh)
    bob.hears("You accepted this invitation.")


def test_two_changes_at_once_are_one_card(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    bob.hears("invited you")
    with held(bob, uid):
        puts(ann, organized(ann, bob, lines=("DTSTART:20261202T100000Z", "DTEND:20261202T110000Z"), uid=uid))
        later = ("DTSTART:20261203T100000Z", "DTEND:20261203T110000Z", "LOCATION:Room 2")
        puts(ann, organized(ann, bob, lines=later, uid=uid))
        deletes_count = len(bob.messages())
    bob.chats.now += timedelta(seconds=5)
    card = bob.hears("changed this meeting")
    assert "was Tue, Dec 1 → now Thu, Dec 3" in card["text"]
    assert "Dec 2" not in card["text"]
    puts(ann, organized(ann, bob, lines=("SUMMARY:Other",), uid=f"other-{uid}"), href="other.ics")
    bob.hears("Other")
    assert len(bob.messages()) == deletes_count + 2


def test_an_older_card_that_kept_its_buttons_takes_no_answer(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    first = bob.hears("invited you")
    bob.chats.do(bob.chats.control.post("/sandbox/faults", method="editMessageReplyMarkup", status=400))
    puts(ann, organized(ann, bob, lines=("DTSTART:20261202T100000Z", "DTEND:20261202T110000Z"), uid=uid))
    bob.hears("changed this meeting")
    reply = bob.taps("✅ Accept", first)["answer"]
    assert "newer card" in reply["text"]
    assert says(bob, uid, bob) == {"": "NEEDS-ACTION"}


def test_after_a_card_that_the_person_deleted_comes_one_without_a_reply(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    first = bob.hears("invited you")
    bob.chats.do(bob.chats.control.call("deleteMessage", chat_id=bob.id, message_id=first["message_id"]))
    puts(ann, organized(ann, bob, lines=("DTSTART:20261202T100000Z", "DTEND:20261202T110000Z"), uid=uid))
    card = bob.hears("changed this meeting")
    assert card["reply_to"] is None
    assert "✅ Accept" in buttons(card)


def test_two_moved_dates_are_asked_one_after_the_other(ann: Someone, bob: Someone, uid: str) -> None:
    text = organized(ann, bob, lines=(WEEKLY,), uid=uid)
    puts(ann, text)
    card = bob.hears("invited you")
    bob.taps("✅ Accept", card)
    bob.hears("You accepted this invitation.")
    for day in (8, 15):
        times = (f"DTSTART:202612{day:02}T150000Z", f"DTEND:202612{day:02}T160000Z")
        moved = (f"RECURRENCE-ID:202612{day:02}T100000Z", *times)
        text = with_override(text, organized(ann, bob, lines=moved, uid=uid))
    puts(ann, text)
    news = bob.hears("changed this meeting")
    assert "🕒 Tue, Dec 8 • 3:00 PM" in news["text"]
    assert news["text"].count("→ now") == 2
    bob.taps("✅ Accept", news)
    assert "Answer the next date ▸" in buttons(bob.hears("You accepted this date."))
    bob.taps("Answer the next date ▸", news)
    assert "🕒 Tue, Dec 15 • 3:00 PM" in bob.hears("Your answer is for this date only.")["text"]
    bob.taps("❌ Decline", news)
    bob.hears("You declined this date.")
    assert says(bob, uid, bob) == {"": "ACCEPTED", SECOND: "ACCEPTED", "20261215T100000Z": "DECLINED"}


def test_rsvp_says_what_it_did(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, lines=(WEEKLY, "SUMMARY:Choir"), uid=uid))
    bob.hears("invited you")
    code = stream(bob, uid).hex[:6]
    bob.says(f"/rsvp accept {code}")
    assert "Choir" in bob.hears("You accepted this invitation.")["text"]
    bob.says(f"/rsvp decline {code} 8 December")
    one = bob.hears("You declined this date.")
    assert "🕒 Tue, Dec 8 • 10:00 AM" in one["text"]
    assert says(bob, uid, bob) == {"": "ACCEPTED", SECOND: "DECLINED"}
    bob.says(f"/rsvp accept {code} 9 December")
    bob.hears("does not take place on that day")
    bob.says("/rsvp accept nothing")
    bob.hears("I did not find this event")
    bob.says("/rsvp")
    bob.hears("/rsvp accept|decline|tentative")
    mine = code_of(uid)[:6]
    ann.says(f"/rsvp accept {mine}")
    assert f"/cancel {mine}" in ann.hears("You organize “Choir”")["text"]
    puts(
        ann,
        organized(ann, bob, lines=("DTSTART:20261101T100000Z", "DTEND:20261101T110000Z"), uid=f"past-{uid}"),
        "p.ics",
    )
    bob.hears("This event is over.")
    bob.says(f"/rsvp accept {stream(bob, f'past-{uid}').hex[:6]}")
    bob.hears("This event is over.")


def test_a_dead_button_says_so(chats: Chats, bob: Someone, ann: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    card = bob.hears("invited you")
    (row,) = chats.core.reads.by_uid(bob.account.tenant, uid)
    deletes(bob, row.href)
    reply = bob.taps("✅ Accept", card)["answer"]
    assert reply == {"text": "This event is not there any more.", "show_alert": True, "url": None}


def test_the_same_tap_twice_is_one_answer(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    card = bob.hears("invited you")
    control = bob.chats.control
    which = {"message_id": card["message_id"], "button": "✅ Accept"}

    async def twice() -> list[Any]:
        return list(await asyncio.gather(control.tap(bob.id, **which), control.tap(bob.id, **which)))

    told = sorted(each["answer"]["text"] for each in bob.chats.do(twice()))
    assert told == ["Accepted", "You have answered that already"]
    assert says(ann, uid, bob) == {"": "ACCEPTED"}
    bob.hears("You accepted this invitation.")


def test_answers_and_notes_in_russian(chats: Chats, uid: str) -> None:
    anna = chats.person("Анна", language="ru", address=f"anna-{uuid4().hex[:8]}@example.com")
    boris = chats.person("Борис", language="ru", address=f"boris-{uuid4().hex[:8]}@example.com")
    puts(anna, organized(anna, boris, lines=(WEEKLY,), uid=uid))
    card = boris.hears("Вас приглашает Анна.")
    boris.taps("✅ Принять", card)
    boris.hears("Вы приняли приглашение.")
    anna.hears("Борис придёт на вашу встречу.")
    boris.taps("📆 Только один раз…", card)
    boris.hears("На какую дату ответить?")
    boris.taps("Вт, 8 декабря • 10:00", card)
    boris.taps("Этот раз и все следующие", card)
    boris.taps("❌ Отклонить", card)
    boris.hears("Вы не придёте в этот раз и во все следующие.")
    assert "и ещё" not in anna.hears("Борис: придёт → не придёт (Вт, 8 декабря • 10:00; ")["text"]
    boris.taps("💬 Добавить сообщение", card)
    boris.hears("Что передать? Получит Анна.")
    boris.says("Уезжаю")
    boris.hears("Сообщение отправлено.")
    assert "Борис (не придёт): добавлено сообщение." in anna.hears("Уезжаю")["text"]
    code = stream(anna, uid).hex[:6]
    anna.says(f"/rsvp да {code}")
    anna.hears("организуете вы")
    boris.says(f"/rsvp нет {stream(boris, uid).hex[:6]}")
    boris.hears("Вы отклонили приглашение.")
