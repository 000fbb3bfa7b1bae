"""Who may find whom (RFC 3744 §9.4; ADR 26): oneself, the people one shares calendars with, and whoever has verified
an address that one knows whole. Nobody is listed, and numbers, which could be counted through, find nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from televent.application.backend import Backend
from televent.application.read_models.accounts import AccountRow

MAX_ADDRESSES = 20
"""So many addresses are looked up in one search."""


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who may be told of. ``addresses``: those of his that the one who asks may see."""

    account: AccountRow
    addresses: tuple[str, ...]


def acquaintances(backend: Backend, account: AccountRow) -> list[Found]:
    """The other sides of the calendars that are shared with this person, and by him."""
    known = {each.tenant: each for each in backend.reads.acquaintances(account.tenant)}
    rows = backend.reads.accounts_with(list(known)) if known else []
    found = []
    for row in rows:
        # Who gives something away, or takes it, shows his first address. Who was only asked has shown nothing: he is
        # known by the address that he was asked by.
        told = row.addresses[:1] if known[row.tenant].agreed else ()
        asked_by = (each for each in row.addresses if each in known[row.tenant].addresses)
        found.append(Found(row, tuple(dict.fromkeys((*told, *asked_by)))))
    return found


def of_addresses(backend: Backend, account: AccountRow, addresses: Iterable[str]) -> list[Found]:
    """Whose these addresses are, each whole and verified; of each person only those that were named."""
    wanted = list(dict.fromkeys(addresses))[:MAX_ADDRESSES]
    rows = backend.reads.accounts_of([], wanted) if wanted else []
    return [
        Found(row, tuple(each for each in wanted if each in row.addresses))
        for row in rows
        if row.tenant != account.tenant
    ]
