"""The read model of accounts: names, addresses and device passwords."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from televent.domain.account.preferences import Preferences
from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class PutAccount:
    tenant: AccountId
    telegram_id: int | None
    name: str
    timezone: str
    locale: str
    default_calendar: UUID | None
    opened_at: datetime
    """Only the first write stores it."""


@dataclass(frozen=True, slots=True)
class PutPrincipal:
    tenant: AccountId
    props: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PutPreferences:
    """Stores what the person chose, in the row that PutAccount has written."""

    tenant: AccountId
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class PutErasure:
    """Stores when a requested erasure is final; None: none is requested."""

    tenant: AccountId
    at: datetime | None


@dataclass(frozen=True, slots=True)
class PutPassword:
    tenant: AccountId
    hash: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class PutAddress:
    tenant: AccountId
    address: str
    verified: bool
    primary: bool
    code_hash: str | None
    code_until: datetime | None
    former: bool = False


@dataclass(frozen=True, slots=True)
class PutDevice:
    tenant: AccountId
    device_id: UUID
    name: str
    hash: str
    selector: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PutApiKey:
    tenant: AccountId
    key_id: UUID
    name: str
    hash: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DropApiKey:
    tenant: AccountId
    key_id: UUID


@dataclass(frozen=True, slots=True)
class DropDevice:
    tenant: AccountId
    device_id: UUID


@dataclass(frozen=True, slots=True)
class ForgetAccount:
    """Deletes the account's rows of one inline projection, "dav_index", "company" or "directory", or the "rest": what
    it has in queues, kept mails and attachments, which no projection makes."""

    tenant: AccountId
    projection: str


@dataclass(frozen=True, slots=True)
class DestroyKey:
    """Destroys the account's key, so that its personal fields can never be decrypted again."""

    tenant: AccountId
    at: datetime


@dataclass(frozen=True, slots=True)
class DeviceRow:
    device_id: UUID
    name: str
    hash: str
    selector: str | None
    """None: stored before there were selectors, and not used since (ADR 32)."""
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    tenant: AccountId
    telegram_id: int | None
    name: str
    timezone: str
    locale: str
    default_calendar: UUID | None
    addresses: tuple[str, ...] = ()
    """The verified addresses, the primary one first."""
    devices: tuple[DeviceRow, ...] = field(default=())
    preferences: Preferences = field(default=Preferences())
    former: tuple[str, ...] = ()
    """The addresses that the person removed, and that nobody else has verified since."""
    erase_at: datetime | None = None
    """When a requested erasure is final; None: none is requested."""

    @property
    def reachable(self) -> bool:
        """Whether a person has the account; False for that of a team calendar or of a subscription."""
        return self.telegram_id is not None or bool(self.addresses)


class AccountReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def account(self, tenant: AccountId) -> AccountRow | None: ...
    def principal_props(self, tenant: AccountId) -> Mapping[str, str]: ...
    def account_by_telegram(self, telegram_id: int) -> AccountRow | None: ...
    def account_by_address(self, address: str) -> AccountRow | None:
        """The account with that verified address."""
        ...

    def former_holders(self, addresses: Sequence[str]) -> list[AccountRow]:
        """The accounts whose former address is one of these, which nobody has now."""
        ...

    def accounts_of(
        self, telegram_ids: Sequence[int], addresses: Sequence[str], tenants: Sequence[AccountId] = ()
    ) -> list[AccountRow]:
        """The accounts with one of these Telegram ids, verified addresses or ids."""
        ...

    def accounts_with(self, tenants: Sequence[AccountId]) -> list[AccountRow]:
        """The accounts with these ids."""
        ...

    def accounts(self) -> list[AccountRow]:
        """The accounts of all people, the oldest first; without those of subscribed calendars."""
        ...

    def note_devices_used(self, devices: Sequence[tuple[AccountId, UUID]], now: datetime) -> None:
        """Stores the time of use of these devices, at most once in five minutes for each."""
        ...

    def fill_selector(self, tenant: AccountId, device: DeviceRow, selector: str) -> None:
        """Stores the selector of a device that has none, while its hash is the same."""
        ...
