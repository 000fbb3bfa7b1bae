"""Finds other accounts for a person (RFC 3744 §9.4; ADR 26).

A person finds the other sides of their shares, and the account of a complete verified address. There is no list of
strangers. Telegram numbers find no account, because a client could try all numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from televent.application.backend import Backend
from televent.application.read_models.accounts import AccountRow

MAX_ADDRESSES = 20
"""Max addresses of one search."""


@dataclass(frozen=True, slots=True)
class Found:
    """An account that was found. ``addresses``: its addresses that the searching person may see."""

    account: AccountRow
    addresses: tuple[str, ...]


def acquaintances(backend: Backend, account: AccountRow) -> list[Found]:
    """The other sides of calendars that are shared with this person, or by them."""
    known = {each.tenant: each for each in backend.reads.acquaintances(account.tenant)}
    rows = backend.reads.accounts_with(list(known)) if known else []
    found = []
    for row in rows:
        # An owner, or a sharee who accepted, shows their first address. A sharee who has not accepted is shown only
        # with the address that the owner wrote.
        shown = row.addresses[:1] if known[row.tenant].agreed else ()
        written = (each for each in row.addresses if each in known[row.tenant].addresses)
        found.append(Found(row, tuple(dict.fromkeys((*shown, *written)))))
    return found


def of_addresses(backend: Backend, account: AccountRow, addresses: Iterable[str]) -> list[Found]:
    """The accounts of these complete, verified addresses. Each shows only the addresses that were given."""
    wanted = list(dict.fromkeys(addresses))[:MAX_ADDRESSES]
    rows = backend.reads.accounts_of([], wanted) if wanted else []
    return [
        Found(row, tuple(each for each in wanted if each in row.addresses))
        for row in rows
        if row.tenant != account.tenant
    ]
