"""Who may ask when a person is busy, and who is told so (RFC 6638 §6.1.4, §11.3)."""

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
"""What people call it when nobody may ask."""


def open_to_audience(backend: Backend, context: Context, *, audience: str) -> None:
    """As people say it: "everyone", "known", or "nobody", which forgets those who were named. Raises UnknownAccount."""
    nobody = audience == NOBODY
    open_free_busy(backend, context, audience=NAMED if nobody else audience, people=() if nobody else None)


def audience_of(backend: Backend, person: AccountRow) -> tuple[str, Sequence[AccountId]]:
    """The audience as people say it ("named" where there are such), and the people named."""
    audience, named = backend.reads.free_busy_of(person.tenant) or (backend.free_busy, ())
    return (NOBODY if audience == NAMED and not named else audience), named


def may_be_asked(backend: Backend, asker: AccountRow, asked: Mapping[str, AccountRow]) -> dict[str, bool]:
    """By address, for those of ``asked`` of whom the asker may know that they are here: True where they answer him.

    That is no secret where it is an address that he has verified, by which he is found (ADR 26), nor where he is in a
    meeting of theirs. To all others he is as good as not here, or numbers could be counted through.
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
    """Whether everyone may ask, and which accounts besides: what the access list of his inbox says."""
    audience, named = backend.reads.free_busy_of(person.tenant) or (backend.free_busy, ())
    people = dict.fromkeys(named)
    if audience == KNOWN:
        known = backend.people.accounts_of_addresses(backend.reads.company(person.tenant))
        people |= dict.fromkeys(row.tenant for row in known.values())
        shares = (share for row in backend.reads.calendars(person.tenant) for share in row.shares)
        people |= dict.fromkeys(AccountId(UUID(share)) for share in shares)
    people.pop(person.tenant, None)
    return audience == EVERYONE, [*people]
