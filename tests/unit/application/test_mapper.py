"""Sealing, erasure and the chain of stored events."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from televent.application.event_store import catalogue
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import decider_of
from televent.application.event_store.mapper import ErasedSubject, FactMapper, NewEvent, UnreadableFact, genesis, link
from televent.application.event_store.recorded import RecordedEvent
from televent.domain.account.events import AccountOpened
from televent.domain.calendar_object.details import Details, WhatChanged, When
from televent.domain.calendar_object.events import EventCreated, EventDeleted, Outline, Splice
from televent.domain.calendar_object.parked_mail import MailParked
from televent.domain.ids import AccountId, StreamKey
from televent.domain.personal import personal_fields

GOLDEN = Path(__file__).parents[2] / "golden"
TENANT = AccountId(UUID(int=1))
KEY = StreamKey(TENANT, UUID(int=2))
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
OUTLINE = Outline("VEVENT", NOW, None, False, 0, "none", None, None, None, "Secret lunch")
WHAT = WhatChanged(None, Details(When("20261121", None, None), None, None, "Secret lunch", "", None))


class Keys:
    """One key for all persons, until it is destroyed."""

    vault = None

    def __init__(self) -> None:
        self.stored: bytes | None = bytes(32)

    def key(self, subject: UUID) -> bytes | None:
        return self.stored

    def shred(self, subject: UUID) -> None:
        self.stored = None

    def forget(self, subject: UUID) -> None:
        """There is no cache."""


def stored(mapper: FactMapper, fact: object, version: int = 1, previous: bytes | None = None) -> RecordedEvent:
    context = Context(TENANT, "ann", "bot", NOW, UUID(int=3), "request")
    return mapper.to_stored_event(NewEvent(str(KEY), version, fact, context, TENANT, previous or genesis(str(KEY))))


def created() -> EventCreated:
    return EventCreated(UUID(int=4), "a.ics", "uid", OUTLINE, Splice(0, 0, b"BEGIN:VCALENDAR"), WHAT)


def test_a_fact_comes_back_as_it_was() -> None:
    mapper = FactMapper(Keys())
    assert mapper.to_fact(stored(mapper, created())) == created()
    assert mapper.to_fact(stored(mapper, EventDeleted(None))) == EventDeleted(None)


def test_what_is_personal_cannot_be_read_in_the_store() -> None:
    event = stored(FactMapper(Keys()), created())
    assert b"a.ics" in event.state
    assert b"Secret lunch" not in event.state
    assert b"VCALENDAR" not in event.state


def test_a_fact_loads_with_placeholders_once_the_key_is_destroyed() -> None:
    keys = Keys()
    mapper = FactMapper(keys)
    event, opened = stored(mapper, created()), stored(mapper, AccountOpened(1001, "Ann", "Europe/London", "en"))
    keys.stored = None
    fact = mapper.to_fact(event)
    assert (fact.uid, fact.href) == ("uid", "a.ics")
    assert (fact.outline.summary, fact.change.inserted) == ("", b"")
    assert mapper.to_fact(opened) == AccountOpened(None, "", "Europe/London", "en")


def test_a_parked_mail_names_nobody_once_the_key_is_destroyed() -> None:
    keys = Keys()
    mapper = FactMapper(keys)
    parked = MailParked("reply-unproven", "REPLY", "zed@example.net", "5e88", "Secret lunch", (None,), NOW)
    event = stored(mapper, parked)
    assert b"zed@example.net" not in event.state
    assert mapper.to_fact(event) == parked
    keys.stored = None
    assert mapper.to_fact(event) == MailParked("reply-unproven", "REPLY", "", "5e88", "", (None,), NOW)


def test_what_an_upcaster_adds_outlasts_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keys()
    mapper = FactMapper(keys)
    event = stored(mapper, created())
    renamed = {"event-created/1": ("event-created/2", lambda fields: {**fields, "href": "b.ics"})}
    names = {"event-created/2": EventCreated}
    monkeypatch.setattr(catalogue, "resolve", partial(catalogue.resolve, names=names, upcasters=renamed))
    assert mapper.to_fact(event).href == "b.ics"
    keys.stored = None
    assert (mapper.to_fact(event).href, mapper.to_fact(event).change.inserted) == ("b.ics", b"")


def test_nothing_personal_is_written_about_an_erased_person() -> None:
    keys = Keys()
    keys.stored = None
    with pytest.raises(ErasedSubject):
        stored(FactMapper(keys), created())


def test_a_sealed_part_is_worth_nothing_in_another_place() -> None:
    mapper = FactMapper(Keys())
    event = stored(mapper, created())
    with pytest.raises(UnreadableFact):
        mapper.to_fact(replace(event, originator_version=2))


def test_the_chain_depends_on_every_event_before() -> None:
    mapper = FactMapper(Keys())
    first = stored(mapper, created())
    second = stored(mapper, EventDeleted(None), 2, first.chain)
    assert first.chain == link(genesis(str(KEY)), 1, first.topic, first.state)
    assert second.chain == link(first.chain, 2, second.topic, second.state)
    assert stored(mapper, EventDeleted(None), 2).chain != second.chain


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_every_fact_of_an_erased_person_loads_and_folds(path: Path) -> None:
    golden = json.loads(path.read_text())
    kind, fields = catalogue.resolve(golden["name"], golden["fields"])
    fact: Any = msgspec.convert(fields, kind, strict=False)
    keys = Keys()
    mapper = FactMapper(keys)
    event = stored(mapper, fact)
    assert mapper.to_fact(event) == fact
    keys.stored = None
    erased = mapper.to_fact(event)
    personal = personal_fields(type(fact))
    assert all(
        getattr(erased, name) == getattr(fact, name) for name in fact.__dataclass_fields__ if name not in personal
    )
    decider = decider_of(type(erased))
    decider.evolve(decider.initial, erased)
