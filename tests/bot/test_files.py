"""Calendar files: a preview, then an import that is done once and tells nobody."""

from datetime import timedelta

import pytest

from support.chat import Chats, Someone, buttons
from televent.application.use_cases.calendars.agenda import Entry, agenda


def calendar(*events: str, method: str = "") -> str:
    """A file with these events, each some lines beside UID and DTSTAMP."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//test//EN", *([f"METHOD:{method}"] if method else [])]
    return "\r\n".join([*head, *events, "END:VCALENDAR", ""])


def event(uid: str, title: str, *lines: str, day: str = "20261124", stamp: str = "20261101T000000Z") -> str:
    """One event of an hour."""
    times = (f"DTSTART:{day}T100000Z", f"DTEND:{day}T110000Z")
    parts = ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{stamp}", *times, f"SUMMARY:{title}", *lines, "END:VEVENT"]
    return "\r\n".join(parts)


def planned(person: Someone) -> list[Entry]:
    """All events of the person around now."""
    core, now = person.chats.core, person.chats.now
    return agenda(core.backend, person.account.tenant, start=now - timedelta(400), end=now + timedelta(60), limit=2000)


def test_a_file_is_imported_after_a_preview_and_once(chats: Chats) -> None:
    ann = chats.person("Ann")
    text = calendar(event("a", "Alpha"), event("b", "Beta <b>", day="20251124"))
    ann.sends_file("plan.ics", text)
    shown = ann.hears("plan.ics: 2 entries")
    assert "Alpha · Tue, Nov 24 • 10:00 AM - 11:00 AM" in shown["text"]
    assert "Mon, Nov 24, 2025" in shown["text"]
    assert "1 is over already." in shown["text"]
    assert buttons(shown) == ["📥 Import all (2)", "✖️ Cancel"]
    assert planned(ann) == []
    ann.taps("📥 Import all (2)", shown)
    ann.hears("2 entries imported.")
    ann.sends_file("plan.ics", text)
    again = ann.hears("There is nothing to import")
    assert "2 are in your calendar already." in again["text"]
    assert buttons(again) == []
    assert [each.summary for each in planned(ann)] == ["Beta <b>", "Alpha"]


def test_newer_events_replace_older_ones_only_when_wanted(chats: Chats) -> None:
    boris = chats.person("Борис", language="ru")
    boris.sends_file("plan.ics", calendar(event("a", "Old")))
    boris.taps("📥 Импортировать", boris.hears("1 запись"))
    boris.hears("Импортировано: 1")
    newer = calendar(event("a", "New", stamp="20261102T000000Z"), event("c", "Other"))
    boris.sends_file("plan.ics", newer)
    boris.taps("Только новые (1)", boris.hears("2 записи"))
    boris.hears("Импортировано: 1")
    assert sorted(each.summary for each in planned(boris)) == ["Old", "Other"]
    boris.sends_file("plan.ics", newer)
    boris.taps("📥 Импортировать", boris.hears("Новее, чем в вашем календаре: 1"))
    boris.hears("Импортировано: 1")
    assert sorted(each.summary for each in planned(boris)) == ["New", "Other"]


def test_a_time_zone_that_nobody_knows_is_told_before_the_import(chats: Chats) -> None:
    ann, boris = chats.person("Ann"), chats.person("Борис", language="ru")
    text = calendar(event("z", "Zeta")).replace("DTSTART:20261124T100000Z", "DTSTART;TZID=Moon/Base:20261124T100000")
    text = text.replace("DTEND:20261124T110000Z", "DTEND;TZID=Moon/Base:20261124T110000")
    ann.sends_file("moon.ics", text)
    assert "⚠️ Televent does not know the time zone “Moon/Base”." in ann.hears("Zeta")["text"]
    boris.sends_file("moon.ics", text)
    assert "⚠️ Televent не знает часовой пояс «Moon/Base»." in boris.hears("Zeta")["text"]


def test_an_import_tells_nobody(chats: Chats) -> None:
    ann, bob = chats.person("Ann", address="ann@example.com"), chats.person("Bob", address="bob@example.com")
    people = ("ORGANIZER:mailto:ann@example.com", "ATTENDEE:mailto:ann@example.com", "ATTENDEE:mailto:bob@example.com")
    ann.sends_file("meeting.ics", calendar(event("own-meeting", "Meeting", *people)))
    ann.taps("📥 Import", ann.hears("Nobody is told of the import"))
    ann.hears("1 entry imported.")
    assert [each.summary for each in planned(ann)] == ["Meeting"]
    assert planned(bob) == []
    assert not [each for each in bob.messages() if "Meeting" in each["text"]]


def test_an_invitation_in_a_file_is_answered_by_mail(chats: Chats) -> None:
    ann = chats.person("Ann", address="ann2@example.com")
    people = ("ORGANIZER;CN=Carol:mailto:carol@elsewhere.example", "ATTENDEE;RSVP=TRUE:mailto:ann2@example.com")
    text = calendar(event("invitation-1", "Budget", *people), method="REQUEST")
    origin = {"type": "user", "name": "Dave"}
    chats.do(ann.phone.forwards_file("invite.ics", text, origin))
    shown = ann.hears("An invitation in a file")
    assert "carol@elsewhere.example" in shown["text"]
    assert planned(ann) == []
    ann.taps("➕ Add to my calendar", shown)
    ann.hears("Added")
    card = ann.hears("Budget")
    assert "from a file" in card["text"]
    ann.taps("✅ Accept", card)
    ann.hears("You accepted")
    assert [each.partstat for each in planned(ann)] == ["ACCEPTED"]
    ann.sends_file("invite.ics", text)
    ann.hears("You have this meeting in your calendar already")


def test_an_invitation_from_somebody_here_is_not_taken_from_a_file(chats: Chats) -> None:
    ann = chats.person("Ann", address="ann3@example.com")
    chats.person("Eve", address="eve@example.com")
    people = ("ORGANIZER:mailto:eve@example.com", "ATTENDEE:mailto:ann3@example.com")
    ann.sends_file("invite.ics", calendar(event("forged", "Forged", *people), method="REQUEST"))
    ann.hears("The organizer of this meeting is here")
    assert planned(ann) == []


@pytest.mark.parametrize("method", ["CANCEL", "REPLY", "COUNTER"])
def test_a_message_about_a_meeting_is_not_applied(chats: Chats, method: str) -> None:
    ann = chats.person("Ann")
    ann.sends_file("message.ics", calendar(event("x", "Gone"), method=method))
    ann.hears(f"a message about a meeting ({method})")


@pytest.mark.parametrize(
    ("name", "content", "answer"),
    [
        ("broken.ics", "this is no calendar", "I cannot read this file as a calendar"),
        ("empty.ics", calendar(), "There is no event in this file"),
        ("large.ics", b"x" * (5 * 1024 * 1024 + 1), "This file is too large"),
        ("many.ics", "BEGIN:VCALENDAR\r\n" + "X-A:1\r\n" * 200_001 + "END:VCALENDAR\r\n", "too many entries or lines"),
        ("deep.ics", "BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 50, "too many entries or lines"),
    ],
)
def test_a_hostile_file_is_refused_with_a_sentence(chats: Chats, name: str, content: str | bytes, answer: str) -> None:
    ann = chats.person("Ann")
    ann.sends_file(name, content)
    ann.hears(answer)


def test_careless_files_are_mended(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.sends_file("calendar.txt", calendar(event("t", "From a text file")))
    ann.taps("📥 Import", ann.hears("calendar.txt: 1 entry"))
    ann.hears("1 entry imported.")
    times = "DTSTART:20261125T100000Z\r\nDTEND:20261125T110000Z\r\nSUMMARY:From a phone\r\n"
    old = f"BEGIN:VCALENDAR\r\nVERSION:1.0\r\nBEGIN:VEVENT\r\nUID:v\r\n{times}END:VEVENT\r\nEND:VCALENDAR\r\n"
    ann.sends_file("phone.vcs", old)
    ann.taps("📥 Import", ann.hears("phone.vcs: 1 entry"))
    ann.hears("1 entry imported.")
    without = calendar(event("u", "No UID").replace("UID:u\r\n", ""))
    for _ in range(2):
        ann.sends_file("no-uid.ics", without)
        shown = ann.hears("no-uid.ics: 1 entry")
        if buttons(shown):
            ann.taps("📥 Import", shown)
            ann.hears("1 entry imported.")
    assert [each.summary for each in planned(ann)] == ["From a text file", "No UID", "From a phone"]


def test_a_title_beyond_the_limit_is_not_cut(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.sends_file("long.ics", calendar(event("long", "x" * 300), event("short", "Fine")))
    ann.taps("📥 Import all (2)", ann.hears("long.ics: 2 entries"))
    done = ann.hears("1 entry imported.")
    assert "1 entry is not imported." in done["text"]
    assert "The title may have 256 characters" in done["text"]
