"""The sample mails, and what each is about: a meeting that the person should have before the mail comes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final

from support.post import EDGE
from support.town import meeting

SAMPLES: Final = Path(__file__).parents[3] / "shared" / "imip"
"""The samples are beside the repository, and no part of it."""
STRANGER: Final = "zed@example.net"
"""The sender of a mail that has no other."""
FROM_ATTENDEE: Final = ("REPLY", "COUNTER", "REFRESH")
FOLLOWING: Final = ("CANCEL", "ADD", "DECLINECOUNTER")
"""Methods of an organizer about a meeting that the attendee has."""


@dataclass(frozen=True)
class Sample:
    """One sample. ``sender``: the address in From. ``parts``: the components of the calendar that counts, as
    expected.json describes them."""

    name: str
    what: str
    method: str
    sender: str
    raw: bytes
    parts: tuple[dict[str, Any], ...]

    @property
    def uid(self) -> str:
        return str(self.parts[0].get("uid") or "").strip() if self.parts else ""

    @property
    def single(self) -> bool:
        """Whether it is about occurrences of a series only."""
        return bool(self.parts) and all(each.get("recurrence_id") for each in self.parts)

    @property
    def people(self) -> list[str]:
        """The addresses of the attendees and of the sender."""
        return [self.sender, *(str(each["email"]) for part in self.parts for each in part.get("attendees") or ())]

    @property
    def guest(self) -> str | None:
        """The attendee whom a cancellation names, where it does not call the event off for all: who reads it as another
        reads that somebody else was removed."""
        off = self.method == "CANCEL" and self.parts and self.parts[0].get("status") != "CANCELLED"
        organizer = self.parts[0].get("organizer") if self.parts else None
        return next((each for each in self.people[1:] if each != organizer), None) if off else None

    def proven(self) -> bytes:
        """The mail with the result of the mail server in front: it is from the domain in From."""
        domain = self.sender.rpartition("@")[2]
        return f"Authentication-Results: {EDGE}; dmarc=pass header.from={domain}\r\n".encode() + self.raw

    def before(self, person: str) -> bytes | None:
        """The calendar that the person has before, who is invited by this address: their own meeting that the sample
        answers, or an invitation that the sample calls off or changes. None where it is about nothing earlier."""
        if not self.uid or not (self.method in (*FROM_ATTENDEE, *FOLLOWING) or self.single):
            return None
        first = self.parts[0]
        dates = sorted(str(each.get("recurrence_id") or "") for each in self.parts)
        date = next(filter(None, dates), None) or first.get("dtstart") or "2026-12-01T10:00:00Z"
        value = date.partition(" ")[0].replace("-", "").replace(":", "")
        kind = "" if "T" in value else ";VALUE=DATE"
        lines = ["DURATION:PT1H" if "T" in value else "DURATION:P1D"]
        if any(dates):
            lines.append("RRULE:FREQ=DAILY;COUNT=400")
        sequence = int(first.get("sequence") or 0)
        guests = [str(each["email"]) for each in first.get("attendees") or ()] or [self.sender]
        if "partycrasher" in self.name:
            guests = [STRANGER]
        own = self.method in FROM_ATTENDEE
        organizer = person if own else str(first.get("organizer"))
        lines.append(f"SEQUENCE:{sequence if own else max(sequence - 1, 0)}")
        text = meeting(
            *lines,
            people=tuple(guests) if own else tuple(dict.fromkeys([*guests, person])),
            organizer=organizer,
            uid=self.uid,
        )
        text = text.replace(b"DTSTART:20261201T100000Z\r\nDTEND:20261201T110000Z", f"DTSTART{kind}:{value}".encode())
        return text.replace(b"DTSTAMP:20261101T080000Z", b"DTSTAMP:19970101T080000Z")


def samples() -> Iterator[Sample]:
    """All samples, by name."""
    with (SAMPLES / "MANIFEST.tsv").open(newline="", encoding="utf-8") as rows:
        vendors = {row["file"]: row["vendor"] for row in csv.DictReader(rows, delimiter="\t")}
    for name, found in sorted(json.loads((SAMPLES / "expected.json").read_text("utf-8")).items()):
        place = found.get("effective_part")
        part = found["calendar_parts"][place] if place is not None else {}
        parts = tuple(each for each in part.get("components", ()) if each["type"] != "VTIMEZONE")
        method = found.get("effective_method") or ""
        raw = (SAMPLES / name).read_bytes()
        if not name.endswith(".eml"):
            raw = _mail(name, method, raw, parts)
        yield Sample(name, vendors[name], method, _author(raw), raw, parts)


def _author(raw: bytes) -> str:
    return parseaddr(str(message_from_bytes(raw)["From"] or ""))[1].lower() or STRANGER


def _mail(name: str, method: str, calendar: bytes, parts: tuple[dict[str, Any], ...]) -> bytes:
    """A bare calendar in a mail of its organizer, or of the attendee who answers."""
    first = parts[0] if parts else {}
    attendees = [each["email"] for each in first.get("attendees") or ()]
    sender = next(iter(attendees), None) if method in FROM_ATTENDEE else first.get("organizer")
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender or STRANGER, "somebody@example.com", "Sync"
    mail["Message-ID"] = f"<{name.replace('/', '-')}@example.net>"
    mail.set_content("See the attached calendar.\n")
    mail.add_attachment(calendar, maintype="text", subtype="calendar", filename="invite.ics")
    return mail.as_bytes()
