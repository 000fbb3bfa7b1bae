"""Rewrites the addresses of an iTIP message before it leaves: no internal address, an ORGANIZER that we receive for.

Pure (ADR 13). The text is already made for this recipient; only addresses change here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from televent.application.attachments import at_base
from televent.ical.editing.attachments import without_managed_ids
from televent.ical.itip.people import address_of
from televent.ical.itip.receiving.delivered import INVITED_AS
from televent.ical.itip.sending.presentable import normalise
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.tree import Component, Property

LINE_BYTES = 75
"""Max bytes of a line (RFC 5545 §3.1)."""
_INTERNAL = re.compile(r"tg_([1-9][0-9]{0,18})\Z")


@dataclass(frozen=True, slots=True)
class Identity:
    """The sender's addresses in mail. ``organizer``: the tokened address; ``human``: the person's own address;
    ``public_url``: PUBLIC_URL, where the recipient finds attachments; ``timezone``: the person's zone; ``untitled``:
    the title of an event without one, in the person's language."""

    name: str
    organizer: str
    human: str
    internal_domain: str
    mail_domain: str
    public_url: str | None = None
    timezone: str = "UTC"
    untitled: str = "-"


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
        _hide_internal(component, identity)
    without_managed_ids(root)
    normalise(root, ZoneInfo(identity.timezone), identity.untitled)
    return CalendarText.of_tree(root)


def outside(address: str, identity: Identity) -> str:
    """The public form of an address. An internal address without an account becomes noreply@ our mail domain."""
    local, at, domain = address.rpartition("@")
    if not at or domain.lower() != identity.internal_domain:
        return address
    found = _INTERNAL.match(local)
    return f"{found[1] if found else 'noreply'}@{identity.mail_domain}"


def outside_text(text: str, identity: Identity) -> str:
    """A text with its internal addresses replaced by public ones."""
    return _mentions(identity.internal_domain).sub(lambda found: outside(found[0], identity), text)


@cache
def _mentions(domain: str) -> re.Pattern[str]:
    return re.compile(rf"[A-Za-z0-9._%+-]*@{re.escape(domain)}(?![A-Za-z0-9-])", re.IGNORECASE)


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


def _hide_internal(component: Component, identity: Identity) -> None:
    """Replaces internal addresses in values, parameters (SENT-BY, DELEGATED-FROM, MEMBER, CN, …) and free text."""
    mentions = _mentions(identity.internal_domain)
    for prop in component.properties:
        if prop.name in ("ATTENDEE", "ORGANIZER"):
            address = address_of(prop)
            seen = outside(address, identity)
            if seen != address:
                component.replace(prop, outer := _readdressed(prop, seen))
                prop = outer
        texts = [*(value for _, values in prop.params for value in values), prop.value]
        # A line is sent as the client wrote it. It may be longer than RFC 5545 §3.1 allows, so it is folded again.
        if any(mentions.search(value) for value in texts) or _too_long(prop.raw):
            params = [(name, [outside_text(value, identity) for value in values]) for name, values in prop.params]
            component.replace(prop, component.make(prop.name, outside_text(prop.value, identity), params))
    for sub in component.components():
        _hide_internal(sub, identity)


def _too_long(raw: bytes) -> bool:
    return any(len(line) > LINE_BYTES for line in raw.splitlines())


def _readdressed(prop: Property, address: str) -> Property:
    """The property with another address, and without an EMAIL parameter, which may contain the internal one."""
    return prop.with_value(f"mailto:{address}").with_param("EMAIL")


def _scheduled(root: Component) -> list[Component]:
    return [each for each in root.components() if each.name in ("VEVENT", "VTODO", "VJOURNAL")]
