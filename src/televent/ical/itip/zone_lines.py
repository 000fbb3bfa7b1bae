"""Writes the TZID parameter of a foreign date line as RFC 5545 §3.2 and §3.2.19 want it."""

from __future__ import annotations

import re
from typing import Final

from televent.ical.zones.tzid import spelled

_TZID_PARAMETER: Final = re.compile(r";TZID=", re.IGNORECASE)
_QUOTED_TZID: Final = re.compile(r';TZID="([^"]*)"', re.IGNORECASE)
_TIMES: Final = re.compile(r"[0-9TZ,/PDHMSW+-]*")
_LAST_PARAMETER: Final = re.compile(r";[A-Za-z-]{1,40}=[^;:\",]{0,80}\Z")
_MAX_PARAMETERS: Final = 8
"""Max parameters after an unquoted TZID that are told from it."""
_LONGEST: Final = 130
"""Max characters of such a parameter."""


def with_quoted_zone(line: str) -> str:
    """The line of a date with its TZID as RFC 5545 §3.2 writes it: in quotation marks where it has a colon or comma.

    Exchange writes ``TZID=tzone://Microsoft/Utc`` and other programs ``TZID=(UTC+01:00) Amsterdam, Berlin`` without
    them. A date has no colon, so the value begins after the last one.
    """
    found = _TZID_PARAMETER.search(line)
    if found is None:
        return line
    head, rest = line[: found.start()], line[found.end() :]
    if (quoted := _QUOTED_TZID.match(line, found.start())) is not None:
        return f"{head};TZID={_quoted(quoted[1])}{line[quoted.end() :]}"
    rest, colon, value = rest.rpartition(":")
    if not colon or '"' in rest or _TIMES.fullmatch(value.strip()) is None:
        return line
    more = ""
    for _ in range(_MAX_PARAMETERS):
        last = _LAST_PARAMETER.search(rest[-_LONGEST:])
        if last is None:
            break
        more, rest = last[0] + more, rest[: len(rest) - len(last[0])]
    return f"{head};TZID={_quoted(rest)}{more}:{value}"


def _quoted(tzid: str) -> str:
    name = spelled(tzid).replace('"', "'")
    return f'"{name}"' if any(each in name for each in ":;,") else name
