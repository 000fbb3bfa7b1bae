"""A manager decides about mails to a team calendar that nothing proves: the command, and the fact (ADR 109)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from televent.domain.sharing.grants.state import Grants
from televent.domain.sharing.grants.team import check_manager

TeamChoice = Literal["apply", "ignore"]
MAX_MAILS: Final = 200
"""Max mails in one fact."""


@dataclass(frozen=True, slots=True)
class TeamMailSettled:
    """A manager, ``by``, decided about the mails of a card. ``mail_keys``: the mails that waited then."""

    calendar_id: UUID
    card_id: UUID
    mail_keys: tuple[str, ...]
    choice: TeamChoice
    by: UUID


@dataclass(frozen=True, slots=True)
class SettleTeamMail:
    """Apply or ignore the mails of a card. The fields are those of the fact."""

    calendar_id: UUID
    card_id: UUID
    mail_keys: tuple[str, ...]
    choice: TeamChoice
    by: UUID


def settle_team_mail(grants: Grants, command: SettleTeamMail) -> list[TeamMailSettled]:
    """One fact for each MAX_MAILS mails; none where no mail waits. Raises NotManager."""
    check_manager(grants, command.by)
    keys = command.mail_keys
    return [
        TeamMailSettled(command.calendar_id, command.card_id, keys[each : each + MAX_MAILS], command.choice, command.by)
        for each in range(0, len(keys), MAX_MAILS)
    ]
