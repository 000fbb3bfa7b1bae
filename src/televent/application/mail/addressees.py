"""Finds the accounts that a mail is for, by the recipients of its SMTP envelope (imip/SPEC B1, B5).

To and Cc do not count, because the sender can write anything there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from televent.application.backend import Backend
from televent.application.mail.book import GuestAddress, MailBook, ReplyToken
from televent.application.read_models.accounts import AccountRow
from televent.domain.ids import AccountId

OPERATORS = frozenset({"postmaster", "abuse"})
"""The names at our mail domain that are the operator's."""
_TOKENED = re.compile(r"(?:rsvp|bounce)\+([0-9a-f]{32})\Z")
_GUEST = re.compile(r"guest\+([0-9a-f]{32})\Z")
# Bytes that are not UTF-8 arrive as lone surrogates, which PostgreSQL refuses.
_ADDRESS = re.compile(r"[^\x00-\x20\x7f<>\ud800-\udfff]{1,254}\Z")


class Destination(Enum):
    """The result of looking up an address. Mail is accepted for HERE and OPERATOR alone; nothing is relayed."""

    HERE = auto()
    OPERATOR = auto()
    NOBODY = auto()
    UNREAD = auto()
    NOT_YET = auto()
    NOT_FOR_MAIL = auto()
    ELSEWHERE = auto()


@dataclass(frozen=True, slots=True)
class Addressee:
    """An account that a mail was sent to, and its tokens among the recipients.

    ``addresses``: its other addresses among the recipients, each with the address of the account that it stands for.
    ``guests``: those of them that show the person to guests elsewhere.
    """

    account: AccountRow
    tokens: tuple[ReplyToken, ...]
    addresses: Mapping[str, str]
    guests: tuple[GuestAddress, ...] = ()


class Addressees:
    """Looks up recipients. Synchronous; each call reads the database."""

    def __init__(self, backend: Backend, book: MailBook) -> None:
        self._backend = backend
        self._book = book

    def destination(self, address: str) -> Destination:
        """The destination of mail for this address."""
        address = address.strip().lower()
        if self.is_operator(address):
            return Destination.OPERATOR
        local, _, domain = address.rpartition("@")
        if not local or not _ADDRESS.match(address):
            return Destination.NOBODY
        if domain == self._backend.people.internal_domain:
            return Destination.NOT_FOR_MAIL
        if domain == self._backend.people.mail_domain and local == "noreply":
            return Destination.UNREAD
        if self._token(address) is not None or self._account(address) is not None or self._former(address):
            return Destination.HERE
        if self._guest(address) is not None:
            return Destination.NOT_YET
        ours = domain == self._backend.people.mail_domain
        return Destination.NOBODY if ours else Destination.ELSEWHERE

    def is_operator(self, address: str) -> bool:
        """Whether the address is the operator's: postmaster, without a domain too (RFC 5321 §4.5.1), and abuse
        (RFC 2142 §4)."""
        local, at, domain = address.strip().lower().partition("@")
        return (local == "postmaster" and not at) or (local in OPERATORS and domain == self._backend.people.mail_domain)

    def among(self, recipients: Sequence[str]) -> list[Addressee]:
        """The accounts that the recipients mean, each once, in their order."""
        accounts: dict[AccountId, AccountRow] = {}
        tokens: dict[AccountId, list[ReplyToken]] = {}
        addresses: dict[AccountId, dict[str, str]] = {}
        guests: dict[AccountId, list[GuestAddress]] = {}
        for recipient in recipients:
            address = recipient.strip().lower()
            token = self._token(address)
            for account in self._accounts(address, token):
                accounts.setdefault(account.tenant, account)
                if token is not None:
                    tokens.setdefault(account.tenant, []).append(token)
                    continue
                if (guest := self._guest(address)) is not None:
                    guests.setdefault(account.tenant, []).append(guest)
                    addresses.setdefault(account.tenant, {})[address] = guest.address
                    continue
                own = self._backend.people.addresses_of(account)
                known = next((each for each in (address, without_detail(address)) if each in own), None)
                if known is not None:
                    addresses.setdefault(account.tenant, {})[address] = known
        return [
            Addressee(account, tuple(tokens.get(tenant, ())), addresses.get(tenant, {}), tuple(guests.get(tenant, ())))
            for tenant, account in accounts.items()
        ]

    def tokens(self, recipients: Sequence[str]) -> list[ReplyToken]:
        """The reply tokens among the recipients."""
        found = (self._token(recipient.strip().lower()) for recipient in recipients)
        return [token for token in found if token is not None]

    def _token(self, address: str) -> ReplyToken | None:
        local, _, domain = address.rpartition("@")
        found = _TOKENED.match(local) if domain == self._backend.people.mail_domain else None
        return self._book.resolve(found[1]) if found is not None else None

    def _accounts(self, address: str, token: ReplyToken | None) -> list[AccountRow]:
        account = self._backend.reads.account(token.tenant) if token is not None else self._account(address)
        return [account] if account is not None else [] if token is not None else self._former(address)

    def _former(self, address: str) -> list[AccountRow]:
        """The accounts whose former address this is; of several, the meeting tells whose mail it is."""
        people = self._backend.people
        return people.former_holders({address, without_detail(address)})

    def _guest(self, address: str) -> GuestAddress | None:
        local, _, domain = address.rpartition("@")
        found = _GUEST.match(local) if domain == self._backend.people.mail_domain else None
        return next(iter(self._book.guests([found[1]])), None) if found is not None else None

    def _account(self, address: str) -> AccountRow | None:
        if (guest := self._guest(address)) is not None:
            return self._backend.people.account_of_address(guest.address)
        return self._account_of(address) or self._account_of(without_detail(address))

    def _account_of(self, address: str) -> AccountRow | None:
        local, _, domain = address.rpartition("@")
        if not local or domain == self._backend.people.internal_domain:
            return None
        named = _account_id(local) if domain == self._backend.people.mail_domain else None
        if named is not None:
            return self._backend.reads.account(named)
        return self._backend.people.account_of_address(address)


def without_detail(address: str) -> str:
    """The address without "+" and the detail after it (RFC 5233 §2): ``bob+work@example.com`` is Bob's."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def _account_id(local: str) -> AccountId | None:
    """The account id in a local part. Only the full form counts: UUID() takes braces and the like too."""
    try:
        named = UUID(local)
    except ValueError:
        return None
    return AccountId(named) if str(named) == local else None
