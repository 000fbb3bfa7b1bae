"""The accounts that own team calendars, and the port to their list (ADR 96).

A team calendar belongs to an account of its own without addresses, and its members have shares with roles. So no
person's leaving or erasure takes it away, and every door treats it as a calendar that is shared.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Protocol

from televent.domain.ids import AccountId

MAX_TEAMS: Final = 50
"""Max team calendars of which one person is manager when they make one: each is an account with a key."""
MAX_OFFERED: Final = 20
"""Max offers of team calendars that wait for one person, with the shares that ended or were declined lately."""
OFFERED_SINCE: Final = timedelta(days=1)
"""Time for which an ended or declined share counts: a team that is made, offered and ended tells the person, too."""
SETTLED: Final = timedelta(hours=1)
"""Time after which a team calendar without members is one whose making or end was cut off."""


class Teams(Protocol):
    """Lists teams, for all nodes. Synchronous; called through threads."""

    def add(self, team: AccountId, now: datetime) -> None:
        """Notes the account of a team calendar that is being made. Idempotent."""
        ...

    def abandoned(self, before: datetime, limit: int) -> list[AccountId]:
        """Teams without members that were made before that time, and whose messages to members are delivered."""
        ...

    def telling(self, team: AccountId) -> bool:
        """Whether a message of the team to a member or guest waits for delivery."""
        ...

    def forget(self, team: AccountId) -> None:
        """The account is erased."""
        ...
