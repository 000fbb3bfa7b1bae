"""Decides whether a calendar object matches a filter: RFC 4791 §9.7–§9.9.

Filters are values; the door reads them from XML. An index limits its search to ``required_span``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import chain
from typing import Final
from unicodedata import normalize

from televent.ical.queries.time_ranges import (
    FilteredObject,
    TimeRange,
    describing,
    effective_end_matches,
    in_time,
    prop_in_time,
)
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import unescape

__all__ = [
    "COLLATIONS",
    "CompFilter",
    "ParamFilter",
    "PropFilter",
    "TextMatch",
    "TimeRange",
    "UnsupportedCollation",
    "matches",
    "only_component",
    "only_time",
    "required_component",
    "required_span",
]

COLLATIONS: Final = ("i;ascii-casemap", "i;octet", "i;unicode-casemap")


class UnsupportedCollation(Exception):
    """CALDAV:supported-collation (RFC 4791 §7.5.1)."""


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A substring (§9.7.5)."""

    text: str
    collation: str = "i;ascii-casemap"
    negate: bool = False

    def __post_init__(self) -> None:
        if self.collation not in COLLATIONS and self.collation != "default":
            raise UnsupportedCollation(self.collation)

    def matches(self, value: str) -> bool:
        """True where ``value`` contains the text, or with ``negate`` does not."""
        return (_folded(self.text, self.collation) in _folded(value, self.collation)) != self.negate


@dataclass(frozen=True, slots=True)
class ParamFilter:
    """A param-filter (§9.7.3)."""

    name: str
    is_not_defined: bool = False
    text: TextMatch | None = None


@dataclass(frozen=True, slots=True)
class PropFilter:
    """A prop-filter (§9.7.2). ``any_of``: calendar-query-extended's test="anyof"."""

    name: str
    is_not_defined: bool = False
    time_range: TimeRange | None = None
    text: TextMatch | None = None
    params: tuple[ParamFilter, ...] = ()
    any_of: bool = False


@dataclass(frozen=True, slots=True)
class CompFilter:
    """A comp-filter (§9.7.1). ``any_of``: calendar-query-extended's test="anyof"."""

    name: str
    is_not_defined: bool = False
    time_range: TimeRange | None = None
    props: tuple[PropFilter, ...] = ()
    comps: tuple[CompFilter, ...] = ()
    any_of: bool = False


def matches(root: Component, wanted: CompFilter, floating_zone: tzinfo = UTC) -> bool:
    """True where the object matches; ``wanted`` is the outermost comp-filter, which names VCALENDAR."""
    if wanted.name.upper() != root.name:
        return wanted.is_not_defined
    return not wanted.is_not_defined and _inside(FilteredObject(root, floating_zone), root, wanted)


def required_span(wanted: CompFilter) -> tuple[datetime | None, datetime | None]:
    """The range outside which no object can match; (None, None) where the filter has no time range."""
    if wanted.any_of:
        return None, None
    ranges = (each.time_range for each in wanted.comps if each.time_range is not None and not each.is_not_defined)
    first = next(ranges, None)
    return (first.start, first.end) if first is not None else (None, None)


def only_component(wanted: CompFilter) -> bool:
    """True where the filter only names a kind of component, which an index can answer."""
    return _plain(wanted) and all(_plain(each) and not each.comps and each.time_range is None for each in wanted.comps)


def only_time(wanted: CompFilter) -> bool:
    """True where the filter only asks for events, tasks or journals in a range."""
    return (
        _plain(wanted)
        and len(wanted.comps) == 1
        and all(_plain(each) and not each.comps and each.time_range is not None for each in wanted.comps)
    )


def _plain(wanted: CompFilter) -> bool:
    if wanted.is_not_defined or wanted.props or len(wanted.comps) > 1:
        return False
    return wanted.time_range is None or wanted.name.upper() in ("VEVENT", "VTODO", "VJOURNAL")


def required_component(wanted: CompFilter) -> str | None:
    """The one kind of component that can match, if the filter names one."""
    kinds = {each.name.upper() for each in wanted.comps if not each.is_not_defined}
    return kinds.pop() if len(kinds) == 1 and not wanted.any_of else None


def _inside(target: FilteredObject, part: Component, wanted: CompFilter) -> bool:
    tests = chain(
        (partial(_prop_matches, target, part, each) for each in wanted.props),
        (partial(_comp_matches, target, part, each) for each in wanted.comps),
    )
    if not wanted.props and not wanted.comps:
        return True
    return _decided(tests, any_of=wanted.any_of)


def _decided(tests: Iterable[Callable[[], bool]], *, any_of: bool) -> bool:
    """True if all tests are true, or with ``any_of`` at least one.

    A series with too many instances leaves its time test undecided, and the other tests can still decide. Raises
    IcalError, the first one of the tests, where they do not.
    """
    undecided: IcalError | None = None
    for test in tests:
        try:
            if test() == any_of:
                return any_of
        except IcalError as error:
            undecided = undecided or error
    if undecided is not None:
        raise undecided
    return not any_of


def _comp_matches(target: FilteredObject, part: Component, wanted: CompFilter) -> bool:
    name = wanted.name.upper()
    candidates = part.components(name)
    if wanted.is_not_defined:
        return not candidates
    undecided: IcalError | None = None
    if wanted.time_range is not None:
        try:
            candidates = _in_range(target, part, candidates, wanted)
        except IcalError as error:
            undecided = error
    found = _decided((partial(_inside, target, each, wanted) for each in candidates), any_of=True)
    if found and undecided is not None:
        raise undecided
    return found


def _in_range(
    target: FilteredObject, part: Component, candidates: list[Component], wanted: CompFilter
) -> list[Component]:
    assert wanted.time_range is not None
    name = wanted.name.upper()
    if candidates and part.name == "VCALENDAR" and name in ("VEVENT", "VTODO", "VJOURNAL"):
        # The series and its overrides are one object. Any instance may match the range; the component that
        # describes it must match the other conditions.
        return describing(target, name, wanted.time_range)
    return in_time(target, part, candidates, wanted.time_range)


def _prop_matches(target: FilteredObject, part: Component, wanted: PropFilter) -> bool:
    candidates = part.all(wanted.name.upper())
    if wanted.is_not_defined:
        return not candidates
    if not candidates and wanted.time_range is not None and wanted.text is None and not wanted.params:
        return effective_end_matches(target.root, part, wanted.name.upper(), wanted.time_range, target.zone)
    return any(_one_prop_matches(target, each, wanted) for each in candidates)


def _one_prop_matches(target: FilteredObject, prop: Property, wanted: PropFilter) -> bool:
    tests: list[bool] = []
    if wanted.time_range is not None:
        tests.append(prop_in_time(target.root, prop, wanted.time_range, target.zone))
    if wanted.text is not None:
        tests.append(wanted.text.matches(unescape(prop.value)))
    for each in wanted.params:
        values = prop.param_values(each.name.upper())
        if each.is_not_defined:
            tests.append(not values)
        elif each.text is not None:
            tests.append(any(each.text.matches(value) for value in values))
        else:
            tests.append(bool(values))
    if not tests:
        return True
    return any(tests) if wanted.any_of else all(tests)


def _folded(text: str, collation: str) -> str:
    if collation == "i;octet":
        return text
    if collation == "i;unicode-casemap":
        # RFC 5051 compares decomposed characters: é as one or as two characters is equal.
        return normalize("NFKD", normalize("NFKD", text).casefold())
    return "".join(each.lower() if each.isascii() else each for each in text)
