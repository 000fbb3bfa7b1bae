"""Writes the golden files of stored facts: one sample of each class, in the shape that it has today.

``python -m support.golden`` (in ``tests``) adds missing files and corrects those that no longer fit. A file that still
means the same keeps every byte. Use it only before a release: a released shape gets a new name instead.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from televent.application.event_store import catalogue

GOLDEN = Path(__file__).parents[1] / "golden"

_NAMED: dict[str, Any] = {
    "uid": "6e0c2f7a@televent.app",
    "href": "6e0c2f7a.ics",
    "address": "bob@example.com",
    "attendee": "bob@example.com",
    "organizer": "ann@example.com",
    "organizer_name": "Ann",
    "recurrence_id": "20261121T100000Z",
    "component": "VEVENT",
    "partstat": "ACCEPTED",
    "local": "20261121T110000",
    "zone": "Europe/Berlin",
    "rule": "FREQ=WEEKLY;COUNT=5",
    "title": "Team Sync",
    "summary": "Team Sync",
    "place": "Room 4",
    "status": "CONFIRMED",
    "properties": ["DESCRIPTION", "VALARM"],
    "name": "Bob",
    "comment": "See you there",
    "reason": "party-crasher",
    "role": "organizer",
}
_ANSWERS = {"was": "NEEDS-ACTION", "now": "ACCEPTED"}


def sample(hint: Any, name: str = "") -> Any:
    """A value of a field, as JSON has it; every optional field is there."""
    if get_origin(hint) is typing.Annotated:
        return sample(get_args(hint)[0], name)
    if get_origin(hint) in (types.UnionType, typing.Union):
        return sample(next(each for each in get_args(hint) if each is not type(None)), name)
    if hasattr(hint, "__dataclass_fields__"):
        return {field: sample(kind, field) for field, kind in get_type_hints(hint, include_extras=True).items()}
    if hint is str and name in _ANSWERS:
        return _ANSWERS[name]
    if name in _NAMED:
        return _NAMED[name]
    if get_origin(hint) is tuple:
        return [sample(each) for each in get_args(hint) if each is not Ellipsis]
    if get_origin(hint) in (dict, Mapping):
        return {"key": "value"}
    plain = {"str": "text", "int": 1, "bool": True, "bytes": "U1VNTUFSWTpUZWFtDQo="}
    plain |= {"datetime": "2026-11-21T10:00:00Z", "time": "08:00:00"}
    return plain.get(getattr(hint, "__name__", ""), "6e0c2f7a-3f0f-4a52-9d5b-0c7f3a1b2c3d")


def fields_of(fact: type, known: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of a fact: as the golden file has it, else a sample."""
    hints = get_type_hints(fact, include_extras=True)
    return {name: known[name] if name in known else sample(hint, name) for name, hint in hints.items()}


def main() -> None:
    """Writes every file. Raises msgspec.ValidationError for a known field whose type has changed."""
    names = {name: GOLDEN / f"{name.replace('/', '-')}.json" for name in catalogue.NAMES}
    for name, path in names.items():
        known = json.loads(path.read_text())["fields"] if path.exists() else {}
        fact = catalogue.NAMES[name]
        fields = json.loads(msgspec.json.encode(msgspec.convert(fields_of(fact, known), fact, strict=False)))
        path.write_text(json.dumps({"name": name, "fields": fields}, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
