"""CALDAV:calendar-data in a report: the part of each object that the client wants (RFC 4791 §9.6)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from televent.adapters.caldav.door.shown_text import ShownText
from televent.adapters.caldav.errors import DavError, precondition
from televent.adapters.caldav.properties.live import Cell, Getter
from televent.adapters.caldav.properties.view import ObjectView
from televent.adapters.caldav.webdav.names import c, d
from televent.adapters.caldav.webdav.text import escape_bytes, escape_each
from televent.adapters.caldav.webdav.xml_in import Element, child, children, name_of
from televent.ical.queries.partial import CompSpec, DataSpec, select
from televent.ical.text.errors import IcalError
from televent.ical.text.wall_clock import FIRST, LAST

NAME = c("calendar-data")
_UTC = re.compile(r"([0-9]{8})T([0-9]{6})Z\Z")


def utc(text: str | None) -> datetime | None:
    """A date-time in UTC, the only form that RFC 4791 §9.9 allows; None for any other text."""
    if text is None or not _UTC.match(text.strip()):
        return None
    try:
        return datetime.strptime(text.strip(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def requested(root: Element) -> Element | None:
    """The calendar-data element in a report's DAV:prop, or beside it, where some clients send it."""
    prop = child(root, d("prop"))
    found = child(prop, NAME) if prop is not None else None
    return found if found is not None else child(root, NAME)


def getter(element: Element, floating_zone: tzinfo, shown: ShownText) -> Getter:
    """A getter for the requested part of an object's text as the client sees it. Raises DavError if the element is
    invalid."""
    kind, version = element.get("content-type", "text/calendar"), element.get("version", "2.0")
    if str(kind).lower() != "text/calendar" or str(version) != "2.0":
        raise precondition("supported-calendar-data")
    spec = _spec(element)
    if spec.whole and shown.keeps_zones:
        return Cell(
            "ics", read=lambda raw: escape_bytes(shown.raw(raw)), read_each=lambda raws: escape_each(shown.raws(raws))
        )

    def partial(view: ObjectView) -> str | None:
        try:
            return escape_bytes(select(shown.of(view.row.once()).tree, spec, floating_zone))
        except IcalError:
            # An object that cannot be expanded is reported as missing; the other objects are still answered.
            return None

    return partial


def _spec(element: Element) -> DataSpec:
    comp = child(element, c("comp"))
    if all(child(element, c(each)) is not None for each in ("expand", "limit-recurrence-set")):
        raise DavError(400, text="Ask for one of expand and limit-recurrence-set (RFC 4791 §9.6).")
    return DataSpec(
        comp=_comp(comp) if comp is not None else None,
        expand=_span(element, "expand"),
        limit_recurrence=_span(element, "limit-recurrence-set"),
        limit_freebusy=_span(element, "limit-freebusy-set"),
    )


def _comp(element: Element) -> CompSpec:
    inner = list(children(element))
    names = [name_of(each) for each in inner]
    props: dict[str, bool] | None = {
        str(each.get("name", "")).upper(): str(each.get("novalue", "no")).lower() != "yes"
        for each in inner
        if name_of(each) == c("prop")
    }
    comps: tuple[CompSpec, ...] | None = tuple(_comp(each) for each in inner if name_of(each) == c("comp"))
    # §9.6.1: components and properties that are not named are left out. An empty element means everything.
    if c("allprop") in names or not inner:
        props = None
    if c("allcomp") in names or not inner:
        comps = None
    return CompSpec(str(element.get("name", "")).upper(), props, comps)


def _span(element: Element, local: str) -> tuple[datetime, datetime] | None:
    found = child(element, c(local))
    if found is None:
        return None
    start, end = utc(found.get("start")), utc(found.get("end"))
    if start is None or end is None or end <= start:
        raise DavError(400, text=f"{local} needs a start and a later end, in UTC.")
    check_counted(start, end)
    return start, end


def check_counted(*moments: datetime | None) -> None:
    """Raises DavError if a time is outside the range that calendars accept (RFC 4791 §7.8 min-date-time,
    max-date-time)."""
    given = [each for each in moments if each is not None]
    if any(each < FIRST for each in given):
        raise precondition("min-date-time")
    if any(each > LAST for each in given):
        raise precondition("max-date-time")
