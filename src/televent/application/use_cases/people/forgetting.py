"""Takes an erased person out of the copies of others: a placeholder stands for them, and nobody is told (ADR 78)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from uuid import UUID

import structlog

from televent.application.accounts.erased_people import Copy, ErasedPerson, Errand, names_in
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import CALENDAR, CALENDAR_OBJECT, INBOX_ITEM, MOUNT
from televent.application.event_store.handle import handle
from televent.application.outage import Outage
from televent.application.use_cases.calendars.sharing import change_grants
from televent.domain.calendar.decide import decide as decide_calendar
from televent.domain.calendar_object.events import PersonForgotten
from televent.domain.calendar_object.forgotten import ForgetPerson, forget, known_in
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.ids import AccountId, StreamKey
from televent.domain.inbox_item.commands import RemoveMessage
from televent.domain.inbox_item.decide import decide as decide_inbox_item
from televent.domain.refusal import Refusal
from televent.domain.sharing.grants.commands import WithdrawShare
from televent.domain.sharing.mount.commands import ForgetOwner
from televent.domain.sharing.mount.decide import decide as decide_mount

log = structlog.get_logger("televent.forgetting")

Contexts = Callable[[AccountId], Context]
"""The context of a command on an account that no person gives."""


def do_errand(backend: Backend, errand: Errand, contexts: Contexts) -> int:
    """Does one errand, and returns the number of copies that keep the person because of a defect. Idempotent; such a
    copy stops no other one. Raises Outage."""
    person = errand.person
    acts: list[tuple[AccountId, UUID, Callable[[], object]]] = [
        (tenant, share_id, partial(_end_share, backend, contexts(tenant), share_id))
        for tenant, share_id in errand.mounts
    ]
    for tenant, calendar_id in errand.grants:
        act = partial(_withdraw, backend, contexts(tenant), calendar_id, person.tenant)
        acts.append((tenant, calendar_id, act))
    # Those who organize a meeting with the person are first: their next change must find nobody to mail.
    for copy in (*(Copy(tenant, stream, False, None) for tenant, stream in errand.met), *errand.copies):
        if copy.text is None or _may_name(backend, person, copy.text):
            forget = partial(_forget, backend, contexts(copy.tenant), person, copy)
            acts.append((copy.tenant, copy.stream_id, forget))
    return sum(not _attempt(*each) for each in acts)


def _attempt(tenant: AccountId, stream_id: UUID, act: Callable[[], object]) -> bool:
    """False after a defect."""
    try:
        act()
    except Outage:
        raise
    except Refusal:
        # The owner is erased by now, or the calendar is deleted: nobody sees the copy any more.
        return True
    except Exception:
        log.exception("a copy keeps an erased person until the next pass", account=str(tenant), stream=str(stream_id))
        return False
    return True


def _may_name(backend: Backend, person: ErasedPerson, text: bytes) -> bool:
    return str(person.tenant).encode() in text.lower() or bool(_named(backend, person, names_in(text)))


def _named(backend: Backend, person: ErasedPerson, addresses: Iterable[str]) -> frozenset[str]:
    """The addresses among these that mean the person."""

    def means(name: str | AccountId) -> bool:
        return person.is_named(name) if isinstance(name, str) else name == person.tenant

    return frozenset(each for each in addresses if means(backend.people.name_in(each)))


def _forget(backend: Backend, context: Context, person: ErasedPerson, copy: Copy) -> None:
    key = StreamKey(copy.tenant, copy.stream_id)
    if copy.message:
        # It was applied when it came, and only informs calendar apps.
        handle(backend.store, context, INBOX_ITEM, key, lambda state: decide_inbox_item(state, RemoveMessage()))
        return
    account = backend.reads.account(copy.tenant)
    if account is None:
        return
    owner = backend.people.owner(account)

    def decide(state: CalendarObject) -> list[PersonForgotten]:
        named = _named(backend, person, known_in(state))
        # An address that somebody has now is theirs, also where it is the same person with a new account.
        taken = backend.people.accounts_of_addresses(named)
        placeholder = person.placeholder(state.uid, backend.people.internal_domain)
        return forget(state, ForgetPerson(owner, named.difference(taken), placeholder))

    handle(backend.store, context, CALENDAR_OBJECT, key, decide)


def _end_share(backend: Backend, context: Context, share_id: UUID) -> None:
    key = StreamKey(context.tenant, share_id)
    handle(backend.store, context, MOUNT, key, lambda state: decide_mount(state, ForgetOwner(share_id)))


def _withdraw(backend: Backend, context: Context, calendar_id: UUID, sharee: AccountId) -> None:
    row = backend.reads.calendar_of(context.tenant, calendar_id)
    if row is not None and row.shares.get(str(sharee), {}).get("role"):
        # Another member becomes manager where the last one is gone, and is told.
        change_grants(backend, context, row, WithdrawShare(calendar_id, sharee))
        return
    key, command = StreamKey(context.tenant, calendar_id), WithdrawShare(calendar_id, sharee)
    handle(backend.store, context, CALENDAR, key, lambda state: decide_calendar(state, command))
