"""Rewrites the addresses of an iTIP message before it leaves: nobody's Telegram id, an ORGANIZER that we receive for.

Pure (ADR 13, 64). The text is already made for this recipient; only addresses change here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from zoneinfo import ZoneInfo

from televent.application.attachments import at_base
from televent.ical.editing.attachments import without_managed_ids
from televent.ical.itip.people import address_of
from televent.ical.itip.receiving.delivered import INVITED_AS
from televent.ical.itip.sending.presentable import normalise
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import normalise_address

LINE_BYTES = 75
"""Max bytes of a line (RFC 5545 §3.1)."""
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ACCOUNT = re.compile(rf"(?:urn:uuid:|(?:https?://[^/]*)?/(?:[^?#]*/)?caldav/){_UUID}/?\Z")
"""An account of this server as a calendar user address (RFC 6638 §2.4.1), in lower case."""
_IDS = frozenset({"UID", "RELATED-TO"})
"""The properties that name events. They stay: the answer to another UID would be about another event."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The sender's addresses in mail. ``organizer``: the tokened address; ``human``: the person's own address;
    ``guests``: the public address of each of ``people_here``; ``public_url``: PUBLIC_URL, where the recipient finds
    attachments; ``timezone``: the person's zone; ``untitled``: the title of an event without one, in the person's
    language."""

    name: str
    organizer: str
    human: str
    internal_domain: str
    mail_domain: str
    guests: Mapping[str, str] = field(default_factory=dict)
    public_url: str | None = None
    timezone: str = "UTC"
    untitled: str = "-"


def people_here(text: CalendarText, internal_domain: str, mail_domain: str, *, reply: bool) -> frozenset[str]:
    """The addresses of calendar users in a message that would show a Telegram id or an account: internal ones, and
    those at our mail domain that name a person by an id.

    ``reply``: the message answers an organizer elsewhere, who has written the latter.
    """
    found = (normalise_address(each) for component in _scheduled(text.tree) for each in _users(component))
    return frozenset(each for each in found if _is_private(each, internal_domain, mail_domain, reply=reply))


def as_organizer(text: CalendarText, identity: Identity) -> CalendarText:
    """A REQUEST or CANCEL that an organizer here sends: the ORGANIZER becomes the tokened address."""
    root = text.copy()
    for component in _scheduled(root):
        for prop in component.all("ORGANIZER"):
            was = address_of(prop)
            component.replace(
                prop, component.make("ORGANIZER", f"mailto:{identity.organizer}", (("CN", (identity.name,)),))
            )
            _list_organizer(component, was, identity)
        if component.get("SEQUENCE") is None:
            # RFC 5546 §3.2.2 allows SEQUENCE 0 to be omitted, but some mail programs need it.
            component.put("SEQUENCE", "0")
        _hide_internal(component, identity)
    if identity.public_url is not None:
        # The URL has the origin of the client that uploaded the attachment, which may be an address at home.
        at_base(root, identity.public_url)
    without_managed_ids(root)
    normalise(root, ZoneInfo(identity.timezone), identity.untitled)
    return CalendarText.of_tree(root)


def as_attendee(text: CalendarText, identity: Identity) -> CalendarText:
    """A REPLY or COUNTER that an attendee here sends: addresses stay as in the invitation, except internal ones."""
    root = text.copy()
    for component in _scheduled(root):
        for prop in component.all("ATTENDEE"):
            if (invited := prop.param(INVITED_AS)) is not None:
                component.replace(prop, prop.with_value(f"mailto:{invited}").with_param(INVITED_AS))
        _hide_internal(component, identity, reply=True)
    without_managed_ids(root)
    if root.value("METHOD") != "REFRESH":
        # A REFRESH has neither a time nor a title (RFC 5546 §3.2.6).
        normalise(root, ZoneInfo(identity.timezone), identity.untitled)
    return CalendarText.of_tree(root)


def outside(address: str, identity: Identity, *, reply: bool = False) -> str:
    """The public form of a calendar user's address, in lower case where it changes. An internal address that is
    nobody's becomes noreply@ our mail domain."""
    plain = normalise_address(address)
    if not _is_private(plain, identity.internal_domain, identity.mail_domain, reply=reply):
        return address
    return identity.guests.get(plain, f"noreply@{identity.mail_domain}")


def outside_text(text: str, identity: Identity, *, reply: bool = False) -> str:
    """A text with its internal addresses, and those with a Telegram id, replaced by public ones."""

    def shown(found: re.Match[str]) -> str:
        return outside(found[0], identity, reply=reply)

    return _mentions(identity.internal_domain, identity.mail_domain, reply).sub(shown, text)


def without_people(text: str, internal_domain: str, mail_domain: str, words: str) -> str:
    """A text with ``words`` for each address that shows a Telegram id."""
    return _mentions(internal_domain, mail_domain, False).sub(lambda _: words, text)


def _is_private(address: str, internal_domain: str, mail_domain: str, *, reply: bool) -> bool:
    local, at, domain = address.rpartition("@")
    if at and domain == internal_domain:
        return True
    if reply:
        return False
    if at and domain == mail_domain:
        return (local.isascii() and local.isdigit()) or re.fullmatch(_UUID, local) is not None
    return _ACCOUNT.match(address) is not None


@cache
def _mentions(internal_domain: str, mail_domain: str, reply: bool) -> re.Pattern[str]:
    inside = rf"[A-Za-z0-9._%+-]*@{re.escape(internal_domain)}"
    by_id = "" if reply else rf"|(?<![A-Za-z0-9._%+-])[0-9]+@{re.escape(mail_domain)}"
    return re.compile(rf"(?:{inside}{by_id})(?![A-Za-z0-9-])", re.IGNORECASE)


def _users(component: Component) -> Iterator[str]:
    """The values of the lines of calendar users, and of their parameters."""
    for prop in component.properties:
        if prop.name in ("ATTENDEE", "ORGANIZER"):
            yield from (prop.value, *(value for _, values in prop.params for value in values))
    for sub in component.components():
        yield from _users(sub)


def _list_organizer(component: Component, organizer: str, identity: Identity) -> None:
    """Lists the organizer among the attendees, as accepted and with the person's own address."""
    for prop in component.all("ATTENDEE"):
        if address_of(prop) == organizer:
            component.replace(prop, _readdressed(prop, identity.human))
            return
    component.add(
        component.make(
            "ATTENDEE",
            f"mailto:{identity.human}",
            (
                ("CUTYPE", ("INDIVIDUAL",)),
                ("ROLE", ("CHAIR",)),
                ("PARTSTAT", ("ACCEPTED",)),
                ("RSVP", ("FALSE",)),
                ("CN", (identity.name,)),
            ),
        )
    )


def _hide_internal(component: Component, identity: Identity, *, reply: bool = False) -> None:
    """Replaces private addresses in values, parameters (SENT-BY, DELEGATED-FROM, MEMBER, CN, …) and free text."""
    for prop in component.properties:
        if prop.name in ("ATTENDEE", "ORGANIZER"):
            address = address_of(prop)
            seen = outside(address, identity, reply=reply)
            if seen != address:
                component.replace(prop, outer := _readdressed(prop, seen))
                prop = outer
        value = _shown(prop.name, prop.value, identity, reply=reply)
        params = tuple(
            (name, tuple(_shown(prop.name, each, identity, reply=reply) for each in values))
            for name, values in prop.params
        )
        # A line is sent as the client wrote it. It may be longer than RFC 5545 §3.1 allows, so it is folded again.
        if (value, params) != (prop.value, prop.params) or _too_long(prop.raw):
            component.replace(prop, component.make(prop.name, value, params))
    for sub in component.components():
        _hide_internal(sub, identity, reply=reply)


def _shown(name: str, value: str, identity: Identity, *, reply: bool) -> str:
    """The value of the property ``name``, or of one of its parameters, as people elsewhere may read it."""
    if name in _IDS:
        return value
    if name in ("ATTENDEE", "ORGANIZER") and not reply and _ACCOUNT.match(normalise_address(value)):
        return f"mailto:{outside(value, identity)}"
    return outside_text(value, identity, reply=reply)


def _too_long(raw: bytes) -> bool:
    return any(len(line) > LINE_BYTES for line in raw.splitlines())


def _readdressed(prop: Property, address: str) -> Property:
    """The property with another address, and without an EMAIL parameter, which may contain the internal one."""
    return prop.with_value(f"mailto:{address}").with_param("EMAIL")


def _scheduled(root: Component) -> list[Component]:
    return [each for each in root.components() if each.name in ("VEVENT", "VTODO", "VJOURNAL")]
