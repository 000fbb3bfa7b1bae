"""A person answers an invitation: by a tap in the chat, or through another door with such a button."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from televent.application.addressing import Addressed, Span, address_messages
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.application.local_delivery import deliver_locally
from televent.domain.calendar_object.commands import AnswerInvitation
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import StreamKey
from televent.ical.objects.calendar_text import CalendarText


@dataclass(frozen=True, slots=True)
class Answered:
    """The result. ``text``: the copy's text; ``already``: the same answer was stored before, so nothing changed."""

    text: CalendarText
    partstat: str
    already: bool


def answer_invitation(
    backend: Backend,
    context: Context,
    *,
    stream_id: UUID,
    partstat: str,
    recurrence_id: str | None = None,
    comment: str | None = None,
    following: bool = False,
) -> Answered:
    """Stores the owner's answer and sends it to the organizer. Idempotent.

    ``recurrence_id`` None: the answer is for the whole event; ``following``: for that occurrence and all later ones.
    ``comment`` is a note to the organizer. Raises UnknownResource, NotInvited, UnknownAnswer, NotFromThere.
    """
    account = backend.people.account(context.tenant)
    owner = backend.people.owner(account)
    key = StreamKey(context.tenant, stream_id)
    command = AnswerInvitation(owner, partstat, recurrence_id, comment, context.now, following)

    def step() -> tuple[CalendarObject, Addressed, bool]:
        loaded = backend.store.load(CALENDAR_OBJECT, key)
        decision = decide(loaded.state, command)
        if not decision.facts:
            return loaded.state, Addressed(), True
        addressed = address_messages(backend, context, account, decision.messages, Span.of(loaded, decision.facts))
        change = Change(loaded, decision.facts, decision.after(loaded.state))
        backend.store.append(context, [change], addressed.outbox)
        return change.after, addressed, False

    state, addressed, already = retrying(step)
    state = deliver_locally(backend, context, key, owner, addressed, state.text) or state
    return Answered(state.text, partstat, already)
