"""An attendee's PUT of a series reaches the overrides that it does not mention: RFC 6638 §3.2.10.1, RFC 5546 §3.2.3.

Another attendee's answer to one occurrence makes an override in every copy, and leaves the Schedule-Tag as it is. So a
client may answer a series, or set an alarm on it, and not have read that there is an override. It means that occurrence
too. The organizer's server takes an answer to the series as one to every instance, so without this the two copies would
differ for good.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from televent.ical.itip.overlay import answering, mark_busy, replace_lines
from televent.ical.itip.parts import Parts, is_cancelled, occurrence
from televent.ical.itip.people import UNANSWERED, mine_in, own_lines, partstat_of
from televent.ical.itip.series import around
from televent.ical.text.tree import Component

_WITH_THE_ANSWER: Final = ("TRANSP", "COMMENT", "PERCENT-COMPLETE", "COMPLETED")
_WITH_THE_SERIES: Final = ("CATEGORIES", "COLOR")


def follow_series(before: Parts, after: Parts, rid: str, mine: Collection[str], *, unread: bool) -> None:
    """Lays the attendee's change of the series on the override *rid*, which both texts have.

    *before* is the stored text, *after* the new one, mended; the override in *after* is edited. *mine* are the
    attendee's addresses. *unread*: the client did not send the override. It then takes the answer and each other own
    part that it had from the series. An override that the client sent takes an answer only where it has none.
    """
    was, now, override = before.master, after.master, after.overrides[rid]
    if was is None or now is None:
        return
    answer = partstat_of(mine_in(now, mine))
    if answer != partstat_of(mine_in(was, mine)) and _follows(before, was, rid, override, mine, unread=unread):
        _give(override, answer, mine)
    if not unread:
        return
    same = partstat_of(mine_in(override, mine)) == answer
    for name in (*_WITH_THE_SERIES, *(_WITH_THE_ANSWER if same else ())):
        if _values(override, name) == _values(was, name):
            replace_lines(override, name, now.all(name))
    if _alarms(override) == _alarms(was):
        _replace_alarms(override, now)


def spread_answer(after: Parts, rid: str, mine: Collection[str], *, sent: Collection[str]) -> None:
    """Gives the attendee's answer to the occurrence *rid* to all later ones (RANGE=THISANDFUTURE, RFC 5545 §3.2.13).

    Few clients can read one override for many occurrences, so each later one gets its own. Where there are too many, or
    the series has no end, the series gets the answer, and each earlier occurrence an override with the old one. The
    overrides *sent* by the client keep their answers, and so do those at another time than the series gives.
    """
    answer = partstat_of(mine_in(after.overrides[rid], mine))
    earlier, later = around(after, rid)
    following = {each for each in after.overrides if each > rid} | set(later or ())
    for each in [*following, *(earlier if later is None else [])]:
        plain = occurrence(after, each)
        if plain is None or each in sent:
            continue
        standing = after.overrides.get(each)
        if standing is None:
            after.add(each, plain)
        elif is_cancelled(standing) or after.span(standing) != after.span(plain):
            continue
        if each > rid:
            _give(after.overrides[each], answer, mine)
    if later is None and after.master is not None:
        _give(after.master, answer, mine)


def _give(component: Component, answer: str, mine: Collection[str]) -> None:
    """Writes the answer on every line of the attendee."""
    mark_busy(component, partstat_of(mine_in(component, mine)), answer)
    for prop in own_lines(component, mine).values():
        component.replace(prop, answering(prop, answer))


def _follows(
    before: Parts, was: Component, rid: str, override: Component, mine: Collection[str], *, unread: bool
) -> bool:
    """Whether the override has no answer of its own, and its time is the one that the attendee answers."""
    standing, plain = before.overrides[rid], occurrence(before, rid)
    if is_cancelled(override) or plain is None or before.span(plain) != before.span(standing):
        return False
    own = partstat_of(mine_in(override, mine))
    if own != partstat_of(mine_in(standing, mine)):
        return False
    return own == UNANSWERED or (unread and own == partstat_of(mine_in(was, mine)))


def _values(component: Component, name: str) -> list[str]:
    return [prop.value for prop in component.all(name)]


def _alarms(component: Component) -> list[bytes]:
    return [alarm.to_bytes() for alarm in component.components("VALARM")]


def _replace_alarms(override: Component, series: Component) -> None:
    if _alarms(override) == _alarms(series):
        return
    for alarm in override.components("VALARM"):
        override.remove(alarm)
    for alarm in series.components("VALARM"):
        override.add(alarm.copy())
