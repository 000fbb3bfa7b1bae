"""The policy of notices: which facts make which messages, and that each names its fact."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from televent.application.event_store.envelope import Envelope
from televent.application.messages.chat import AnswerNotice, InvitationCard
from televent.domain.calendar_object.details import People, WhatChanged
from televent.domain.calendar_object.events import (
    EventCancelled,
    InvitationReceived,
    Outline,
    RsvpGiven,
    Splice,
)
from televent.domain.ids import AccountId, StreamKey
from televent.policies.notices import react

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
STREAM = UUID(int=2)
ENVELOPE = Envelope(
    StreamKey(AccountId(UUID(int=1)), STREAM), 7, 70, "rsvp-given/1", "a", "caldav", NOW, UUID(int=3), "c"
)
OUTLINE = Outline("VEVENT", NOW, None, False, 0, "attendee", "ann@example.com", "NEEDS-ACTION", None, "Sync")
NOTHING = Splice(0, 0, b"")
INVITED = InvitationReceived(
    calendar_id=UUID(int=4),
    href="m.ics",
    uid="m",
    asks=True,
    organizer="ann@example.com",
    organizer_name="Ann",
    marks=(),
    outline=OUTLINE,
    change=NOTHING,
    what=WhatChanged(None, None),
    people=People(),
)
CANCELLED = EventCancelled(None, "ann@example.com", "Ann", (), OUTLINE, NOTHING, WhatChanged(None, None))
ANSWERED = RsvpGiven(
    attendee="bob@example.com",
    partstat="ACCEPTED",
    recurrence_id=None,
    own=False,
    mark=None,
    outline=OUTLINE,
    change=NOTHING,
    name="Bob",
    was="NEEDS-ACTION",
    occurrence=None,
    comment=None,
)


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        (INVITED, InvitationCard(STREAM, "invited", 7)),
        (replace(INVITED, asks=False), InvitationCard(STREAM, "revised", 7)),
        (replace(INVITED, only_answers=True), None),
        (CANCELLED, InvitationCard(STREAM, "cancelled", 7)),
        (ANSWERED, AnswerNotice(STREAM, 7)),
        (replace(ANSWERED, was="ACCEPTED"), None),
        (replace(ANSWERED, was="ACCEPTED", comment="Late"), AnswerNotice(STREAM, 7)),
        (replace(ANSWERED, own=True), InvitationCard(STREAM, "answered", 7)),
    ],
)
def test_each_fact_makes_its_message_once(fact: Any, message: object) -> None:
    made = react(fact, ENVELOPE)
    assert [each.message for each in made] == ([message] if message is not None else [])
    assert react(fact, ENVELOPE) == made


def test_an_answer_by_the_bot_is_shown_by_the_bot_itself() -> None:
    assert react(replace(ANSWERED, own=True), replace(ENVELOPE, door="bot")) == []
