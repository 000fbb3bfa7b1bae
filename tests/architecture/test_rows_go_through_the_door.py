"""The door hides the private parts of a shared calendar: no method and no report reads members past it (ADR 16)."""

import re
from pathlib import Path

CALDAV = Path(__file__).parents[2] / "src" / "televent" / "adapters" / "caldav"
READING = re.compile(r"\breads\s*\.\s*(members|listed|changed|overlapping|resources|by_stream|by_uid|find)\b")


def test_members_are_read_through_the_door_alone() -> None:
    guilty = {
        str(path.relative_to(CALDAV)): found
        for path in sorted(CALDAV.rglob("*.py"))
        if path.name != "door.py" and (found := READING.findall(path.read_text()))
    }
    assert guilty == {}
