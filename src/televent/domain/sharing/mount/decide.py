"""Decides the commands of one share on the sharee's side."""

from __future__ import annotations

from typing import assert_never

from televent.domain.properties import check_room
from televent.domain.sharing.mount.commands import (
    AnswerShare,
    ChangeMountProperties,
    DismissNotice,
    EndShare,
    ForgetOwner,
    MountCommand,
    OfferShare,
)
from televent.domain.sharing.mount.events import (
    MountEvent,
    MountPropertiesChanged,
    NoticeDismissed,
    OwnerForgotten,
    ShareAccepted,
    ShareDeclined,
    ShareEnded,
    ShareOffered,
)
from televent.domain.sharing.mount.state import Mount
from televent.domain.sharing.refusals import NotShared


def decide(state: Mount, command: MountCommand) -> list[MountEvent]:
    """The facts of a command; none where the share is already so. Raises NotShared, TooManyProperties."""
    match command:
        case OfferShare():
            if command.revision <= state.revision:
                return []
            offered = (command.access, command.revision, command.title, command.owner_name, command.summary)
            accepted = state.status == "accepted" and command.began <= state.revision
            news = (accepted, command.role, state.status == "offered")
            offer = ShareOffered(command.share_id, command.owner, command.calendar_id, *offered, *news)
            joins = command.agreed and not accepted
            return [offer, ShareAccepted(command.share_id, state.number + 1)] if joins else [offer]
        case EndShare():
            if command.revision <= state.revision:
                return []
            texts = (state.title, state.owner_name)
            return [ShareEnded(command.share_id, command.revision, state.access, *texts, state.role, state.status)]
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
        case ForgetOwner():
            known = any((state.title, state.owner_name, state.summary, state.notice)) or state.status != "ended"
            return [OwnerForgotten(command.share_id)] if state.status and known else []
        case DismissNotice():
            return [NoticeDismissed(command.share_id)] if state.notice else []
        case _:
            assert_never(command)
