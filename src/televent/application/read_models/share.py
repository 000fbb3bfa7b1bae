"""The share through which a sharee reads a calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from televent.application.read_models.counters import Counter, Moment
from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Share:
    """A calendar shared with one person. ``calendar``: its name in the owner's home. ``props``: the sharee's own
    properties. ``seq`` counts the changes of the sharee's own parts of its events; ``run`` and ``began`` are as in
    CalendarRow."""

    share_id: UUID
    owner: AccountId
    sharee: AccountId
    access: str
    accepted: bool
    calendar: str
    owner_name: str
    props: Mapping[str, str]
    seq: int
    run: str
    began: int
    role: str = ""
    """That of a member of a team calendar; "" for a sharee."""

    @property
    def counter(self) -> Counter:
        """The counter of the sharee's own parts."""
        return Counter(self.sharee, self.share_id, Moment(self.run, self.seq), self.began)
