"""Translates AALARM, DALARM and MALARM of vCalendar 1.0 into VALARM (RFC 5545 §3.6.6). PALARM, which runs a program,
is dropped."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

import icalendar

from televent.ical.mending.composing import add, component
from televent.ical.mending.logical_lines import LogicalLine
from televent.ical.mending.vcalendar1_zones import Zone
from televent.ical.text.values import Moment, duration, escape, moment

ALARMS: Final = {"AALARM": "AUDIO", "DALARM": "DISPLAY", "MALARM": "EMAIL"}
"""The ACTION of each kind of alarm."""
MAX_REPEAT: Final = 100
"""Max repetitions of an alarm."""
_FIELD: Final = re.compile(r"(?<!\\);")


def alarm(line: LogicalLine, start: Moment | None, zone: Zone | None, summary: str) -> icalendar.Component | None:
    """The VALARM of ``run time;snooze;repeat;content``; None where its time cannot be read.

    The run time becomes relative to the start, so that each occurrence of a series has its alarm.
    """
    run, snooze, repeat, *content = [each.strip() for each in [*_FIELD.split(line.value), "", "", "", "", ""]]
    ahead = _ahead(run, start, zone)
    if ahead is None:
        return None
    made = component("VALARM")
    action = ALARMS[line.name.upper()]
    add(made, "ACTION", action)
    made.add("trigger", ahead)
    # MALARM names the address first, then the note.
    text = escape(content[1 if action == "EMAIL" else 0].replace("\\;", ";") or summary or "Alarm")
    if action != "AUDIO":
        add(made, "DESCRIPTION", text)
    if action == "EMAIL":
        address = content[0].strip("<>")
        if "@" not in address:
            return None
        add(made, "SUMMARY", escape(summary or "Alarm"))
        add(made, "ATTENDEE", f"mailto:{address}")
    pause = duration(snooze)
    if pause is not None and pause > timedelta(0) and repeat.isascii() and repeat.isdigit():
        made.add("duration", pause)
        made.add("repeat", min(int(repeat[:4]), MAX_REPEAT))
    return made


def _ahead(run: str, start: Moment | None, zone: Zone | None) -> timedelta | None:
    if (relative := duration(run)) is not None:
        return relative
    when = moment(run)
    if start is None or when is None:
        return None
    try:
        return _comparable(when, zone) - _comparable(start, zone)
    except (TypeError, OverflowError):  # one is floating, the other is in UTC
        return None


def _comparable(value: Moment, zone: Zone | None) -> datetime:
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 (on the vCalendar's clock)
    return zone.utc(value) if value.tzinfo is None and zone is not None else value
