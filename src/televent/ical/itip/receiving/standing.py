"""Answers that stand although the organizer's copy has asked again: the meeting was moved, and moved back before the
attendee was told. So it asks them what it asked them before (ADR 63)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from televent.ical.itip.parts import Parts, is_cancelled, parts_of, sequence_of
from televent.ical.itip.people import UNANSWERED, attendees_of, partstat_of
from televent.ical.itip.precedence import Ledger, Mark
from televent.ical.itip.rescheduling import rescheduled
from televent.ical.itip.series import described
from televent.ical.objects.calendar_text import CalendarText

_KEPT: Final = frozenset({"ACCEPTED", "DECLINED", "TENTATIVE"})


@dataclass(frozen=True, slots=True)
class StandingAnswer:
    """An answer to the occurrence *recurrence_id* (None: the series), and the message by which it came."""

    recurrence_id: str | None
    partstat: str
    mark: Mark


def sequence_asked(told: Parts, copy: Parts, rid: str | None, address: str) -> int | None:
    """The SEQUENCE of the occurrence *rid* (None: the series) in *told*, the text that the attendee was told last.

    None where *copy*, the organizer's of now, asks something else, or where *told* did not ask them. Raises IcalError.
    """
    asked = described(told, rid)
    if asked is None or is_cancelled(asked) or address not in attendees_of(asked):
        return None
    place = rid if copy.get(rid) is not None else None
    return None if rescheduled(told, copy, place) else sequence_of(asked)


def standing_answers(texts: Sequence[CalendarText], address: str, known: Ledger) -> Iterator[StandingAnswer]:
    """The answers of the attendee that the organizer's copy lost without a word to them.

    *texts*: the one that the attendee was told last, and those that the copy has had since, the last of which is that
    of now. *known*: the ledger of now. Raises IcalError.
    """
    told, copy = parts_of(texts[0]), parts_of(texts[-1])
    earlier: list[Parts] | None = None
    for rid, component in copy.items():
        asked = sequence_asked(told, copy, rid, address)
        mark = known.get((rid, address)) or known.get((None, address))
        current = sequence_of(component)
        if asked is None or asked >= current or mark is None or mark.sequence >= current:
            continue
        if is_cancelled(component) or _answer(copy, rid, address) != UNANSWERED:
            continue
        earlier = earlier if earlier is not None else [parts_of(each) for each in reversed(texts[:-1])]
        given = (_answer(each, rid, address) for each in earlier if not rescheduled(each, copy, rid))
        last = next((each for each in given if each not in (None, UNANSWERED)), None)
        if last in _KEPT:
            yield StandingAnswer(rid, last, mark)


def _answer(parts: Parts, rid: str | None, address: str) -> str | None:
    component = described(parts, rid)
    line = attendees_of(component).get(address) if component is not None else None
    return partstat_of(line) if line is not None else None
