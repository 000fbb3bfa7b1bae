"""The address book: finds the account of an address, and the addresses of an account."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from televent.application.accounts.erased_people import TELEGRAM
from televent.application.read_models.accounts import AccountReads, AccountRow
from televent.application.refusals import UnknownAccount
from televent.application.rows import Read, account_of_telegram, account_with_address, account_with_id
from televent.domain.calendar_object.commands import Owner
from televent.domain.ids import AccountId

_INTERNAL = re.compile(r"tg_([1-9][0-9]{0,18})\Z")
_ID = re.compile(r"(?:guest\+[0-9a-f]{32}|[0-9]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
_ACCOUNT_ID = re.compile(
    r"(?:urn:uuid:|(?:/[a-z0-9._~-]{1,100}){0,9}/caldav/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?\Z"
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Reads the directory.

    ``mail_domain``: the domain of this server's mail. ``internal_domain``: the domain of addresses that exist only
    inside; no mail is sent to them. ``public_path``: the path of PUBLIC_URL, such as ``/cal``.
    """

    reads: AccountReads
    mail_domain: str = "televent.app"
    internal_domain: str = "televent.internal"
    public_path: str = ""

    def internal_address(self, telegram_id: int) -> str:
        """The internal address of a Telegram user; no mail is sent to it."""
        return f"tg_{telegram_id}@{self.internal_domain}"

    def telegram_id_of(self, address: str) -> int | None:
        """The Telegram id in an internal address; None for any other address."""
        local, _, domain = address.rpartition("@")
        found = _INTERNAL.match(local)
        return int(found[1]) if found and domain == self.internal_domain else None

    def is_internal(self, address: str) -> bool:
        """True for every address at the internal domain, well-formed or not. No mail may be sent to it."""
        return address.rpartition("@")[2] == self.internal_domain

    def stays_here(self, address: str) -> bool:
        """True for an address that names a person by a Telegram id, an account or a token. Mail for it comes from
        elsewhere, and none is sent to it."""
        at_mail_domain = address.rpartition("@")[2] == self.mail_domain
        return self.is_internal(address) or (at_mail_domain and _ID.match(address) is not None)

    def name_in(self, address: str) -> str | AccountId:
        """The person whom an address means: an account, TELEGRAM with a Telegram id, or the address itself."""
        tenant, telegram_id = _account_id_in(address), self._telegram_id_in(address)
        if tenant is not None:
            return tenant
        return f"{TELEGRAM}{telegram_id}" if telegram_id else address

    def addresses_of(self, account: AccountRow) -> tuple[str, ...]:
        """Every address of this person, former ones too: their meetings have them. The first one is for mail and
        invitations."""
        wire = (
            (f"{account.telegram_id}@{self.mail_domain}", self.internal_address(account.telegram_id))
            if account.telegram_id is not None
            else (f"{account.tenant}@{self.mail_domain}",)
        )
        url = principal_url(account.tenant)
        # Addresses are compared in lower case.
        shown = (f"{self.public_path.lower()}{url}",) if self.public_path else ()
        ids = (f"urn:uuid:{account.tenant}", url, *shown)
        return (*account.addresses, *reversed(wire), *ids, *account.former)

    def own_address(self, account: AccountRow) -> str:
        """The address of this person in events that are made here."""
        if account.telegram_id is not None:
            return self.internal_address(account.telegram_id)
        return self.addresses_of(account)[0]

    def owner(self, account: AccountRow) -> Owner:
        """The account as the domain knows it: its addresses."""
        return Owner(frozenset(self.addresses_of(account)))

    def account(self, tenant: AccountId) -> AccountRow:
        """The account's row. Raises UnknownAccount."""
        account = self.reads.account(tenant)
        if account is None:
            raise UnknownAccount()
        return account

    def read_of(self, address: str) -> Read[AccountRow]:
        """The read of the account here with that address."""
        telegram_id, tenant = self._telegram_id_in(address), _account_id_in(address)
        if tenant is not None:
            return account_with_id(tenant)
        return account_of_telegram(telegram_id) if telegram_id is not None else account_with_address(address)

    def account_of_address(self, address: str) -> AccountRow | None:
        """The account here with that address; None without one."""
        telegram_id, tenant = self._telegram_id_in(address), _account_id_in(address)
        if tenant is not None:
            return self.reads.account(tenant)
        if telegram_id is not None:
            return self.reads.account_by_telegram(telegram_id)
        return self.reads.account_by_address(address)

    def former_holders(self, addresses: Collection[str]) -> list[AccountRow]:
        """The accounts whose former address one of these is; only meetings that they have by it are still theirs."""
        return self.reads.former_holders(sorted(addresses)) if addresses else []

    def account_of_name(self, name: str) -> AccountRow | None:
        """The account that a URL or a client names, by its id, a Telegram id or an address; None without one."""
        try:
            return self.reads.account(AccountId(UUID(name)))
        except ValueError:
            pass
        if name.isascii() and name.isdigit():
            return self.reads.account_by_telegram(int(name)) if int(name) < 2**63 else None
        return self.account_of_address(name)

    def shown(self, address: str) -> str:
        """An address as people may see it: the name of a person here instead of an internal address, which has their
        Telegram id."""
        account = self.accounts_of_addresses([address]).get(address) if self.is_internal(address) else None
        return account.name if account is not None else address

    def accounts_of_addresses(self, addresses: Iterable[str]) -> dict[str, AccountRow]:
        """The accounts here with these addresses, by the address as given. One database round trip for all."""
        numbers = {address: self._telegram_id_in(address) for address in addresses}
        if not numbers:
            return {}
        ids = {address: account for address in numbers if (account := _account_id_in(address)) is not None}
        wire = {address: account for address in numbers if (account := self._wire_id_in(address)) is not None}
        given = {number for number in numbers.values() if number is not None}
        plain = [address for address, number in numbers.items() if number is None]
        rows = self.reads.accounts_of(sorted(given), plain, [*ids.values(), *wire.values()])
        by_id = {row.tenant: row for row in rows}
        by_number = {row.telegram_id: row for row in rows if row.telegram_id is not None}
        by_address = {address: row for row in rows for address in row.addresses}
        found = {
            address: by_address.get(address) if number is None else by_number.get(number)
            for address, number in numbers.items()
        } | {address: by_id.get(tenant) for address, tenant in ids.items()}
        for address, tenant in wire.items():
            row = by_id.get(tenant)
            # With Telegram the account has another address there.
            found[address] = row if row is not None and row.telegram_id is None else None
        return {address: row for address, row in found.items() if row is not None}

    def _wire_id_in(self, address: str) -> AccountId | None:
        """The account in an address at the mail domain that has its id, as ``addresses_of`` makes it. A team calendar
        has no other address: guests answer to it (ADR 96)."""
        local, _, domain = address.rpartition("@")
        return AccountId(UUID(local)) if domain == self.mail_domain and _UUID.match(local) else None

    def _telegram_id_in(self, address: str) -> int | None:
        """The Telegram id in an internal address, or in one at the mail domain."""
        telegram_id = self.telegram_id_of(address)
        if telegram_id is None:
            local, _, domain = address.rpartition("@")
            if domain == self.mail_domain and local.isascii() and local.isdigit() and len(local) < 20:
                telegram_id = int(local)
        # A number beyond bigint is no account's id, and PostgreSQL would raise an error for it. 0 finds no account.
        return telegram_id if telegram_id is None or telegram_id < 2**63 else 0


def principal_url(tenant: UUID) -> str:
    """The path of a person's principal. It is a calendar user address too (RFC 6638 §2.4.1)."""
    return f"/caldav/{tenant}/"


def _account_id_in(address: str) -> AccountId | None:
    """The account in an address that names it by its id."""
    found = _ACCOUNT_ID.match(address)
    return AccountId(UUID(found[1])) if found else None
