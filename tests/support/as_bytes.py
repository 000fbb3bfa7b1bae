"""The functions of ical that take and return calendar texts, wrapped for tests that pass and expect bytes.

A function that returns its own argument unchanged returns the same bytes object here.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any, TypeVar

from televent.adapters.email.outgoing import wire
from televent.ical.editing import attachments, compose
from televent.ical.editing import edits as editing_edits
from televent.ical.itip import changes, delivery, parts, results, roles
from televent.ical.itip.message import read_message
from televent.ical.itip.receiving import answers, incoming
from televent.ical.itip.sending import allowed, asked, organizer, outgoing, replies
from televent.ical.objects import own_parts as objects_own_parts
from televent.ical.objects import sharees, validity
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Reading
from televent.ical.queries import occurs as queries_occurs
from televent.ical.recurrence import occurrences as recurrence_occurrences
from televent.ical.text.tree import Component

T = TypeVar("T")


def _given(value: Any) -> Any:
    if isinstance(value, Component):
        return CalendarText.of_tree(value)
    return CalendarText(value) if isinstance(value, bytes) else value


def _takes_bytes(function: Callable[..., T]) -> Callable[..., T]:
    """The function with bytes for each text among its positional arguments."""

    def call(*args: Any, **kwargs: Any) -> T:
        return function(*map(_given, args), **kwargs)

    return call


def _gives_bytes(function: Callable[..., CalendarText]) -> Callable[..., bytes]:
    """The same, and bytes for the returned text."""

    def call(*args: Any, **kwargs: Any) -> bytes:
        return function(*map(_given, args), **kwargs).raw

    return call


def _takes_tree(function: Callable[..., T]) -> Callable[..., T]:
    """The function with bytes for its tree argument."""

    def call(text: bytes | Component, *args: Any, **kwargs: Any) -> T:
        return function(CalendarText(text).tree if isinstance(text, bytes) else text, *args, **kwargs)

    return call


def as_busy(text: bytes) -> bytes | None:
    """The text as busy time only."""
    shown = sharees.as_busy(CalendarText(text))
    return shown.raw if shown is not None else None


def read(text: bytes) -> Reading:
    """The text as values."""
    return CalendarText(text).reading


def read_parts(text: bytes | Component) -> parts.Parts:
    """The parts of a text or of a tree."""
    return parts.read_parts(CalendarText(text).copy() if isinstance(text, bytes) else text)


@dataclass(frozen=True)
class Applied:
    """``results.Applied``, its text as bytes."""

    text: bytes | None
    change: results.Change
    answers: tuple[results.Answer, ...]
    asks_again: bool
    reason: str | None
    marks: tuple[results.MarkRow, ...]
    proposals: tuple[results.Proposal, ...]
    keeps_answer: bool
    declined: tuple[str, ...]
    recurrence_ids: tuple[str | None, ...]


def receive(stored: bytes | None, message: bytes, *, method: str | None = None, **known: Any) -> Applied:
    """The copy after the message."""
    applied = incoming.receive(_given(stored), read_message(message, method=method), **known)
    values = {each.name: getattr(applied, each.name) for each in fields(applied)}
    return Applied(**values | {"text": None if applied.text is None else applied.text.raw})


def own_parts(text: bytes) -> bytes:
    """A sharee's own parts of the text, as they are stored."""
    return objects_own_parts.own_parts(CalendarText(text)).kept()


def with_own_parts(text: bytes, kept: bytes | None) -> bytes:
    """The text with the parts that are stored as ``kept``."""
    own = objects_own_parts.kept_parts(kept) if kept is not None else None
    return objects_own_parts.with_own_parts(CalendarText(text), own).raw


with_sequence_from = _gives_bytes(organizer.with_sequence_from)
add_attachment = _gives_bytes(attachments.add_attachment)
apply_answer = _gives_bytes(answers.apply_answer)
as_attendee = _gives_bytes(wire.as_attendee)
as_organizer = _gives_bytes(wire.as_organizer)
asked_again = _takes_bytes(asked.asked_again)
refusals = _takes_bytes(replies.refusals)
attendee_messages = _takes_bytes(outgoing.attendee_messages)
attendees_with = _takes_bytes(attachments.attendees_with)
each_occurrence = _takes_tree(recurrence_occurrences.each_occurrence)
foreign = _gives_bytes(attachments.foreign)
invite = _gives_bytes(compose.invite)
known_attachments = _takes_bytes(attachments.known_attachments)
made_again = _takes_bytes(asked.made_again)
managed_ids = _takes_bytes(attachments.managed_ids)
mend_attendee_put = _gives_bytes(allowed.mend_attendee_put)
mended_lines = _gives_bytes(attachments.mended_lines)
next_occurrence = _takes_tree(recurrence_occurrences.next_occurrence)
note_delivery = _gives_bytes(delivery.note_delivery)
occurrences = _takes_tree(recurrence_occurrences.occurrences)
occurs = _takes_bytes(queries_occurs.occurs)
only_answered = _takes_bytes(changes.only_answered)
only_others_answered = _takes_bytes(changes.only_others_answered)
organizer_messages = _takes_bytes(outgoing.organizer_messages)
prepare_organizer_put = _gives_bytes(organizer.prepare_organizer_put)
remove_attachment = _gives_bytes(attachments.remove_attachment)
role = _takes_bytes(roles.role)
same_event = _takes_bytes(objects_own_parts.same_event)
update_attachment = _gives_bytes(attachments.update_attachment)
validate = _takes_bytes(validity.validate)
visibility = _takes_bytes(sharees.visibility)
without_force_send = _gives_bytes(organizer.without_force_send)
edits = SimpleNamespace(add_attendees=_gives_bytes(editing_edits.add_attendees))
