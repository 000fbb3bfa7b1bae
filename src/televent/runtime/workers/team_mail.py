"""The worker of mails to team calendars: it asks the managers, and shows them who has decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import uuid5

from televent.application.event_store.context import Context
from televent.application.mail_records.parked_mails import TeamDecision
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp, RetryLater
from televent.application.messages.team_mail import TeamMailAnswered, TeamMailAsked
from televent.application.use_cases.mail.settle_parked import carry_out
from televent.application.use_cases.mail.team_mail import OPEN, show_managers
from televent.domain.ids import AccountId
from televent.runtime.compose import Core
from televent.wording.parked import unverified
from televent.wording.texts import language_of

SOON: Final = 1.0
"""Seconds until it is looked again whether a decision is carried out."""
PATIENCE: Final = timedelta(seconds=30)
"""Time in which the process that took the decision carries it out. After it this worker does: that process has died."""


class TeamMails:
    """Handles the messages to teams."""

    kinds: tuple[type[Message], ...] = (TeamMailAsked, TeamMailAnswered)

    def __init__(self, core: Core) -> None:
        self._core = core

    async def handle(self, message: Claimed) -> None:
        """Handles one message. Raises RetryLater while the decision is carried out, TryAgain."""
        await self._core.run(self._handled, message)

    def _handled(self, message: Claimed) -> None:
        told, team, core = message.message, AccountId(message.tenant), self._core
        if not isinstance(told, TeamMailAsked | TeamMailAnswered):
            raise GiveUp(f"no team is told of {message.name}")
        if isinstance(told, TeamMailAnswered):
            self._await(told, team, message)
        cause = (message.outbox_id, message.correlation_id, message.created_at)
        show_managers(core.backend, core.outbox.enqueue, team, told.card_id, *cause)

    def _await(self, told: TeamMailAnswered, team: AccountId, message: Claimed) -> None:
        backend = self._core.backend
        mails = backend.parked.on_card(team, told.card_id)
        left = [each for each in mails if each.mail_key in told.mail_keys and each.state in OPEN]
        if not left:
            return
        now = backend.clock()
        if now < told.at + PATIENCE:
            raise RetryLater(SOON, "the decision is being carried out")
        manager = backend.reads.account(AccountId(told.by)) or backend.people.account(team)
        name = unverified(left[-1].sender, language_of(manager.locale))
        command = uuid5(message.outbox_id, "carry-out")
        context = Context(team, str(told.by), "courier", now, command, message.correlation_id)
        carry_out(backend, context, told.card_id, told.choice, name, TeamDecision(told.mail_keys, told.by))
