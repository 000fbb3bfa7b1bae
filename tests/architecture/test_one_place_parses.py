"""Calendar texts are parsed by CalendarText alone, so that none is parsed twice."""

import re
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src" / "televent"
NAMES_PARSE = re.compile(r"^from televent\.ical\.text\.tree import [^\n]*\bparse\b|\btree\.parse\(", re.MULTILINE)

TEXTS = "ical/objects/calendar_text.py"
FRAGMENTS = {
    "ical/itip/moments.py": "the VTIMEZONE that a message needs",
    "ical/objects/own_parts.py": "one reader's alarm",
    "ical/objects/plain_event.py": "a VTIMEZONE that many texts have",
    "ical/objects/default_alarms.py": "the alarms that a client wants for new events",
    "ical/objects/zone_references.py": "the VTIMEZONE in a property of a calendar, and one that an answer needs",
    "ical/queries/availability.py": "the availability in a property of the inbox",
    "adapters/caldav/methods/outbox.py": "the VFREEBUSY request in a POST to the outbox",
    "adapters/caldav/reports/availability.py": "the availability in a property of the inbox",
    "adapters/caldav/reports/zone.py": "the VTIMEZONE in a REPORT",
    "adapters/sandbox/mail/reading.py": "the calendar in a mail that the sandbox shows",
}
"""Modules that parse something else than a stored calendar object or an iTIP message, and what."""


def test_only_calendar_text_parses_calendar_texts() -> None:
    found = {str(path.relative_to(SOURCES)) for path in SOURCES.rglob("*.py") if NAMES_PARSE.search(path.read_text())}
    assert found == {TEXTS, *FRAGMENTS}
