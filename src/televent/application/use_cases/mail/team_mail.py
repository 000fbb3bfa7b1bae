"""Mails to a team calendar that nothing proves: its managers are asked, and the first of them who answers decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.event_store.conflicts import AlreadyApplied
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.application.mail_records.parked_mails import GATHERED, ParkedMail, TeamDecision
from televent.application.messages.chat import ParkedCard
from televent.application.messages.mail import ParkedMailNotice
from televent.application.messages.message import Message
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import NotManager
from televent.application.use_cases.people.accounts import DEFAULT_CALENDAR
from televent.application.use_cases.scheduling.unreached import Enqueue
from televent.domain.calendar.decide import decide
from televent.domain.calendar.team_mail import SettleTeamMail, TeamChoice
from televent.domain.ids import AccountId, StreamKey
from televent.domain.sharing.access import MANAGER

OPEN = ("waiting", "applying")
"""The states of mails about which nobody has decided, or whose decision is being carried out."""


def managers_of(backend: Backend, team: AccountId) -> list[AccountId]:
    """The people who manage the team calendar now; none where it has ended."""
    row = backend.reads.calendar(team, DEFAULT_CALENDAR)
    shares = row.shares if row is not None else {}
    return [
        AccountId(UUID(person))
        for person, grant in shares.items()
        if grant.get("role") == MANAGER and grant["status"] == "accepted"
    ]


def show_managers(
    backend: Backend,
    enqueue: Enqueue,
    team: AccountId,
    card_id: UUID,
    cause: UUID,
    correlation_id: str,
    asked_at: datetime,
) -> None:
    """Queues the card for each manager: in their chat, else by mail to a verified address. It is read when it is sent,
    so it asks, or says who has decided. ``cause``: the id of the message that asks for it; the same one queues
    nothing twice. ``asked_at``: when that was; the mails of the minute after it are one question."""
    now = backend.clock()
    for person in managers_of(backend, team):
        account = backend.reads.account(person)
        message = _card(account, card_id, team) if account is not None else None
        if message is not None:
            due = asked_at + GATHERED if isinstance(message, ParkedMailNotice) else now
            queued = OutboxMessage(uuid5(cause, str(person)), f"team-mail/{cause}/{person}", message, due)
            enqueue([queued], person, correlation_id, now)


def decide_for_team(
    backend: Backend, context: Context, team: AccountId, card_id: UUID, mails: Sequence[ParkedMail], choice: TeamChoice
) -> TeamDecision | None:
    """Appends the decision of a manager, the context's person, to the team's stream; None where nothing waits, or
    another manager was first. The stream decides who is a manager: raises NotManager, UnknownCalendar."""
    row = backend.reads.calendar(team, DEFAULT_CALENDAR)
    if row is None:
        raise NotManager()
    keys = tuple(each.mail_key for each in mails if each.state in OPEN)
    key = StreamKey(team, row.calendar_id)
    command = SettleTeamMail(row.calendar_id, card_id, keys, choice, context.tenant)
    own = context.on_behalf_of(team, uuid5(context.command_id, f"decide/{card_id}"), context.door)

    def step() -> TeamDecision | None:
        loaded = backend.store.load(CALENDAR, key)
        facts = decide(loaded.state, command)
        if facts:
            # The dedupe key of each mail makes the first decision the only one.
            backend.store.append(own, [Change(loaded, facts)], inbox_keys=[f"settled/{each}" for each in keys])
        return TeamDecision(keys, context.tenant) if facts else None

    try:
        return retrying(step)
    except AlreadyApplied:
        return None


def _card(account: AccountRow, card_id: UUID, team: AccountId) -> Message | None:
    if account.telegram_id is not None:
        return ParkedCard(card_id, team)
    return ParkedMailNotice(card_id, team) if account.addresses else None
