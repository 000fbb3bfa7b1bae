"""Somebody else's calendar among one's own: whether one wants it there, and how it looks to oneself.

The stream of one share at the person it is granted to. What is granted, and whether it still is, says the owner's
stream alone. Facts, state, commands, refusals and the decision, in that order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from televent.domain.calendar import TooManyProperties, check_room
from televent.domain.personal import Personal
from televent.domain.sharing import NotShared


@dataclass(frozen=True, slots=True)
class ShareOffered:
    """``revision`` is the owner's count (CalendarShared)."""

    share_id: UUID
    owner: UUID
    calendar_id: UUID
    access: str
    revision: int
    title: Personal[str]
    owner_name: Personal[str]
    summary: Personal[str]


@dataclass(frozen=True, slots=True)
class ShareEnded:
    share_id: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class ShareAccepted:
    share_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class ShareDeclined:
    share_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class MountPropertiesChanged:
    """All properties of one's own, as in CalendarCreated."""

    share_id: UUID
    props: Personal[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class NoticeDismissed:
    """The person has seen what was said last of this share."""

    share_id: UUID


MountEvent = ShareOffered | ShareEnded | ShareAccepted | ShareDeclined | MountPropertiesChanged | NoticeDismissed


@dataclass(frozen=True, slots=True)
class Mount:
    """``status``: "" before the first fact, then offered, accepted, declined or ended. ``notice``: what was said last
    and not dismissed: the status at that time, "" for nothing."""

    status: str = ""
    share_id: UUID | None = None
    owner: UUID | None = None
    calendar_id: UUID | None = None
    access: str = ""
    revision: int = 0
    number: int = 0
    title: str = ""
    owner_name: str = ""
    summary: str = ""
    notice: str = ""
    props: Mapping[str, str] = field(default_factory=dict)


def evolve(state: Mount, fact: MountEvent) -> Mount:
    """The mount after one more fact."""
    match fact:
        case ShareOffered():
            status = "accepted" if state.status == "accepted" else "offered"
            return replace(
                state,
                status=status,
                share_id=fact.share_id,
                owner=fact.owner,
                calendar_id=fact.calendar_id,
                access=fact.access,
                revision=fact.revision,
                title=fact.title,
                owner_name=fact.owner_name,
                summary=fact.summary,
                notice=status,
            )
        case ShareEnded():
            return replace(state, status="ended", revision=fact.revision, notice="ended")
        case ShareAccepted():
            return replace(state, status="accepted", number=fact.number, notice="")
        case ShareDeclined():
            return replace(state, status="declined", number=fact.number, notice="")
        case MountPropertiesChanged():
            return replace(state, props=fact.props)
        case NoticeDismissed():
            return replace(state, notice="")
        case _:
            assert_never(fact)


@dataclass(frozen=True, slots=True)
class OfferShare:
    share_id: UUID
    owner: UUID
    calendar_id: UUID
    access: str
    revision: int
    title: str
    owner_name: str
    summary: str


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
    """``set`` replaces or adds, ``remove`` takes away: then the owner's shows again."""

    share_id: UUID
    set: Mapping[str, str]
    remove: frozenset[str]


@dataclass(frozen=True, slots=True)
class DismissNotice:
    share_id: UUID


MountCommand = OfferShare | EndShare | AnswerShare | ChangeMountProperties | DismissNotice


def decide(state: Mount, command: MountCommand) -> list[MountEvent]:
    """What happens; the same command on its own result yields nothing. Raises NotShared, TooManyProperties."""
    match command:
        case OfferShare():
            if command.revision <= state.revision:
                return []
            told = (command.access, command.revision, command.title, command.owner_name, command.summary)
            return [ShareOffered(command.share_id, command.owner, command.calendar_id, *told)]
        case EndShare():
            return [] if command.revision <= state.revision else [ShareEnded(command.share_id, command.revision)]
        case AnswerShare():
            if state.status in ("", "ended"):
                raise NotShared()
            if state.status == ("accepted" if command.accept else "declined"):
                return []
            answer = ShareAccepted if command.accept else ShareDeclined
            return [answer(command.share_id, state.number + 1)]
        case ChangeMountProperties():
            if state.status != "accepted":
                raise NotShared()
            kept = {name: value for name, value in state.props.items() if name not in command.remove}
            props = {**kept, **command.set}
            check_room(props)
            return [] if props == dict(state.props) else [MountPropertiesChanged(command.share_id, props)]
        case DismissNotice():
            return [NoticeDismissed(command.share_id)] if state.notice else []
        case _:
            assert_never(command)


__all__ = [
    "AnswerShare",
    "ChangeMountProperties",
    "DismissNotice",
    "EndShare",
    "Mount",
    "MountCommand",
    "MountEvent",
    "MountPropertiesChanged",
    "NoticeDismissed",
    "OfferShare",
    "ShareAccepted",
    "ShareDeclined",
    "ShareEnded",
    "ShareOffered",
    "TooManyProperties",
    "decide",
    "evolve",
]
