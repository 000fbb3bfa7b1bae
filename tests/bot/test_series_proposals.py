"""A proposal for a whole series, such as Outlook sends by mail: the organizer accepts it by a tap, or reads why not."""

import re

from support.app_meetings import meeting, text_of, two
from support.chat import Chats, Someone, buttons
from televent.application.use_cases.scheduling.receive_itip import Incoming, receive_itip
from televent.ical.itip.message import read_message


def countered(ann: Someone, bob: Someone, start: str, end: str) -> None:
    """Bob's program sends Ann the whole copy at another time."""
    text = text_of(bob, ann)
    for name, time in (("DTSTART", start), ("DTEND", end)):
        text = re.sub(rf"^{name}(;TZID=[^:]+):.*$", rf"{name}\1:{time}", text, count=1, flags=re.MULTILINE)
    text = text.replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:COUNTER", 1)
    lines = [each for each in text.splitlines() if each and not each.startswith("DTSTAMP")]
    at = lines.index("BEGIN:VEVENT")
    lines.insert(at + 1, f"DTSTAMP:{ann.chats.now:%Y%m%dT%H%M%SZ}")
    message = read_message(("\r\n".join(lines) + "\r\n").encode())
    assert receive_itip(ann.chats.core.backend, Incoming(ann.context("email"), message, sender_name="Bob")).changed


def test_a_series_moves_by_the_difference(chats: Chats) -> None:
    ann, bob = two(chats)
    meeting(ann, bob, lines="RRULE:FREQ=WEEKLY;COUNT=5\r\n")
    bob.hears("Ann invited you")
    countered(ann, bob, "20261124T160000", "20261124T170000")
    card = ann.hears("Bob proposes another time")
    assert "🔁 All dates of the series move by as much." in card["text"]
    assert "✅ Accept the new time" in buttons(card)
    ann.taps("✅ Accept the new time", card)
    ann.hears("The event has the new time")
    assert "DTSTART;TZID=Europe/Berlin:20261124T160000" in text_of(ann, ann)
    assert "RRULE:FREQ=WEEKLY;COUNT=5" in text_of(ann, ann)
    bob.hears("was 3:00 PM → now 4:00 PM")


def test_a_series_that_cannot_move_so_says_why_before_a_tap(chats: Chats) -> None:
    ann, bob = two(chats)
    meeting(ann, bob, lines="RRULE:FREQ=MONTHLY;BYMONTHDAY=24,28;COUNT=5\r\n")
    bob.hears("Ann invited you")
    countered(ann, bob, "20261130T150000", "20261130T160000")
    card = ann.hears("Bob proposes another time")
    assert "The rule of this series cannot move like that." in card["text"]
    assert "✅ Accept the new time" not in buttons(card)
    ann.taps("↩️ Keep the old time", card)
    ann.hears("The event stays as it is")
