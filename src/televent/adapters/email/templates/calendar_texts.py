"""The content of the mails to people elsewhere, from the calendar text that is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from televent.adapters.email import texts
from televent.adapters.email.templates.add_links import google_link, outlook_link
from televent.adapters.email.templates.content import MAX_TEXT, Content, Link
from televent.application.messages.mail import (
    CalendarCancel,
    CalendarCounter,
    CalendarDeclineCounter,
    CalendarInvite,
    CalendarMail,
    CalendarRefresh,
    CalendarRefusal,
    CalendarReply,
    CalendarUpdate,
)
from televent.application.use_cases.mail.tell_guest import GuestMail
from televent.domain.calendar_object.details import Details
from televent.ical.itip.message import PROPOSALS
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Instance
from televent.ical.text.values import Moment, moment, unescape
from televent.wording.changes import Shown, change_of, time_of
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.texts import text_of
from televent.wording.times import moment_of, zoned_when_of

TEXT_NAMES: Mapping[type[CalendarMail], str] = {
    CalendarInvite: "invite",
    CalendarUpdate: "update",
    CalendarCancel: "cancel",
    CalendarRefusal: "refused",
    CalendarReply: "reply",
    CalendarCounter: "counter",
    CalendarDeclineCounter: "decline-counter",
}
"""The middle part of each text key: ``subject-invite``, ``lead-invite``."""
MAX_LINK: Final = 500
"""Max characters of a link to a conference that is written into the text of a mail."""
MAX_TITLE: Final = 120
"""Max characters of a title in a subject, so that the time stands behind it."""
MAX_FACT: Final = 500
"""Max characters of a title, a place or a comment in the text."""
MAX_DATES: Final = 20
"""Max dates of a series that a mail lists."""
MAX_DETAILS: Final = 300
"""Max characters of a description in a link that adds the event to a calendar."""
CHOICES: Final = {"accept": "meeting-accept", "tentative": "meeting-tentative", "decline": "meeting-decline"}
"""The choices of a guest, as the page behind the links names them, and their words."""
ASKS: Final = ("invite", "update")
"""The kinds of mail that the guest can answer."""


def calendar_content(guest_mail: GuestMail, calendar: CalendarText, name: str, now: datetime) -> Content:
    """The content of a mail. ``calendar``: the text that is sent, which has no internal address. ``name``: who sends
    it. ``now``: the time of sending, aware."""
    outgoing = guest_mail.mail
    language = texts.language_of(outgoing.locale)
    parts = calendar.reading.instances()
    first = parts[0]
    display = _display(outgoing, first, language, now)
    kind = _kind(outgoing, first)
    title = _short(first.summary, MAX_FACT) or texts.say(language, "untitled")
    values = {
        "summary": title,
        "when": _when(first.start, first.end, display),
        "name": name,
        "place": _short(first.location, MAX_FACT) or texts.say(language, "nowhere"),
    }
    asked = kind in ASKS
    comment = _comment(first) if outgoing.method in PROPOSALS else ""
    lines = [
        texts.say(language, "time", **values),
        texts.say(language, "location", **values),
        *_dates(first, parts[1:], display, answers=kind.startswith("reply-")),
        *([texts.say(language, "organizer", **values)] if kind in (*ASKS, "cancel", "removed", "refused") else []),
        *([texts.say(language, "conference", link=link)] if asked and (link := _conference(first)) else []),
        *([texts.say(language, "comment", comment=comment)] if comment else []),
    ]
    page = guest_mail.page if asked else None
    return Content(
        language=language,
        subject=texts.say(language, f"subject-{kind}", **{**values, "summary": _short(title, MAX_TITLE)}),
        lead=texts.say(language, f"lead-{kind}", **values),
        changes=_changes(guest_mail, display),
        lines=lines,
        text=first.description.strip()[:MAX_TEXT] if kind != "counter" else "",
        buttons=_buttons(page, language),
        links_lead=texts.say(language, "add-to-calendar") if asked else "",
        links=_add_links(first, page, language) if asked else (),
        notes=(texts.say(language, "guest-answer-private"),) if page is not None else (),
    )


def refresh_content(outgoing: CalendarRefresh, name: str) -> Content:
    """The content of a REFRESH, which has no facts about the meeting. ``name``: who asks."""
    language = texts.language_of(outgoing.locale)
    return Content(
        language,
        texts.say(language, "subject-refresh", name=name),
        texts.say(language, "lead-refresh", name=name),
        text=texts.say(language, "rest-refresh"),
    )


def _kind(outgoing: CalendarMail, first: Instance) -> str:
    kind = TEXT_NAMES[type(outgoing)]
    if kind == "reply":
        return f"reply-{_answer(first)}"
    # RFC 5546 §3.2.5: without STATUS:CANCELLED the meeting takes place, without this attendee.
    return "removed" if kind == "cancel" and first.status != "CANCELLED" else kind


def _display(outgoing: CalendarMail, first: Instance, language: str, now: datetime) -> Display:
    """The zone in which the reader is shown times: the sender's; an organizer elsewhere sees their own event's."""
    zone = ZoneInfo(outgoing.timezone)
    theirs = first.start.tzinfo if isinstance(first.start, datetime) else None
    if TEXT_NAMES[type(outgoing)] in ("reply", "counter") and isinstance(theirs, ZoneInfo) and "/" in theirs.key:
        zone = theirs
    return Display(zone, language, now.astimezone(zone))


def _when(start: Moment | None, end: Moment | None, display: Display) -> str:
    return zoned_when_of(start, end if end is not None else start, display) if start is not None else "–"


def _dates(first: Instance, others: tuple[Instance, ...], display: Display, *, answers: bool) -> Iterator[str]:
    """How a series repeats, which date of it the mail is about, and its dates that differ. ``answers``: the mail
    answers each date."""
    language = display.language
    if first.rrule is not None:
        yield texts.say(language, "meeting-repeats", rule=rule_of(first.rrule, display, first.start))
    if first.recurrence_id is not None:
        yield texts.say(language, "one-date", when=_original(first, display))
    for each in others[:MAX_DATES]:
        at = _original(each, display)
        if answers:
            yield f"{at}: {texts.say(language, f'answer-{_answer(each)}')}"
        elif each.status == "CANCELLED":
            yield texts.say(language, "meeting-date-cancelled", when=at)
        else:
            yield texts.say(language, "meeting-date-changed", when=at, changes=_when(each.start, each.end, display))
    if len(others) > MAX_DATES:
        more = len(others) - MAX_DATES
        yield text_of("televent.adapters.email", language, "meeting-more-dates", count=more)


def _original(instance: Instance, display: Display) -> str:
    """The time that the series has for an occurrence, whatever it is now."""
    at = moment(instance.recurrence_id or "")
    return moment_of(at, display) if at is not None else "–"


def _changes(mail: GuestMail, display: Display) -> tuple[str, ...]:
    """The changes: was and now, one line each."""
    if mail.was is None or mail.now is None:
        return ()
    return change_of(_shown(mail.was), _shown(mail.now), display)


def _shown(details: Details) -> Shown:
    return Shown(time_of(details.start), time_of(details.end), details.rule, details.title, details.place)


def _buttons(page: str | None, language: str) -> tuple[Link, ...]:
    if page is None:
        return ()
    return tuple(
        Link(texts.say(language, key), f"{page}?answer={each}", main=each == "accept") for each, key in CHOICES.items()
    )


def _add_links(event: Instance, page: str | None, language: str) -> tuple[Link, ...]:
    details = _conference(event) or _short(event.description, MAX_DETAILS)
    found = (
        ("Google", google_link(event, details)),
        ("Outlook.com", outlook_link(event, details)),
        (texts.say(language, "calendar-file"), f"{page}.ics" if page is not None else None),
    )
    return tuple(Link(words, href) for words, href in found if href is not None)


def _conference(instance: Instance) -> str:
    """The first link of CONFERENCE (RFC 7986 §5.11), which Exchange and others do not show; "" without one, and where
    the description has it already."""
    found = next((prop.value.strip() for prop in instance.beside if prop.name == "CONFERENCE"), "")
    shown = found.startswith(("https://", "http://", "tel:")) and len(found) <= MAX_LINK
    return found if shown and found not in instance.description else ""


def _comment(instance: Instance) -> str:
    """The COMMENT of a proposal or its refusal; "" without one."""
    found = next((unescape(prop.value) for prop in instance.beside if prop.name == "COMMENT"), "")
    return _short(found, MAX_FACT)


def _short(text: str, limit: int) -> str:
    """One line of at most so many characters."""
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _answer(instance: Instance) -> str:
    partstat = next((attendee.partstat for attendee in instance.attendees), "TENTATIVE")
    return {"ACCEPTED": "accepted", "DECLINED": "declined"}.get(partstat, "tentative")
