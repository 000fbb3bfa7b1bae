"""Translates ATTENDEE and STATUS of vCalendar 1.0 into iCalendar (RFC 5545 §3.2.12, §3.2.16, §3.8.1.11)."""

from __future__ import annotations

import re
from typing import Final

from televent.ical.mending.logical_lines import LogicalLine
from televent.ical.text.lines import parse_params

_ANGLED: Final = re.compile(r"<\s*([^<>\s]{1,300})\s*>")
_ANGLES: Final = re.compile("[<>]")
_PARTSTAT: Final = {
    "ACCEPTED": "ACCEPTED",
    "CONFIRMED": "ACCEPTED",
    "COMPLETED": "ACCEPTED",
    "TENTATIVE": "TENTATIVE",
    "DECLINED": "DECLINED",
    "DELEGATED": "DELEGATED",
}
_ROLE: Final = {"FYI": "NON-PARTICIPANT", "REQUEST": "OPT-PARTICIPANT"}
"""ROLE by EXPECT. REQUIRE, IMMEDIATE and a missing EXPECT are REQ-PARTICIPANT, the default."""
_STATUS: Final = {
    "VEVENT": {"TENTATIVE": "TENTATIVE", "CONFIRMED": "CONFIRMED", "ACCEPTED": "CONFIRMED", "CANCELLED": "CANCELLED"},
    "VTODO": {
        "NEEDS ACTION": "NEEDS-ACTION",
        "NEEDS-ACTION": "NEEDS-ACTION",
        "SENT": "NEEDS-ACTION",
        "ACCEPTED": "IN-PROCESS",
        "CONFIRMED": "IN-PROCESS",
        "COMPLETED": "COMPLETED",
        "CANCELLED": "CANCELLED",
    },
}

Line = tuple[str, str, dict[str, list[str]]]


def status(value: str, kind: str) -> str | None:
    """The STATUS of a component; None where iCalendar has no such value for its kind."""
    return _STATUS.get(kind, {}).get(value.strip().upper())


def person(line: LogicalLine, *, organized: bool) -> list[Line]:
    """An ATTENDEE as (property, address, parameters); none where it has no mail address.

    ``organized`` says that the component has an ORGANIZER already: the first ORGANIZER or OWNER counts.
    """
    params, _ = parse_params(f"{line.params}:")
    named_values = {name: values[0].strip().upper() for name, values in params if values and values[0]}
    text = re.sub(r"\Amailto:\s*", "", line.value.strip(), flags=re.IGNORECASE)
    angled = _ANGLED.search(text)
    # The name is what stands between the address and the angle before it.
    name, address = (_ANGLES.split(text[: angled.start()])[-1], angled[1]) if angled is not None else ("", text)
    address = re.sub(r"\Amailto:", "", address, flags=re.IGNORECASE)
    if "@" not in address or re.search(r"\s", address):
        return []
    cn = name.strip().strip('"').strip()
    named = {"CN": [cn]} if cn else {}
    found: list[Line] = []
    organizes = named_values.get("ROLE") in ("ORGANIZER", "OWNER")
    if organizes and not organized:
        found.append(("ORGANIZER", f"mailto:{address}", named))
    asked = {
        **named,
        "ROLE": ["CHAIR" if organizes else _ROLE.get(named_values.get("EXPECT", ""), "REQ-PARTICIPANT")],
        "PARTSTAT": [_PARTSTAT.get(named_values.get("STATUS", ""), "ACCEPTED" if organizes else "NEEDS-ACTION")],
    }
    if named_values.get("RSVP") in ("YES", "TRUE"):
        asked["RSVP"] = ["TRUE"]
    found.append(("ATTENDEE", f"mailto:{address}", asked))
    return found
