"""The event of a guest's link as a file for their calendar: what the mail brought, without the other guests."""

from __future__ import annotations

from dataclasses import dataclass

from televent.adapters.email import texts
from televent.adapters.email.outgoing import wire
from televent.application.backend import Backend
from televent.application.mail.book import MailBook
from televent.application.use_cases.scheduling.answer_by_link import Linked
from televent.ical.itip.sending.outgoing import organizer_messages
from televent.ical.objects.calendar_text import CalendarText


@dataclass(frozen=True, slots=True)
class Sender:
    """Our own addresses, as in ``outbound.MailIdentity``, which an API process does not import."""

    mail_domain: str
    internal_domain: str
    public_url: str | None


def guest_file(backend: Backend, book: MailBook, us: Sender, linked: Linked) -> str | None:
    """The VCALENDAR with METHOD:PUBLISH (RFC 5546 §3.2.1), as the organizer's copy is now; None where nothing is sent
    to the guest. It has the UID and the ORGANIZER of the mails, so that a later mail updates the same event."""
    link, account = linked.link, linked.account
    row = backend.reads.by_stream(link.tenant, link.stream_id)
    if row is None or row.ics is None or link.guest is None:
        return None
    owner = backend.people.owner(account)
    sent = [
        each
        for each in organizer_messages(None, row.text, me=owner.addresses, dtstamp=backend.clock())
        if each.recipient == link.guest and each.method == "REQUEST"
    ]
    found = next((each for each in sent if link.recurrence_id in each.recurrence_ids), next(iter(sent), None))
    if found is None:
        return None
    identity = wire.Identity(
        name=account.name,
        organizer=f"rsvp+{book.token(link.tenant, found.uid, link.guest)}@{us.mail_domain}",
        human=f"noreply@{us.mail_domain}",
        internal_domain=us.internal_domain,
        mail_domain=us.mail_domain,
        public_url=us.public_url,
        timezone=account.timezone,
        untitled=texts.say(texts.language_of(account.locale), "untitled"),
    )
    root = wire.as_organizer(CalendarText(found.text), identity).copy()
    root.put("METHOD", "PUBLISH")
    for component in root.components():
        for line in component.all("ATTENDEE"):
            component.remove(line)
    return CalendarText.of_tree(root).raw.decode()
