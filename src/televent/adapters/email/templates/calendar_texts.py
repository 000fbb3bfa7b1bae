"""The texts of the mails to guests elsewhere, from the calendar text that is sent."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from televent.adapters.email import texts
from televent.application.messages.mail import (
    CalendarCancel,
    CalendarCounter,
    CalendarDeclineCounter,
    CalendarInvite,
    CalendarMail,
    CalendarReply,
    CalendarUpdate,
)
from televent.application.use_cases.mail.tell_guest import GuestMail
from televent.domain.calendar_object.details import Details
from televent.ical.itip.message import PROPOSALS
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Instance
from televent.ical.text.values import unescape
from televent.wording.changes import Shown, change_of, time_of
from televent.wording.display import Display

TEXT_NAMES: Mapping[type[CalendarMail], str] = {
    CalendarInvite: "invite",
    CalendarUpdate: "update",
    CalendarCancel: "cancel",
    CalendarReply: "reply",
    CalendarCounter: "counter",
    CalendarDeclineCounter: "decline-counter",
}
"""The middle part of each text key: ``subject-invite``, ``lead-invite``."""
MAX_LINK = 500
"""Max characters of a link to a conference that is written into the text of a mail."""


@dataclass(frozen=True, slots=True)
class CalendarTexts:
    language: str
    subject: str
    plain: str
    html: str


def changes_in(mail: GuestMail, now: datetime) -> tuple[str, ...]:
    """The changes: was and now, one line each, in the language of the mail."""
    if mail.was is None or mail.now is None:
        return ()
    zone = ZoneInfo(mail.mail.timezone)
    display = Display(zone, texts.language_of(mail.mail.locale), now.astimezone(zone))
    return change_of(_shown(mail.was), _shown(mail.now), display)


def _shown(details: Details) -> Shown:
    return Shown(time_of(details.start), time_of(details.end), details.rule, details.title, details.place)


def texts_of(outgoing: CalendarMail, calendar: CalendarText, name: str, changes: Sequence[str] = ()) -> CalendarTexts:
    """The subject and body of a mail, from the calendar text that is sent: no internal address is left in it."""
    language = texts.language_of(outgoing.locale)
    reading = calendar.reading
    instance = next(iter(reading.instances()))
    kind = TEXT_NAMES[type(outgoing)]
    if kind == "reply":
        kind = f"reply-{_answer(instance)}"
    if kind == "cancel" and instance.status != "CANCELLED":
        # RFC 5546 §3.2.5: the meeting takes place without this attendee.
        kind = "removed"
    start: datetime | date | None = instance.start
    values = {
        "summary": instance.summary or texts.say(language, "untitled"),
        "when": texts.when(start, instance.end, outgoing.timezone, language),
        "name": name,
        "place": instance.location or texts.say(language, "nowhere"),
    }
    lines = [*changes, texts.say(language, "time", **values), texts.say(language, "location", **values)]
    if kind in ("invite", "update", "cancel", "removed"):
        lines.append(texts.say(language, "organizer", **values))
    lead = texts.say(language, f"lead-{kind}", **values)
    if kind in ("invite", "update") and (link := _conference(instance)):
        lines.append(texts.say(language, "conference", link=link))
    if outgoing.method in PROPOSALS and (comment := _comment(instance)):
        lines.append(texts.say(language, "comment", comment=comment))
    description = instance.description.strip()[:10_000] if kind != "counter" else ""
    plain = "\n".join([lead, "", *lines, *(["", description] if description else [])]) + "\n"
    rows = "<br>".join(html.escape(line) for line in lines)
    body = f"<p><b>{html.escape(lead)}</b></p><p>{rows}</p>"
    if description:
        body += "<p>" + html.escape(description).replace("\n", "<br>") + "</p>"
    return CalendarTexts(language, texts.say(language, f"subject-{kind}", **values), plain, body)


def _conference(instance: Instance) -> str:
    """The first link of CONFERENCE (RFC 7986 §5.11), which Exchange and others do not show; "" without one, and where
    the description has it already."""
    found = next((prop.value.strip() for prop in instance.beside if prop.name == "CONFERENCE"), "")
    shown = found.startswith(("https://", "http://", "tel:")) and len(found) <= MAX_LINK
    return found if shown and found not in instance.description else ""


def _comment(instance: Instance) -> str:
    """The COMMENT of a proposal or its refusal; "" without one."""
    found = next((unescape(prop.value) for prop in instance.beside if prop.name == "COMMENT"), "")
    return " ".join(found.split())


def _answer(instance: Instance) -> str:
    partstat = next((attendee.partstat for attendee in instance.attendees), "TENTATIVE")
    return {"ACCEPTED": "accepted", "DECLINED": "declined"}.get(partstat, "tentative")
