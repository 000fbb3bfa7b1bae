"""Stored names are forever: every name has its golden file, and every golden file loads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from televent.application.event_store import catalogue
from televent.application.event_store.deciders import decider_of
from televent.ical.itip.precedence import Trust

GOLDEN = Path(__file__).parents[2] / "golden"
FILES = sorted(GOLDEN.glob("*.json"))


def test_every_stored_name_has_its_golden_file() -> None:
    names = {*catalogue.NAMES, *catalogue.UPCASTERS}
    assert {json.loads(path.read_text())["name"] for path in FILES} == names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_file_loads_and_means_the_same(path: Path) -> None:
    golden = json.loads(path.read_text())
    fact, fields = catalogue.resolve(golden["name"], golden["fields"])
    loaded: object = msgspec.convert(fields, fact, strict=False)
    if golden["name"] not in catalogue.UPCASTERS:
        assert json.loads(msgspec.json.encode(loaded)) == golden["fields"]


def test_every_class_is_stored_under_one_name() -> None:
    assert len(set(catalogue.NAMES.values())) == len(catalogue.NAMES)


@pytest.mark.parametrize("fact", catalogue.NAMES.values(), ids=lambda fact: fact.__name__)
def test_every_stored_class_belongs_to_a_kind_of_stream(fact: type) -> None:
    assert decider_of(fact).name in ("account", "calendar", "calendar-object", "inbox-item", "mount", "overlay")
    assert catalogue.NAMES[catalogue.name_of(fact)] is fact


def test_an_old_name_is_brought_up_to_date_step_by_step() -> None:
    @dataclass(frozen=True)
    class Renamed:
        title: str
        place: str

    def first(fields: dict[str, Any]) -> dict[str, Any]:
        return {"title": fields["name"]}

    def second(fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "place": "nowhere"}

    fact, fields = catalogue.resolve(
        "named/1",
        {"name": "Lunch"},
        names={"named/3": Renamed},
        upcasters={"named/1": ("named/2", first), "named/2": ("named/3", second)},
    )
    assert fact(**fields) == Renamed("Lunch", "nowhere")


def test_a_name_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(catalogue.UnknownStoredName):
        catalogue.resolve("never-heard/1", {})
    with pytest.raises(catalogue.UnknownStoredName):
        catalogue.name_of(dict)


def test_a_mark_without_a_trust_is_read_as_the_lowest_that_is_applied() -> None:
    golden = json.loads((GOLDEN / "rsvp-given-1.json").read_text())
    assert golden["fields"]["mark"].pop("trust") == Trust.T2
    fact, fields = catalogue.resolve(golden["name"], golden["fields"])
    loaded: Any = msgspec.convert(fields, fact, strict=False)
    assert loaded.mark.trust == Trust.T2


def test_answers_and_proposals_of_before_are_read() -> None:
    """An answer without a delegate, and a proposal that does not say whether it was outdated."""
    for name, field, value in (
        ("rsvp-given", "delegated_to", None),
        ("rsvp-given", "guests", 0),
        ("counter-proposed", "outdated", False),
    ):
        golden = json.loads((GOLDEN / f"{name}-1.json").read_text())
        del golden["fields"][field]
        fact, fields = catalogue.resolve(golden["name"], golden["fields"])
        assert getattr(msgspec.convert(fields, fact, strict=False), field) == value
