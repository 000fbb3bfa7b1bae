"""Composes a recipient's answer to an invitation as Gmail does (RFC 5546 §3.2.3, RFC 6047)."""

import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from html import escape

from televent.adapters.sandbox.mail.reading import addresses, header, invitation_of, message_of
from televent.adapters.sandbox.mail.store import Mail
from televent.ical.text.tree import Component, Property

WORDS = {"ACCEPTED": "Accepted", "TENTATIVE": "Tentative", "DECLINED": "Declined"}
# The properties that Gmail copies from the event unchanged, besides ATTENDEE and DTSTAMP.
_ECHOED = (
    "UID",
    "RECURRENCE-ID",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "ORGANIZER",
    "SEQUENCE",
    "SUMMARY",
    "LOCATION",
    "STATUS",
    "TRANSP",
)


class CannotAnswer(Exception):
    """The recipient cannot answer this mail; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A mail to send: its envelope, its calendar data and its content."""

    sender: str
    recipient: str
    calendar: bytes
    content: bytes


def compose_answer(
    mail: Mail,
    partstat: str,
    now: datetime,
    *,
    address: str | None = None,
    comment: str | None = None,
    authserv_id: str | None = None,
) -> Answer:
    """The answer of `address`, which defaults to the mail's recipient. `now` becomes DTSTAMP.

    Raises CannotAnswer where the mail has no METHOD:REQUEST, the event has no ORGANIZER or UID, or `partstat` is no
    answer.
    """
    if partstat not in WORDS:
        raise CannotAnswer(f"an answer is one of {', '.join(WORDS)}")
    message = message_of(mail)
    request = invitation_of(message)
    if request is None or (request.value("METHOD") or "").upper() != "REQUEST":
        raise CannotAnswer("this mail has no METHOD:REQUEST")
    events = request.components("VEVENT")
    # A series is answered as a whole. Overrides are answered only where the mail has no master.
    masters = [event for event in events if event.get("RECURRENCE-ID") is None]
    answered = masters[:1] or events
    if not answered:
        raise CannotAnswer("there is no VEVENT in the invitation")
    event = answered[0]
    organizer = _address(event.get("ORGANIZER"))
    if not organizer or not event.value("UID"):
        raise CannotAnswer("the invitation names no organizer or no UID")
    asked = [address.lower()] if address else [*map(str.lower, mail.recipients), *addresses(message, "To")]
    replier = next((one for one in asked if _attendee(event, one)), next(iter(asked), ""))
    if not replier:
        raise CannotAnswer("the mail has no recipient who could answer")
    calendar = _reply(request, answered, replier, partstat, now, comment).to_bytes()
    content = _mail(message, event, replier, organizer, partstat, now, calendar, authserv_id)
    return Answer(replier, organizer, calendar, content)


def _address(line: Property | None) -> str:
    value = line.value.strip() if line else ""
    return value[7:].lower() if value[:7].lower() == "mailto:" else ""


def _attendee(event: Component, address: str) -> Property | None:
    return next((line for line in event.all("ATTENDEE") if _address(line) == address), None)


def _reply(
    request: Component, answered: list[Component], replier: str, partstat: str, now: datetime, comment: str | None
) -> Component:
    reply = Component.new("VCALENDAR")
    reply.put("PRODID", "-//Televent//Sandbox 1.0//EN")
    reply.put("VERSION", "2.0")
    reply.put("CALSCALE", "GREGORIAN")
    reply.put("METHOD", "REPLY")
    # Many servers refuse a TZID without its VTIMEZONE.
    for zone in request.components("VTIMEZONE"):
        reply.add(zone.copy())
    for event in answered:
        reply.add(_event(event, replier, partstat, now, comment))
    return reply


def _event(event: Component, replier: str, partstat: str, now: datetime, comment: str | None) -> Component:
    answer = Component.new("VEVENT")
    for name in _ECHOED:
        line = event.get(name)
        if line is not None:
            answer.add(Property.of(line.name, line.value, line.params))
    if event.get("SEQUENCE") is None:
        answer.put("SEQUENCE", "0")
    answer.put("DTSTAMP", f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    invited = _attendee(event, replier)
    name = (invited.param("CN") if invited else None) or replier
    role = (invited.param("ROLE") if invited else None) or "REQ-PARTICIPANT"
    params = [("CUTYPE", ["INDIVIDUAL"]), ("ROLE", [role]), ("PARTSTAT", [partstat]), ("CN", [name])]
    value = invited.value if invited else f"mailto:{replier}"
    answer.add(answer.make("ATTENDEE", value, [*params, ("X-NUM-GUESTS", ["0"])]))
    if comment:
        text = comment.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        answer.put("COMMENT", "\\n".join(text.splitlines()))
    return answer


def _mail(
    invitation: EmailMessage,
    event: Component,
    replier: str,
    organizer: str,
    partstat: str,
    now: datetime,
    calendar: bytes,
    authserv_id: str | None,
) -> bytes:
    # With the default policy the base64 of the calendar would hold bare LF.
    mail = EmailMessage(policy=email.policy.SMTP)
    domain = replier.rpartition("@")[2] or "localhost"
    if authserv_id:
        results = f"dmarc=pass header.from={domain}; dkim=pass header.d={domain}; spf=pass smtp.mailfrom={replier}"
        mail["Authentication-Results"] = f"{authserv_id}; {results}"
    subject = header(invitation, "Subject")
    title = (event.value("SUMMARY") or subject).replace("\\,", ",").replace("\\;", ";").replace("\\n", " ")
    mail["From"] = replier
    mail["To"] = organizer
    # The email package would decode an encoded-word in the title, and write its line ends as they are.
    mail["Subject"] = f"{WORDS[partstat]}: {' '.join(title.split())}".replace("=?", "= ?")
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain=domain if domain.isascii() else "localhost")
    mail["Auto-Submitted"] = "auto-generated"
    request_id = header(invitation, "Message-ID")
    if request_id:
        mail["In-Reply-To"] = request_id
        mail["References"] = request_id
    done = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "replied Maybe to"}[partstat]
    mail.set_content(f"{replier} has {done} this invitation.\n", cte="quoted-printable")
    mail.add_alternative(
        f"<p><b>{escape(replier)}</b> has {done} this invitation.</p>\n", subtype="html", cte="quoted-printable"
    )
    text = calendar.decode("utf-8", "replace")
    mail.add_alternative(text, subtype="calendar", cte="base64", params={"method": "REPLY"})
    mail.add_attachment(calendar, maintype="application", subtype="ics", filename="invite.ics")
    return mail.as_bytes()
