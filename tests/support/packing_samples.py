"""Samples of which the packing dictionary of facts is made: invented events in the forms that calendar apps write.

They are synthetic: no person's text, and no text of the bench, is in them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from televent.domain.calendar_object.commands import Owner, PutObject
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.personal import personal_fields
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.zones.tzid import vtimezone

ZONES = (
    *("Europe/Berlin", "Europe/Berlin", "Europe/London", "Europe/Moscow", "Europe/Paris", "Europe/Madrid"),
    *("America/New_York", "America/New_York", "America/Los_Angeles", "America/Chicago", "America/Sao_Paulo"),
    *("Asia/Tokyo", "Asia/Kolkata", "Asia/Shanghai", "Asia/Yekaterinburg", "Australia/Sydney", "Africa/Cairo"),
)
APPS = (
    "-//Apple Inc.//macOS 15.1//EN",
    "-//Apple Inc.//iOS 18.1//EN",
    "-//Apple Inc.//Mac OS X 10.15.7//EN",
    "-//Google Inc//Google Calendar 70.9054//EN",
    "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
    "DAVx5/4.4.3.2-ose ical4j/3.2.19 (at.techbee.jtx)",
    "Microsoft Exchange Server 2010",
    "-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN",
    "-//GNOME//NONSGML Evolution Calendar 3.52//EN",
    "-//K Desktop Environment//NONSGML libkcal 4.3//EN",
    "-//CALENDARSERVER.ORG//NONSGML Version 1//EN",
    "-//PIMUTILS.ORG//NONSGML khal / icalendar //EN",
    "-//Nextcloud calendar v4.7.16",
    "-//Televent//Televent//EN",
)
VOCABULARY = (
    "weekly monthly daily team sync call review planning retro standup one-on-one interview lunch dinner breakfast "
    "birthday doctor dentist school training workshop demo release budget customer partner sales design office "
    "flight train hotel holiday conference webinar kickoff status update discussion catch-up coffee gym yoga "
    "with and for the of in at on about new next first quarter report strategy marketing product support meeting "
    "Termin Besprechung Arzt Geburtstag Urlaub Treffen mit und im Büro réunion déjeuner anniversaire rendez-vous "
    "reunión cumpleaños встреча созвон день рождения врач планёрка обед с командой и на по отпуск"
)
WORDS = VOCABULARY.split()
PLACES = (
    *("Conference Room {n}", "Room {n}\\, Building {m}", "Office {n}", "Main Street {n}\\, Springfield", "Zoom"),
    *(
        "https://zoom.us/j/{d}",
        "https://meet.google.com/{w}",
        "Microsoft Teams Meeting",
        "Café {W}",
        "Переговорная {n}",
    ),
)
NAMES = (
    "Alex",
    "Maria",
    "John",
    "Anna",
    "Peter",
    "Olga",
    "Ivan",
    "Laura",
    "Thomas",
    "Sofia",
    "Müller",
    "Smith",
    "Petrov",
)
RULES = (
    *("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "FREQ=DAILY;COUNT={n}"),
    *("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYMONTHDAY={n}", "FREQ=YEARLY"),
    *("FREQ=WEEKLY;UNTIL=20271231T225959Z;BYDAY=WE;WKST=MO", "FREQ=WEEKLY;COUNT={n};BYDAY=FR"),
)
NOW = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)


def samples(count: int, seed: int = 1) -> Iterator[bytes]:
    """The plain bytes of the personal fields of that many facts, the same for each seed."""
    chance = random.Random(seed)
    while count > 0:
        for fact in _life(chance):
            yield msgspec.msgpack.encode({name: getattr(fact, name) for name in sorted(personal_fields(type(fact)))})
            count -= 1


def _life(chance: random.Random) -> list[Any]:
    """The facts of one event: made, and perhaps changed."""
    owner = Owner(frozenset({"mailto:owner@example.org"}))
    writer, calendar = _Writer(chance), UUID(int=chance.getrandbits(128))
    state, facts = CalendarObject(), list[Any]()
    for revision in range(chance.choice((1, 1, 1, 2, 3))):
        text = CalendarText(writer.text(revision))
        put = PutObject(owner, calendar, f"{writer.uid}.ics", text, NOW, False)
        decision = decide(state, put)
        facts += decision.facts
        state = decision.after(state)
    return facts


class _Writer:
    """Writes one invented event, as one app would."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.app = chance.choice(APPS)
        self.zone = chance.choice(ZONES)
        self.kind = chance.choice(("zoned", "zoned", "zoned", "utc", "utc", "date"))
        upper = str(UUID(int=chance.getrandbits(128))).upper()
        mailed = f"{chance.getrandbits(130):026x}@google.com"
        self.uid = chance.choice((upper, upper.lower(), mailed, f"event-{chance.randrange(10**6)}@example.org"))
        self.start = datetime(2026, 1, 1, 7, tzinfo=UTC) + timedelta(
            days=chance.randrange(700), minutes=15 * chance.randrange(48)
        )
        self.length = timedelta(minutes=chance.choice((30, 30, 45, 60, 60, 60, 90, 120)))
        self.made = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(500_000))
        self.title = self._words(2, 6)
        self.place = self._filled(chance.choice(PLACES)) if chance.random() < 0.5 else ""
        self.notes = self._words(8, 60) if chance.random() < 0.5 else ""
        self.rule = self._filled(chance.choice(RULES)) if chance.random() < 0.2 else ""
        self.guests = chance.randrange(1, 7) if chance.random() < 0.3 else 0
        self.names = [f"{chance.choice(NAMES)} {chance.choice(NAMES)}" for _ in range(8)]
        self.alarm = chance.random() < 0.4

    def text(self, revision: int) -> bytes:
        """The text after so many changes."""
        if revision:
            self.title = self._words(2, 6) if self.chance.random() < 0.5 else self.title
            self.start += timedelta(minutes=15 * self.chance.randrange(8))
        stamp = f"{self.made + timedelta(days=revision):%Y%m%dT%H%M%SZ}"
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{self.app}", "CALSCALE:GREGORIAN"]
        if self.kind == "zoned":
            zone = vtimezone(self.zone, self.start, None).decode()
            lines += zone.rstrip("\r\n").split("\r\n")
        lines += ["BEGIN:VEVENT", f"UID:{self.uid}", f"DTSTAMP:{stamp}", f"CREATED:{self.made:%Y%m%dT%H%M%SZ}"]
        lines += [f"LAST-MODIFIED:{stamp}", *self._times(), f"SUMMARY:{self.title}"]
        lines += [f"LOCATION:{self.place}"] if self.place else []
        lines += _folded(f"DESCRIPTION:{self.notes}") if self.notes else []
        lines += [
            f"SEQUENCE:{revision}",
            "STATUS:CONFIRMED",
            self.chance.choice(("TRANSP:OPAQUE", "TRANSP:TRANSPARENT")),
        ]
        lines += [f"RRULE:{self.rule}"] if self.rule else []
        lines += self.chance.choice(
            ([], ["CLASS:PUBLIC"], ["X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC"], ["X-MOZ-GENERATION:1"],
             ["PRIORITY:5"], ["X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "X-MICROSOFT-CDO-IMPORTANCE:1"])
        )  # fmt: skip
        lines += self._people()
        if self.alarm:
            minutes = self.chance.choice((5, 10, 15, 30, 60))
            lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder", f"TRIGGER:-PT{minutes}M", "END:VALARM"]
        return "".join(f"{line}\r\n" for line in [*lines, "END:VEVENT", "END:VCALENDAR"]).encode()

    def _times(self) -> list[str]:
        end = self.start + self.length
        if self.kind == "date":
            return [
                f"DTSTART;VALUE=DATE:{self.start:%Y%m%d}",
                f"DTEND;VALUE=DATE:{self.start + timedelta(days=1):%Y%m%d}",
            ]
        if self.kind == "utc":
            return [f"DTSTART:{self.start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}"]
        return [f"DTSTART;TZID={self.zone}:{self.start:%Y%m%dT%H%M%S}", f"DTEND;TZID={self.zone}:{end:%Y%m%dT%H%M%S}"]

    def _people(self) -> list[str]:
        if not self.guests:
            return []
        lines = _folded("ORGANIZER;CN=Owner:mailto:owner@example.org")
        for number in range(self.guests):
            name = self.names[number]
            address = f"{name.lower().replace(' ', '.')}{number}@example.com".encode("ascii", "ignore").decode()
            state = self.chance.choice(("NEEDS-ACTION", "NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE"))
            lines += _folded(
                f"ATTENDEE;CN={name};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={state};RSVP=TRUE:mailto:{address}"
            )
        return lines

    def _words(self, least: int, most: int) -> str:
        return " ".join(self.chance.choice(WORDS) for _ in range(self.chance.randrange(least, most))).capitalize()

    def _filled(self, pattern: str) -> str:
        chance = self.chance
        return pattern.format(
            n=chance.randrange(1, 28), m=chance.randrange(1, 9), d=chance.randrange(10**10),
            w=f"{chance.getrandbits(40):x}", W=chance.choice(NAMES),
        )  # fmt: skip


def _folded(line: str) -> list[str]:
    """The line in parts of at most 75 bytes (RFC 5545 §3.1)."""
    parts, part = [], ""
    for character in line:
        if len((part + character).encode()) > 75:
            parts.append(part)
            part = " "
        part += character
    return [*parts, part]
