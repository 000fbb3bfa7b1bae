"""Shares a calendar with another account: the owner grants and withdraws, the sharee accepts or declines.

Two accounts are two tenants, so each side decides in its own stream and sends the other an outbox message. A message
may arrive late, twice or in another order, so each has a number, and an older one is ignored.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID, uuid5

from televent.application.addressing import WORKER_DELAY
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR, MOUNT
from televent.application.event_store.handle import handle
from televent.application.local_delivery import deliver_at_once
from televent.application.messages.message import Message
from televent.application.messages.outbox import OutboxMessage
from televent.application.messages.share_local import ShareAnswer, ShareEnd, ShareLocal, ShareNews, ShareOffer
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.shares import MountRow
from televent.application.refusals import NotShared, UnknownCalendar, UnknownSharee
from televent.domain.calendar.commands import CalendarCommand
from televent.domain.calendar.decide import decide as decide_calendar
from televent.domain.calendar.events import CalendarEvent
from televent.domain.calendar.state import Calendar
from televent.domain.ids import AccountId, StreamKey
from televent.domain.sharing.access import BUSY
from televent.domain.sharing.access import share_id as share_id_of
from televent.domain.sharing.grants.commands import DismissAnswer, NoteShareAnswer, ShareCalendar, WithdrawShare
from televent.domain.sharing.grants.state import NOBODY, Grants, granted
from televent.domain.sharing.mount.commands import (
    AnswerShare,
    ChangeMountProperties,
    DismissNotice,
    EndShare,
    MountCommand,
    OfferShare,
)
from televent.domain.sharing.mount.decide import decide as decide_mount
from televent.domain.sharing.mount.state import Mount

DISPLAY_NAME = "{DAV:}displayname"
MAX_SUMMARY = 256
"""Max characters of the text that goes with a share."""


def sharee_of(backend: Backend, context: Context, address: str) -> AccountRow:
    """The account with that address, or with that id as urn:uuid:. Raises UnknownSharee, also for the own account."""
    if address.startswith("urn:uuid:"):
        try:
            found = backend.reads.account(AccountId(UUID(address.removeprefix("urn:uuid:"))))
        except ValueError:
            found = None
    else:
        found = backend.people.account_of_address(address.lower())
    if found is None or found.tenant == context.tenant:
        raise UnknownSharee(address=address)
    return found


def share_calendar(
    backend: Backend,
    context: Context,
    *,
    name: str,
    sharee: AccountRow,
    access: str,
    summary: str = "",
    known_by: str = "",
) -> None:
    """Grants ``access`` (one of ACCESS), or changes a grant. ``known_by``: the address that the owner wrote for the
    sharee; "": the sharee was found in another way. Raises UnknownCalendar, UnknownSharee, TooManySharees."""
    if sharee.tenant == context.tenant:
        raise UnknownSharee()
    row = _own(backend, context, name)
    # An owner may share with a Telegram number. An address that they did not write would reveal whose number it is.
    granted = row.shares.get(str(sharee.tenant))
    address = known_by.lower() or (str(granted["address"]) if granted is not None else f"urn:uuid:{sharee.tenant}")
    summary = " ".join(summary.split())[:MAX_SUMMARY]
    command = ShareCalendar(row.calendar_id, sharee.tenant, access, address, sharee.name, summary)
    change_grants(backend, context, row, command)


def withdraw_share(backend: Backend, context: Context, *, name: str, sharee: AccountId) -> None:
    """Withdraws a grant; nothing happens without one. Raises UnknownCalendar."""
    row = _own(backend, context, name)
    change_grants(backend, context, row, WithdrawShare(row.calendar_id, sharee))


def end_messages(context: Context, row: CalendarRow) -> list[OutboxMessage]:
    """The messages to the sharees of a calendar that is being deleted."""
    return [
        _end(context, row.calendar_id, AccountId(UUID(sharee)), int(grant["revision"]) + 1)
        for sharee, grant in row.shares.items()
    ]


def answer_share(backend: Backend, context: Context, *, share_id: UUID, accept: bool) -> MountRow:
    """Accepts or declines a share; the answer may be changed later. Raises NotShared."""
    row = share_row(backend, context.tenant, share_id)
    if accept and (row.held is None or row.held == BUSY):
        raise NotShared()
    command = AnswerShare(share_id, accept)
    sent: list[OutboxMessage] = []

    def answer(after: Mount) -> list[OutboxMessage]:
        message = _message(context, row.owner, ShareAnswer(context.tenant, row.calendar_id, accept, after.number))
        sent[:] = [message]
        return [message]

    key = StreamKey(context.tenant, share_id)
    handle(backend.store, context, MOUNT, key, lambda state: decide_mount(state, command), answer)
    _deliver(backend, context, sent)
    return row


def change_mount(
    backend: Backend, context: Context, *, share_id: UUID, set: Mapping[str, str], remove: frozenset[str] = frozenset()
) -> None:
    """Changes the sharee's own properties of a shared calendar. Raises NotShared, TooManyProperties."""
    command = ChangeMountProperties(share_id, set, remove)
    key = StreamKey(context.tenant, share_id)
    handle(backend.store, context, MOUNT, key, lambda state: decide_mount(state, command))


def dismiss_notice(backend: Backend, context: Context, *, share_id: UUID) -> None:
    """Dismisses the notification of a share, for the sharee."""
    key = StreamKey(context.tenant, share_id)
    handle(backend.store, context, MOUNT, key, lambda state: decide_mount(state, DismissNotice(share_id)))


def dismiss_answer(backend: Backend, context: Context, *, calendar_id: UUID, sharee: UUID, number: int) -> None:
    """Dismisses the notification of a sharee's answer, for the owner. Raises UnknownCalendar."""
    command = DismissAnswer(calendar_id, sharee, number)
    key = StreamKey(context.tenant, calendar_id)
    handle(backend.store, context, CALENDAR, key, lambda state: decide_calendar(state, command))


def receive_share(backend: Backend, context: Context, news: ShareNews) -> None:
    """Applies the other side's message to ``context.tenant``'s own stream. One that is old or a repeat is ignored."""
    if isinstance(news, ShareAnswer):
        _receive_answer(backend, context, news)
        return
    if backend.reads.account(context.tenant) is None:
        return
    share_id = share_id_of(news.calendar_id, context.tenant)
    command: MountCommand
    if isinstance(news, ShareOffer):
        offered = (news.access, news.revision, news.title, news.owner_name, news.summary, news.role)
        command = OfferShare(share_id, news.owner, news.calendar_id, *offered, news.began, news.agreed)
    else:
        command = EndShare(share_id, news.revision)

    key = StreamKey(context.tenant, share_id)
    handle(backend.store, context, MOUNT, key, lambda state: decide_mount(state, command))


def _receive_answer(backend: Backend, context: Context, news: ShareAnswer) -> None:
    row = backend.reads.calendar_of(context.tenant, news.calendar_id)
    if row is None:
        return
    command = NoteShareAnswer(news.calendar_id, news.sharee, news.accepted, news.number, context.now, title_of(row))
    try:
        change_grants(backend, context, row, command)
    except UnknownCalendar:
        return  # the calendar was deleted meanwhile


def share_row(backend: Backend, tenant: AccountId, share_id: UUID) -> MountRow:
    """The share of that id in the sharee's account. Raises NotShared."""
    for row in backend.reads.shares_of(tenant):
        if row.share_id == share_id:
            return row
    raise NotShared()


def inviter_of(backend: Backend, inviter: UUID | None) -> str:
    """The name of the person who invites to a team calendar; "" where they are gone."""
    account = backend.reads.account(AccountId(inviter)) if inviter is not None else None
    return account.name if account is not None else ""


def title_of(row: CalendarRow) -> str:
    """The calendar's display name, decoded from XML; its name in the URL without one."""
    return titled(row.name, row.props)


def titled(name: str, props: Mapping[str, str]) -> str:
    """The title that people read of a calendar with this name in the URL and these properties."""
    return html.unescape(props.get(DISPLAY_NAME) or "").strip() or name


def _own(backend: Backend, context: Context, name: str) -> CalendarRow:
    row = backend.reads.calendar(context.tenant, name)
    if row is None:
        raise UnknownCalendar(name=name)
    return row


def change_grants(backend: Backend, context: Context, row: CalendarRow, command: CalendarCommand) -> Grants:
    """Runs a command on the grants of a calendar, and tells everybody whose grant it changed. Returns the grants
    before it. Raises UnknownCalendar, and what decides about the command."""
    before: Grants = {}
    sent: list[OutboxMessage] = []

    def decided(state: Calendar) -> list[CalendarEvent]:
        nonlocal before
        before = state.grants
        return decide_calendar(state, command)

    def messages(after: Calendar) -> list[OutboxMessage]:
        changed = {
            sharee: grant
            for sharee, grant in after.grants.items()
            if grant.revision != before.get(sharee, NOBODY).revision
        }
        owner = backend.people.account(context.tenant).name if granted(changed) else ""
        sent[:] = [
            _end(context, row.calendar_id, AccountId(sharee), grant.revision)
            if grant.access is None
            else _message(
                context,
                AccountId(sharee),
                ShareOffer(
                    owner=context.tenant,
                    calendar_id=row.calendar_id,
                    access=grant.access,
                    revision=grant.revision,
                    title=title_of(row),
                    owner_name=owner,
                    summary=grant.summary,
                    role=grant.role,
                    began=grant.began,
                    agreed=grant.status == "accepted" and before.get(sharee, NOBODY).access is None,
                ),
            )
            for sharee, grant in changed.items()
        ]
        return sent

    key = StreamKey(context.tenant, row.calendar_id)
    handle(backend.store, context, CALENDAR, key, decided, messages)
    _deliver(backend, context, sent)
    return before


def _deliver(backend: Backend, context: Context, sent: list[OutboxMessage]) -> None:
    if sent:
        deliver_at_once(backend, context, sent)


def _end(context: Context, calendar_id: UUID, sharee: AccountId, revision: int) -> OutboxMessage:
    return _message(context, sharee, ShareEnd(calendar_id, revision))


def _message(context: Context, recipient: AccountId, news: ShareNews) -> OutboxMessage:
    # The door delivers it at once; a worker does so after the delay if the door dies.
    message = ShareLocal(recipient, news, context.actor)
    return replace(_queued(context, str(recipient), message), due_at=context.now + WORKER_DELAY)


def _queued(context: Context, name: str, message: Message) -> OutboxMessage:
    outbox_id = uuid5(context.command_id, f"share/{name}")
    return OutboxMessage(outbox_id, f"share/{outbox_id}", message, context.now)
