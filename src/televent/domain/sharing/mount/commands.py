"""The commands of one share on the sharee's side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OfferShare:
    """``role``: that of the member of a team calendar; "": the calendar's owner offers it. ``began``: the revision of
    the first offer since there was none; an answer to an earlier one does not count. ``agreed``: the person makes the
    team, and is not asked."""

    share_id: UUID
    owner: UUID
    calendar_id: UUID
    access: str
    revision: int
    title: str
    owner_name: str
    summary: str
    role: str = ""
    began: int = 0
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class EndShare:
    share_id: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class AnswerShare:
    share_id: UUID
    accept: bool


@dataclass(frozen=True, slots=True)
class ChangeMountProperties:
    """``set`` adds or replaces the sharee's properties; ``remove`` deletes them, and the owner's show again."""

    share_id: UUID
    set: Mapping[str, str]
    remove: frozenset[str]


@dataclass(frozen=True, slots=True)
class DismissNotice:
    share_id: UUID


@dataclass(frozen=True, slots=True)
class ForgetOwner:
    """The owner's account is erased: end the share without a notice, and drop the owner's texts."""

    share_id: UUID


MountCommand = OfferShare | EndShare | AnswerShare | ChangeMountProperties | DismissNotice | ForgetOwner
