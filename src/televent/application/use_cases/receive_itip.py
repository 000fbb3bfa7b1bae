"""An iTIP message came for an account here: from another account, or by mail."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from televent.application.context import Context
from televent.application.deciders import CALENDAR_OBJECT
from televent.application.handle import retrying
from televent.application.letters import address_letters
from televent.application.office import Office
from televent.application.ports import AccountRow, OutboxMessage
from televent.application.recorded import AlreadyApplied
from televent.application.refusals import UnknownCalendar
from televent.application.store import Change
from televent.domain.calendar_object.commands import ReceiveMessage
from televent.domain.calendar_object.decide import decide
from televent.domain.calendar_object.decision import Decision
from televent.domain.calendar_object.events import EventCancelled, InvitationReceived, RsvpGiven
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import StreamKey
from televent.ical.itip.message import message_uid


@dataclass(frozen=True, slots=True)
class Received:
    """``changed`` False: ``reason`` says why nothing happened ("stale", "duplicate", "unknown-uid", …)."""

    changed: bool
    reason: str | None
    stream_id: UUID | None


def receive_itip(
    office: Office,
    context: Context,
    *,
    message: bytes,
    method: str | None,
    message_key: str | None = None,
    notify: bool = True,
    sender_name: str | None = None,
) -> Received:
    """Applies the message to ``context.tenant``'s copy; twice is once. Raises IcalError for what is no message."""
    account = office.account(context.tenant)
    owner = office.owner(account)
    uid = message_uid(message)

    def step() -> Received:
        # A meeting the person organises, or answered, may stand in any of his calendars.
        standing = next(iter(office.reads.by_uid(context.tenant, uid)), None)
        if standing is not None:
            loaded = office.store.load(CALENDAR_OBJECT, StreamKey(context.tenant, standing.stream_id))
        else:
            loaded = office.store.empty(CALENDAR_OBJECT, StreamKey(context.tenant, office.ids()))
        if account.default_calendar is None:
            raise UnknownCalendar()
        command = ReceiveMessage(
            owner=owner,
            calendar_id=account.default_calendar,
            href=f"{loaded.key.stream}.ics",
            message=message,
            method=method,
            now=context.now,
        )
        decision = decide(loaded.state, command)
        if not decision.facts:
            return Received(False, decision.why, loaded.key.stream if loaded.version else None)
        change = Change(loaded, decision.facts)
        post = address_letters(office, context, account, decision.letters, context.now)
        notices = _notices(context, account, loaded.key, decision, change.after, sender_name) if notify else []
        office.store.append(context, [change], [*post.outbox, *notices], inbox_key=message_key)
        return Received(True, decision.why, loaded.key.stream)

    try:
        return retrying(step)
    except AlreadyApplied:
        return Received(False, "duplicate", None)


def _notices(
    context: Context,
    account: AccountRow,
    key: StreamKey,
    decision: Decision,
    after: CalendarObject,
    sender_name: str | None,
) -> list[OutboxMessage]:
    """What the person is told in Telegram, owed with the facts."""
    if account.telegram_id is None:
        return []
    notices = []
    for ordinal, fact in enumerate(decision.facts):
        payload: dict[str, object] = {"chat_id": account.telegram_id, "stream_id": str(key.stream)}
        match fact:
            case InvitationReceived():
                payload |= {"what": "invited" if fact.asks else "revised", "organizer_name": sender_name}
                kind = "invite_notification"
            case EventCancelled():
                payload |= {
                    "what": "cancelled",
                    "organizer_name": sender_name,
                    "recurrence_id": fact.recurrence_id,
                }
                kind = "invite_notification"
            case RsvpGiven():
                payload |= {
                    "attendee": fact.attendee,
                    "attendee_name": sender_name,
                    "partstat": fact.partstat,
                    "recurrence_id": fact.recurrence_id,
                    "summary": after.outline.summary if after.outline else "",
                }
                kind = "rsvp_notification"
            case _:
                continue
        outbox_id = uuid5(context.command_id, f"notice/{ordinal}")
        notices.append(OutboxMessage(outbox_id, kind, f"notice/{outbox_id}", payload, context.now))
    return notices
