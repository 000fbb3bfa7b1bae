"""Through whose eyes is a shared calendar read?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Share:
    """A calendar as another person than its owner sees it. ``calendar`` is its name at the owner's, ``props`` are the
    other person's own, ``seq`` counts the changes of what is his alone in its events."""

    share_id: UUID
    owner: AccountId
    sharee: AccountId
    access: str
    accepted: bool
    calendar: str
    owner_name: str
    props: Mapping[str, str]
    seq: int
