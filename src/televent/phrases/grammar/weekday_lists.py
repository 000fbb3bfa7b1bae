"""Reads one weekday or several: "Monday, Wednesday and Friday", "пн, ср и пт", "mon-fri", "вторникам и четвергам"."""

from __future__ import annotations

from televent.phrases.grammar.cursor import Sentence
from televent.phrases.words.vocabulary import AND, DASHES, WEEKDAYS, WEEKDAYS_REPEATED

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The weekdays of RFC 5545 §3.3.10, from Monday."""


def weekdays_at(text: Sentence, at: int) -> tuple[tuple[str, ...], int]:
    """One weekday or several: "Monday, Wednesday and Friday", "пн, ср и пт", "mon-fri", "вторникам и четвергам"."""
    table = {**WEEKDAYS, **WEEKDAYS_REPEATED}
    first = text.look_up(at, table)
    if first is None:
        return (), at
    found = [first]
    at += 1
    while True:
        at = text.skip(at, (".",)) if text.token(at).glued and text.low(at + 1) else at
        joint = text.skip(at, (",", "/", "&", "+", *AND), 2)
        joint = text.skip(joint, ("on", "по", "в", "во", "every", "each", "каждый", "каждую", "каждое"), 1)
        following = text.look_up(joint, table)
        if following is not None and joint > at:
            found.append(following)
            at = joint + 1
            continue
        if (text.low(at) in DASHES or text.low(at) in ("to", "through", "thru", "по")) and len(found) == 1:
            last = text.look_up(at + 1, table)
            if last is not None and last > found[0]:
                found = list(range(found[0], last + 1))
                at += 2
        break
    return tuple(DAYS[day] for day in sorted(set(found))), at
