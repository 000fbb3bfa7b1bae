"""Reads CALDAV:filter from XML (RFC 4791 §9.7–§9.9)."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.errors import DavError, precondition
from televent.adapters.caldav.reports.calendar_data import check_counted, utc
from televent.adapters.caldav.webdav.names import c
from televent.adapters.caldav.webdav.xml_in import Element, child, children, name_of
from televent.ical.queries.query import CompFilter, ParamFilter, PropFilter, TextMatch, TimeRange, UnsupportedCollation

MAX_CONDITIONS: Final = 500
"""Max elements in one filter."""
MAX_LEVELS: Final = 10
"""Max levels of nested comp-filters."""

_PARENTS: Final[dict[str, tuple[str, ...]]] = {
    "VEVENT": ("VCALENDAR",),
    "VTODO": ("VCALENDAR",),
    "VJOURNAL": ("VCALENDAR",),
    "VFREEBUSY": ("VCALENDAR",),
    "VTIMEZONE": ("VCALENDAR",),
    "VAVAILABILITY": ("VCALENDAR",),
    "AVAILABLE": ("VAVAILABILITY",),
    "VALARM": ("VEVENT", "VTODO"),
    "STANDARD": ("VTIMEZONE",),
    "DAYLIGHT": ("VTIMEZONE",),
    "VCALENDAR": (),
}
"""The possible parents of each component of RFC 5545 §3.6. Other components may have any parent."""
_TIMED: Final = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VALARM"})
_DATED: Final = frozenset(
    {
        *("DTSTART", "DTEND", "DUE", "COMPLETED", "CREATED", "DTSTAMP", "LAST-MODIFIED", "RECURRENCE-ID", "RDATE"),
        *("EXDATE", "FREEBUSY", "TRIGGER", "ACKNOWLEDGED"),
    }
)
"""Properties whose values are times. A property that begins with X- may be one too."""


def parse_filter(root: Element) -> CompFilter:
    """The outermost comp-filter of a calendar-query. Raises DavError 403 with the precondition of §7.8."""
    element = child(root, c("filter"))
    inner = list(children(element)) if element is not None else []
    if len(inner) != 1 or name_of(inner[0]) != c("comp-filter"):
        raise precondition("valid-filter")
    if sum(1 for _ in inner[0].iter()) > MAX_CONDITIONS:
        raise precondition("valid-filter")
    if str(inner[0].get("name", "")).strip().upper() != "VCALENDAR":
        raise precondition("valid-filter")
    return _comp(inner[0])


def time_range(element: Element | None) -> TimeRange | None:
    """The time-range of an element, with one or both bounds in UTC and the end after the start. None for no element.
    Raises DavError 403 valid-filter, min-date-time, max-date-time."""
    if element is None:
        return None
    ends = []
    for name in ("start", "end"):
        text = element.get(name)
        moment = utc(text)
        if text is not None and moment is None:
            raise precondition("valid-filter")
        ends.append(moment)
    start, end = ends
    if (start is None and end is None) or (start is not None and end is not None and end <= start):
        raise precondition("valid-filter")
    check_counted(start, end)
    return TimeRange(start, end)


def _comp(element: Element, around: tuple[str, ...] = ()) -> CompFilter:
    _only(element, "is-not-defined", "time-range", "prop-filter", "comp-filter")
    inner = list(children(element))
    name = _name(element).upper()
    parents = _PARENTS.get(name)
    # §7.8 valid-filter: a component cannot be inside any parent, such as VEVENT in VTODO.
    if len(around) == MAX_LEVELS or (parents is not None and around and around[-1] not in parents):
        raise precondition("valid-filter")
    if name in _PARENTS and name not in _TIMED and child(element, c("time-range")) is not None:
        raise precondition("valid-filter")
    return CompFilter(
        name=name,
        is_not_defined=_absent(element),
        time_range=time_range(child(element, c("time-range"))),
        props=tuple(_prop(each) for each in inner if name_of(each) == c("prop-filter")),
        comps=tuple(_comp(each, (*around, name)) for each in inner if name_of(each) == c("comp-filter")),
        any_of=_any_of(element),
    )


def _prop(element: Element) -> PropFilter:
    _only(element, "is-not-defined", "time-range", "text-match", "param-filter")
    name = _name(element).upper()
    timed = child(element, c("time-range")) is not None
    if timed and name not in _DATED and not name.startswith("X-"):
        raise precondition("valid-filter")
    return PropFilter(
        name=name,
        is_not_defined=_absent(element),
        time_range=time_range(child(element, c("time-range"))),
        text=_text(child(element, c("text-match"))),
        params=tuple(_param(each) for each in children(element) if name_of(each) == c("param-filter")),
        any_of=_any_of(element),
    )


def _param(element: Element) -> ParamFilter:
    _only(element, "is-not-defined", "text-match")
    return ParamFilter(_name(element), _absent(element), _text(child(element, c("text-match"))))


def _text(element: Element | None) -> TextMatch | None:
    if element is None:
        return None
    collation = str(element.get("collation", "i;ascii-casemap"))
    condition = str(element.get("negate-condition", "no")).lower()
    if condition not in ("yes", "no"):
        raise precondition("valid-filter")
    try:
        return TextMatch(element.text or "", collation, condition == "yes")
    except UnsupportedCollation:
        raise precondition("supported-collation") from None


def _any_of(element: Element) -> bool:
    """True if the attribute ``test`` of calendar-query-extended is "anyof". The default is "allof"."""
    test = str(element.get("test", "allof")).lower()
    if test not in ("allof", "anyof"):
        raise precondition("valid-filter")
    return test == "anyof"


def _name(element: Element) -> str:
    name = str(element.get("name", "")).strip()
    if not name:
        raise precondition("valid-filter")
    return name


def _absent(element: Element) -> bool:
    """True if there is an is-not-defined. Raises DavError if it is not the only condition (§9.7.4)."""
    if child(element, c("is-not-defined")) is None:
        return False
    if sum(1 for _ in children(element)) > 1:
        raise precondition("valid-filter")
    return True


def _only(element: Element, *names: str) -> None:
    allowed = {c(each) for each in names}
    for each in children(element):
        if name_of(each) not in allowed:
            # RFC 4791 §7.8: the server must not ignore a condition that it does not support.
            raise DavError(403, "<C:supported-filter/>")
