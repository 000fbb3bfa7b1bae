"""/today, /tomorrow, /week and /list in conversations: lines, states, pages, days that are named, pictures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from support.chat import MONDAY, Chats, Someone, buttons
from support.stored_events import on_monday, stores
from televent.application.conditions import NONE
from televent.application.read_models.codes import code_of
from televent.application.use_cases.calendars.sharing import answer_share, share_calendar, withdraw_share
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.ical.objects.calendar_text import CalendarText


def between(ann: Someone, bob: Someone) -> tuple[str, str]:
    return f"ORGANIZER:mailto:{ann.account.addresses[0]}", f"ATTENDEE:mailto:{bob.account.addresses[0]}"


@pytest.fixture
def ann(chats: Chats) -> Someone:
    return chats.person("Ann", address=f"ann{next(chats.numbers)}@example.com")


@pytest.fixture
def bob(chats: Chats) -> Someone:
    return chats.person("Bob", address=f"bob{next(chats.numbers)}@example.com", zone="Europe/Moscow", language="ru")


def line_of(message: Any, title: str) -> str:
    (line,) = [each for each in message["text"].splitlines() if title in each]
    return str(line)


def test_a_day_has_whole_days_first_and_says_what_is_now_and_next(ann: Someone) -> None:
    on_monday(ann, "Lunch", 12, 13, "LOCATION:Corner Cafe")
    on_monday(ann, "Standup", 9, 10)
    stores(ann, "trip@example.com", "Trip", "20261122", "20261125", whole=True)
    text = ann.answer_to("/today")["text"]
    lines = text.splitlines()
    assert "Today" in lines[0]
    assert "Nov 23" in lines[0]
    events = [each for each in lines if each.startswith("•")]
    assert events[0].startswith("• All day Trip (2/3) /e_")
    assert events[1].startswith("• 9:00 AM–10:00 AM Standup · now /e_")
    assert events[2].startswith("• 12:00 PM–1:00 PM Lunch · 📍 Corner Cafe · in 2 h 30 min /e_")


def test_states_are_marked_declined_events_are_counted_and_cancelled_ones_struck(ann: Someone, bob: Someone) -> None:
    backend = ann.chats.core.backend
    for title, partstat in (("Open", None), ("Maybe", "TENTATIVE"), ("No", "DECLINED"), ("Sure", "ACCEPTED")):
        on_monday(ann, title, 14, 15, *between(ann, bob), uid=f"{title}-{bob.id}@example.com")
        (row,) = backend.reads.by_uid(bob.account.tenant, f"{title}-{bob.id}@example.com")
        if partstat is not None:
            answer_invitation(backend, bob.context(), stream_id=row.stream_id, partstat=partstat, recurrence_id=None)
    on_monday(bob, "Off", 15, 16, "STATUS:CANCELLED")
    bob.says("/today")
    answer = bob.hears("Сегодня")
    assert "17:00–18:00 Open ✉️ (вы не ответили)" in answer["text"]
    assert "Maybe ❔ (под вопросом)" in answer["text"]
    assert "No" not in answer["text"]
    assert "1 отклонённое событие не показано." in answer["text"]
    assert "<s>Off</s></b> (отменено)" in answer["html"]
    # Both see the same code.
    ann.says("/today")
    assert line_of(ann.hears("Today"), "Sure").split()[-1] == line_of(answer, "Sure").split()[-1]


def test_a_week_and_a_list_show_each_series_once(ann: Someone) -> None:
    on_monday(ann, "Daily", 8, 9, "RRULE:FREQ=DAILY")
    on_monday(ann, "Weekly", 10, 11, "RRULE:FREQ=WEEKLY;COUNT=9")
    week = ann.answer_to("/week")
    assert week["text"].count("Daily") == 1
    assert line_of(week, "Daily").startswith("• Every day 8:00 AM–9:00 AM Daily 🔁 /e_")
    assert week["text"].count("Weekly") == 1
    assert "Mon, Nov 23 · today" in week["text"]
    assert "Tue, Nov 24 · tomorrow · only what repeats" in week["text"]
    ann.says("/list")
    listed = ann.hears("What is coming")
    assert listed["text"].count("Daily") == 1
    assert "every day" in line_of(listed, "Daily")
    assert "every Monday" in line_of(listed, "Weekly")
    # Today's Daily is over, so its next date is tomorrow.
    assert listed["text"].index("Weekly") < listed["text"].index("Tue, Nov 24") < listed["text"].index("Daily")


@pytest.mark.parametrize(
    ("language", "days", "clock"), [("en", "Mon, Wed–Fri", "9:00 AM–9:15 AM"), ("ru", "пн, ср–пт", "09:00–09:15")]
)
def test_a_moved_occurrence_of_a_series_has_its_own_line_in_the_week(
    chats: Chats, language: str, days: str, clock: str
) -> None:
    ann = chats.person("Ann", language=language)
    standup = b"\r\n".join(
        [
            b"BEGIN:VCALENDAR", b"VERSION:2.0", b"PRODID:-//t//t//EN",
            b"BEGIN:VEVENT", b"UID:standup@example.com", b"DTSTAMP:20261101T120000Z", b"SUMMARY:Stand-up",
            b"DTSTART:20261123T090000Z", b"DTEND:20261123T091500Z", b"RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            b"END:VEVENT",
            b"BEGIN:VEVENT", b"UID:standup@example.com", b"DTSTAMP:20261101T120000Z", b"SUMMARY:Stand-up",
            b"RECURRENCE-ID:20261124T090000Z", b"DTSTART:20261128T090000Z", b"DTEND:20261128T091500Z",
            b"END:VEVENT", b"END:VCALENDAR", b"",
        ]
    )  # fmt: skip
    backend = chats.core.backend
    text = CalendarText(standup)
    put_object(backend, ann.context(), calendar="default", href="s.ics", text=text, conditions=NONE)
    # An event of one night is one line too, and has none on the morning after.
    stores(ann, "n@example.com", "Night shift", "20261123T220000Z", "20261124T060000Z", "RRULE:FREQ=DAILY;COUNT=2")
    week = ann.answer_to("/week")["text"]
    lines = [each for each in week.splitlines() if "Stand-up" in each]
    assert lines[0].startswith(f"• {days} {clock} Stand-up 🔁")
    assert lines[1].startswith(f"• {clock} Stand-up 🔁 /e_")
    assert len(lines) == 2
    assert "Nov 28" in week.split(lines[1])[0] if language == "en" else "28 ноября" in week.split(lines[1])[0]
    assert week.count("Night shift") == 1


def test_a_long_list_is_paged_and_nothing_is_cut_silently(ann: Someone) -> None:
    for number in range(60):
        on_monday(ann, f"Number {number:02} {'x' * 300}", 10, 11, uid=f"{number}@example.com")
    first = ann.answer_to("/today")
    assert first["text"].count("/e_") < 60
    assert "Later ›" in buttons(first)
    seen = [each[:9] for each in first["text"].split("Number ")[1:]]
    shown = first["text"].count("/e_")
    assert f"… and {60 - shown} more" in first["text"]
    page = first
    while "more: “Later ›”" in page["text"]:
        ann.taps("Later ›", first)
        page = ann.hears("Number")
        assert page["message_id"] == first["message_id"]
        seen += [each[:9] for each in page["text"].split("Number ")[1:]]
    assert len(seen) == len(set(seen)) == 60
    ann.taps("‹ Earlier", first)
    ann.hears("more: “Later ›”")


def test_other_days_are_a_tap_or_a_word_away(ann: Someone) -> None:
    stores(ann, "f@example.com", "Friday talk", "20261127T100000Z", "20261127T110000Z")
    stores(ann, "n@example.com", "Next week", "20261201T100000Z", "20261201T110000Z")
    answer = ann.answer_to("/today friday")
    assert "Fri, Nov 27" in answer["text"]
    assert "Friday talk" in answer["text"]
    assert "Next week" in ann.answer_to("/week next")["text"]
    ann.taps("‹ Earlier")
    earlier = ann.hears("Friday talk")
    assert "Nov 23" in earlier["text"]
    assert "Tomorrow" in ann.answer_to("/tomorrow")["text"].splitlines()[0]
    unclear = ann.answer_to("/today flurbday")
    assert "flurbday" in unclear["text"]
    assert "/today friday" in unclear["text"]


@pytest.mark.parametrize(
    ("language", "command", "nothing"),
    [("en", "/today", "Nothing is planned."), ("ru", "/list", "Ничего не запланировано.")],
)
def test_a_free_day_offers_a_sentence_that_makes_an_event(
    chats: Chats, language: str, command: str, nothing: str
) -> None:
    ann = chats.person("Ann", language=language)
    ann.says(command)
    answer = ann.hears(nothing)
    assert "/create" not in answer["text"]
    example = answer["html"].partition("<code>")[2].partition("</code>")[0]
    ann.says(example)
    offer = ann.hears("🕒")
    assert "12:00" in offer["text"]
    assert "Nov 24" in offer["text"] if language == "en" else "24 ноября" in offer["text"]


def test_the_reader_s_zone_is_named_where_times_come_from_another_one(ann: Someone, bob: Someone) -> None:
    on_monday(bob, "Here", 10, 11)
    assert "UTC" not in bob.answer_to("/today")["text"]
    zoned = CalendarText(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\nBEGIN:VEVENT\r\nUID:z@example.com\r\n"
        b"DTSTAMP:20261101T120000Z\r\nDTSTART;TZID=America/New_York:20261123T080000\r\n"
        b"DTEND;TZID=America/New_York:20261123T090000\r\nSUMMARY:Call\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    put_object(bob.chats.core.backend, bob.context(), calendar="default", href="z.ics", text=zoned, conditions=NONE)
    answer = bob.answer_to("/today")
    assert "16:00–17:00 Call" in answer["text"]
    assert "Москва, UTC+3" in answer["text"].splitlines()[0]


def test_a_hostile_title_stays_in_its_line(ann: Someone) -> None:
    on_monday(ann, "<b>\u202eevil\u2028line " + "e\u0301\u0301\u0301\u0301\u0301" * 500, 10, 11, uid="h@example.com")
    on_monday(ann, "After", 11, 12)
    answer = ann.answer_to("/today")
    lines = [each for each in answer["text"].splitlines() if each.startswith("•")]
    assert len(lines) == 2
    assert "<b>evil line" in lines[0]
    assert "\u202e" not in answer["text"]
    assert lines[0].endswith(answer["text"].split("/e_")[1].split()[0])


def test_a_week_is_a_picture_too(ann: Someone, bob: Someone) -> None:
    on_monday(ann, "Standup", 9, 10)
    ann.says("/week picture")
    photo = ann.hears("Nov 23")
    assert photo["file"]["photo"]
    assert buttons(photo) == ["‹ Earlier", "Later ›", "🌙 Dark", "📄 Text"]
    ann.taps("Later ›", photo)
    later = ann.hears("Nov 30")
    assert later["message_id"] == photo["message_id"]
    ann.taps("🌙 Dark", photo)
    dark = ann.hears("Nov 30")
    assert buttons(dark) == ["‹ Earlier", "Today", "Later ›", "☀️ Light", "📄 Text"]
    assert dark["file"]["file_id"] != later["file"]["file_id"]
    ann.taps("Today", photo)
    photo = ann.hears("Nov 23")
    ann.taps("📄 Text", photo)
    assert "Standup" in ann.hears("Standup")["text"]
    bob.says("/today")
    bob.hears("Сегодня")
    bob.taps("🖼 Картинка")
    assert bob.hears("23 ноября")["file"]["photo"]


def test_an_old_or_foreign_button_says_so(ann: Someone) -> None:
    day = ann.answer_to("/today")
    ann.chats.now = MONDAY + timedelta(days=1)
    ann.says("/today")
    ann.hears("Nov 24")
    ann.taps("Later ›", day)
    assert "Nov 24" in ann.hears("Nov 24")["text"]


def shares(owner: Someone, sharee: Someone) -> None:
    """The owner shares their calendar for reading, and the other person accepts."""
    backend = owner.chats.core.backend
    share_calendar(backend, owner.context("bot"), name="default", sharee=sharee.account, access="read")
    (offered,) = backend.reads.shares_of(sharee.account.tenant)
    answer_share(backend, sharee.context("bot"), share_id=offered.share_id, accept=True)


def test_a_shared_calendar_is_in_the_agenda_with_its_owner(ann: Someone, bob: Someone) -> None:
    on_monday(ann, "Board", 14, 15, uid=f"board-{ann.id}@example.com")
    on_monday(ann, "Doctor", 15, 16, "CLASS:PRIVATE", uid=f"doctor-{ann.id}@example.com")
    refused = f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ann.account.addresses[0]}"
    on_monday(ann, "Refused", 16, 17, "ORGANIZER:mailto:zoe@example.com", refused, uid=f"no-{ann.id}@example.com")
    on_monday(bob, "Own", 10, 11, uid=f"own-{bob.id}@example.com")
    shares(ann, bob)
    bob.says("/today")
    answer = bob.hears("Сегодня")
    assert [each for each in ("Board", "Doctor", "Refused", "Own") if each in answer["text"]] == ["Board", "Own"]
    line = line_of(answer, "Board")
    assert "17:00–18:00 Board · 👥 Ann" in line
    assert "👥" not in line_of(answer, "Own")
    bob.says(line.split()[-1])
    assert "Board" in bob.hears("17:00")["text"]
    # A private event is not opened by its code either.
    bob.says(f"/e_{code_of(f'doctor-{ann.id}@example.com')[:6]}")
    bob.hears("Не знаю такого события")
    bob.says("/settings общие нет")
    bob.hears("не видны в ваших планах")
    bob.says("/today")
    assert "Board" not in bob.hears("Own")["text"]


def test_a_meeting_that_both_have_is_shown_once(ann: Someone, bob: Someone) -> None:
    on_monday(ann, "Both", 14, 15, *between(ann, bob), uid=f"both-{ann.id}@example.com")
    shares(ann, bob)
    bob.says("/today")
    answer = bob.hears("Сегодня")
    assert answer["text"].count("Both") == 1
    assert "(вы не ответили)" in line_of(answer, "Both")


def test_a_calendar_that_is_no_longer_shared_is_gone_from_the_agenda(ann: Someone, bob: Someone) -> None:
    on_monday(ann, "Board", 14, 15, uid=f"gone-{ann.id}@example.com")
    shares(ann, bob)
    bob.says("/today")
    code = line_of(bob.hears("Сегодня"), "Board").split()[-1]
    backend = ann.chats.core.backend
    withdraw_share(backend, ann.context("bot"), name="default", sharee=bob.account.tenant)
    bob.says("/today")
    bob.hears("Ничего не запланировано")
    bob.says(code)
    bob.hears("Не знаю такого события")
