"""What can be asked of an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class OpenAccount:
    telegram_id: int | None
    name: str
    timezone: str
    locale: str
    calendar_id: UUID


@dataclass(frozen=True, slots=True)
class ChangeProfile:
    name: str | None = None
    timezone: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class ChangePrincipalProperties:
    """``set`` replaces or adds, ``remove`` takes away; what is not there is no error (RFC 4918 §9.2).
    ``default_calendar``: the one that new invitations come to from now on (RFC 6638 §9.2); None: as it was."""

    set: Mapping[str, str]
    remove: frozenset[str]
    default_calendar: UUID | None = None


@dataclass(frozen=True, slots=True)
class OpenFreeBusy:
    """``people`` None: the people named before stay."""

    audience: str
    people: tuple[AccountId, ...] | None


@dataclass(frozen=True, slots=True)
class ClaimAddress:
    address: str
    code_hash: str
    now: datetime


@dataclass(frozen=True, slots=True)
class VerifyAddress:
    """``code_hash`` None: an operator vouches for the address."""

    address: str
    code_hash: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class AddDevice:
    device_id: UUID
    name: str
    hash: str


@dataclass(frozen=True, slots=True)
class RevokeDevice:
    device_id: UUID


@dataclass(frozen=True, slots=True)
class EraseAccount:
    """End the account for good. Nothing can be asked of it afterwards."""


AccountCommand = (
    OpenAccount
    | ChangeProfile
    | ChangePrincipalProperties
    | OpenFreeBusy
    | ClaimAddress
    | VerifyAddress
    | AddDevice
    | RevokeDevice
    | EraseAccount
)
