"""The card of a meeting: one living card in each chat, what was and what is now, for the whole and for one date."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from support.chat import Chats, Someone, buttons
from support.event_views import loses_buttons
from support.meetings import END, SECOND, WEEKLY, answers, deletes, organized, puts, with_override


@pytest.fixture
def ann(chats: Chats) -> Someone:
    return chats.person("Ann", address=f"ann-{uuid4().hex[:8]}@example.com")


@pytest.fixture
def bob(chats: Chats) -> Someone:
    return chats.person("Bob", address=f"bob-{uuid4().hex[:8]}@example.com")


@pytest.fixture
def uid() -> str:
    return f"{uuid4().hex}@example.com"


def test_the_first_card_is_as_promised(chats: Chats, ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, lines=("SUMMARY:Team <Sync>", "LOCATION:Room 404"), uid=uid))
    card = bob.hears("invited you")
    assert card["html"] == (
        "📅 <b>Team &lt;Sync&gt;</b>\n🕒 Tue, Dec 1 • 10:00 AM - 11:00 AM\n📍 Room 404\n\n<i>Ann invited you.</i>"
    )
    assert buttons(card)[:3] == ["✅ Accept", "❌ Decline", "❔ Tentative"]
    (row,) = chats.core.reads.by_uid(bob.account.tenant, uid)
    data = [button["callback_data"] for button in card["buttons"][0]]
    assert data == [f"rsvp:{row.stream_id}:{answer}" for answer in ("ACCEPTED", "DECLINED", "TENTATIVE")]
    bob.taps("✅ Accept", card)
    answered = bob.hears("You accepted this invitation.")
    assert answered["html"] == card["html"] + "\n\n✅ <i>You accepted this invitation.</i>"
    assert answered["message_id"] == card["message_id"]
    assert "Change response" in buttons(answered)
    ann.hears("Bob accepted your meeting.")


def test_a_move_is_a_new_card_in_reply_and_the_old_one_loses_its_buttons(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    first = bob.hears("invited you")
    bob.taps("✅ Accept", first)
    bob.hears("You accepted")
    later = ("DTSTART:20261202T140000Z", "DTEND:20261202T150000Z", "LOCATION:Room 2", "SUMMARY:Better Sync")
    puts(ann, organized(ann, bob, lines=later, uid=uid))
    second = bob.hears("changed this meeting")
    assert second["reply_to"] == first["message_id"]
    assert second["message_id"] > first["message_id"]
    assert "🕒 Wed, Dec 2 • 2:00 PM - 3:00 PM" in second["text"]
    assert "was Tue, Dec 1 10:00 AM → now Wed, Dec 2 2:00 PM" in second["text"]
    assert "title: was “Sync” → now “Better Sync”" in second["text"]
    assert "place: was none → now “Room 2”" in second["text"]
    assert "✅ Accept" in buttons(second)
    loses_buttons(bob, first)


def test_a_year_that_is_not_this_one_is_named(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, lines=("DTSTART:20270105T100000Z", "DTEND:20270105T110000Z"), uid=uid))
    assert "🕒 Tue, Jan 5, 2027 • 10:00 AM" in bob.hears("invited you")["text"]


def test_a_series_says_how_it_repeats_and_a_moved_date_which_one(ann: Someone, bob: Someone, uid: str) -> None:
    series = organized(ann, bob, lines=(WEEKLY,), uid=uid)
    puts(ann, series)
    card = bob.hears("invited you")
    assert "🔁 every" in card["text"]
    bob.taps("✅ Accept", card)
    bob.hears("You accepted this invitation")
    moved = (f"RECURRENCE-ID:{SECOND}", "DTSTART:20261209T140000Z", "DTEND:20261209T150000Z")
    puts(ann, with_override(series, organized(ann, bob, lines=moved, uid=uid)))
    news = bob.hears("changed this meeting")
    assert news["reply_to"] == card["message_id"]
    assert "📆 Tue, Dec 8 • 10:00 AM - 11:00 AM: was Tue, Dec 8 10:00 AM → now Wed, Dec 9 2:00 PM" in news["text"]
    assert "🕒 Wed, Dec 9 • 2:00 PM - 3:00 PM" in news["text"]
    assert "one date of: every Tuesday" in news["text"]
    assert "Your answer is for this date only." in news["text"]
    bob.taps("❌ Decline", news)
    bob.hears("You declined this date.")
    told = ann.hears("Bob")
    told = told if "declined" in told["text"] else ann.hears("declined")
    assert "Tue, Dec 8" in told["text"]
    text = chats_text(ann, uid)
    assert text.count("PARTSTAT=ACCEPTED") == 1
    assert text.count("PARTSTAT=DECLINED") == 1


def chats_text(someone: Someone, uid: str) -> str:
    (row,) = someone.chats.core.reads.by_uid(someone.account.tenant, uid)
    found = someone.chats.core.reads.by_stream(someone.account.tenant, row.stream_id)
    assert found is not None
    assert found.ics is not None
    return found.ics.decode().replace("\r\n ", "")


def test_one_cancelled_date_is_named_and_the_series_stays(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, lines=(WEEKLY,), uid=uid))
    bob.hears("invited you")
    puts(ann, organized(ann, bob, lines=(WEEKLY, f"EXDATE:{SECOND}"), uid=uid))
    news = bob.hears("changed this meeting")
    assert "🚫 Tue, Dec 8 • 10:00 AM - 11:00 AM: cancelled" in news["text"]
    assert "This meeting was cancelled" not in news["text"]
    assert "✅ Accept" in buttons(news)


def test_many_changed_dates_are_listed_up_to_a_bound(ann: Someone, bob: Someone, uid: str) -> None:
    rule = "RRULE:FREQ=DAILY;COUNT=20"
    puts(ann, organized(ann, bob, lines=(rule,), uid=uid))
    bob.hears("invited you")
    gone = "EXDATE:" + ",".join(f"202612{day:02}T100000Z" for day in range(2, 10))
    puts(ann, organized(ann, bob, lines=(rule, gone), uid=uid))
    news = bob.hears("changed this meeting")
    assert news["text"].count(": cancelled") == 5
    assert "… and 3 more dates" in news["text"]


def test_a_cancelled_meeting_is_told_in_reply_and_takes_no_answer(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    card = bob.hears("invited you")
    deletes(ann)
    news = bob.hears("This meeting was cancelled.")
    assert news["reply_to"] == card["message_id"]
    assert buttons(news) == []


def test_what_was_moved_and_moved_back_is_not_told(ann: Someone, bob: Someone, uid: str, chats: Chats) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    bob.hears("invited you")
    answers(bob, uid, "ACCEPTED")
    bob.hears("You accepted")
    count = len(bob.messages())
    puts(ann, organized(ann, bob, lines=("SUMMARY:Other",), uid=uid))
    bob.hears("changed this meeting")
    assert len(bob.messages()) == count + 1


def test_an_answer_in_the_calendar_app_is_shown_on_the_card(ann: Someone, bob: Someone, uid: str) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    card = bob.hears("invited you")
    answers(bob, uid, "TENTATIVE")
    shown = bob.hears("You answered “maybe”")
    assert shown["message_id"] == card["message_id"]
    assert "Change response" in buttons(shown)


def test_what_is_over_takes_no_answer(ann: Someone, bob: Someone, uid: str, chats: Chats) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    card = bob.hears("invited you")
    chats.now = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
    reply = bob.taps("✅ Accept", card)["answer"]
    assert (reply["text"], reply["show_alert"]) == ("This event is over.", True)
    assert buttons(bob.hears("This event is over.")) == []


def test_russian_cards_are_russian(chats: Chats, ann: Someone, uid: str) -> None:
    bob = chats.person("Боб", language="ru", zone="Europe/Moscow", address=f"bob-{uuid4().hex[:8]}@example.com")
    puts(ann, organized(ann, bob, uid=uid))
    card = bob.hears("Вас приглашает Ann.")
    assert "🕒 Вт, 1 декабря • 13:00 - 14:00" in card["text"]
    puts(ann, organized(ann, bob, lines=("DTSTART:20261202T100000Z", END.replace("1201", "1202")), uid=uid))
    news = bob.hears("Встреча изменена")
    assert "→" in news["text"]
    bob.taps("✅ Принять", news)
    bob.hears("Вы приняли приглашение.")
    chats.now += timedelta(days=30)
    assert bob.taps("Изменить ответ", news)["answer"]["text"] == "Это событие уже прошло."
