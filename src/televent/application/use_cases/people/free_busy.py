"""The audience of a person's free/busy: sets it, and checks who is in it (RFC 6638 §6.1.4, §11.3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import handle
from televent.application.read_models.accounts import AccountRow
from televent.domain.account.commands import OpenFreeBusy
from televent.domain.account.decide import decide
from televent.domain.account.free_busy import EVERYONE, KNOWN, NAMED
from televent.domain.ids import AccountId, account_stream


def open_free_busy(
    backend: Backend, context: Context, *, audience: str, people: Collection[AccountId] | None = None
) -> None:
    """Sets who may ask when the person is busy. ``audience``: one of domain.account.free_busy.AUDIENCES. ``people`` are
    named besides; None: the people named before stay. Raises UnknownAccount, TooManySharees."""
    command = OpenFreeBusy(audience, None if people is None else tuple(people))
    key = account_stream(context.tenant)
    handle(backend.store, context, ACCOUNT, key, lambda state: decide(state, command))


NOBODY: Final = "nobody"
"""The word for an audience without people."""


def open_to_audience(backend: Backend, context: Context, *, audience: str) -> None:
    """Sets the audience "everyone", "known" or "nobody"; the last removes the named people. Raises UnknownAccount."""
    nobody = audience == NOBODY
    open_free_busy(backend, context, audience=NAMED if nobody else audience, people=() if nobody else None)


def audience_of(backend: Backend, person: AccountRow) -> tuple[str, Sequence[AccountId]]:
    """The audience ("everyone", "known", "named" or "nobody") and the named people."""
    audience, named = backend.reads.free_busy_of(person.tenant) or (backend.free_busy, ())
    return (NOBODY if audience == NAMED and not named else audience), named


def has_chosen(backend: Backend, person: AccountRow) -> bool:
    """Whether the person has ever set the audience; else it is the server's default."""
    return backend.reads.free_busy_of(person.tenant) is not None


def may_be_asked(backend: Backend, asker: AccountRow, asked: Mapping[str, AccountRow]) -> dict[str, bool]:
    """For each address: True where the person lets the asker see free/busy, False where they do not.

    An address is left out where the asker may not learn that it has an account here; else a client could try all
    numbers. The asker may learn it for a verified address (ADR 26), and for people with whom they share a meeting.
    """
    mine = backend.people.addresses_of(asker)
    others = [row.tenant for row in asked.values() if row.tenant != asker.tenant]
    open_to = backend.reads.open_to(asker.tenant, mine, others, backend.free_busy) if others else frozenset()
    found = {address for address, row in asked.items() if row.tenant == asker.tenant or row.tenant in open_to}
    refused = {address: row for address, row in asked.items() if address not in found and address not in row.addresses}
    hidden: set[str] = set()
    if refused:
        known_as = {address: backend.people.addresses_of(row) for address, row in refused.items()}
        met = backend.reads.met(asker.tenant, [each for known in known_as.values() for each in known])
        hidden = {address for address, known in known_as.items() if not met.intersection(known)}
    return {address: address in found for address in asked if address not in hidden}


def opened_to(backend: Backend, person: AccountRow) -> tuple[bool, Sequence[AccountId]]:
    """Whether everyone may ask, and the accounts that may: the content of the inbox's access control list."""
    audience, named = backend.reads.free_busy_of(person.tenant) or (backend.free_busy, ())
    people = dict.fromkeys(named)
    if audience == KNOWN:
        known = backend.people.accounts_of_addresses(backend.reads.company(person.tenant))
        people |= dict.fromkeys(row.tenant for row in known.values())
        shares = (share for row in backend.reads.calendars(person.tenant) for share in row.shares)
        people |= dict.fromkeys(AccountId(UUID(share)) for share in shares)
    people.pop(person.tenant, None)
    return audience == EVERYONE, [*people]
