"""What can have happened to a person's account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from televent.domain.ids import AccountId
from televent.domain.personal import Personal


@dataclass(frozen=True, slots=True)
class AccountOpened:
    telegram_id: Personal[int | None]
    name: Personal[str]
    timezone: str = "UTC"
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    name: Personal[str]
    timezone: str = "UTC"
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class PrincipalPropertiesChanged:
    """What clients have set on the person's own collections: ``inbox {namespace}local`` or ``home {namespace}local`` to
    XML inner text."""

    props: Personal[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class AddressClaimed:
    """The person says that this address is theirs. It counts for nothing until it is verified."""

    address: Personal[str]
    code_hash: Personal[str]
    code_until: datetime


@dataclass(frozen=True, slots=True)
class AddressVerified:
    address: Personal[str]


@dataclass(frozen=True, slots=True)
class DefaultCalendarChosen:
    calendar_id: UUID


@dataclass(frozen=True, slots=True)
class FreeBusyOpened:
    """The person chose who may ask when they are busy: ``audience``, and the ``people`` named besides."""

    audience: str
    people: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class DevicePasswordAdded:
    device_id: UUID
    name: Personal[str]
    hash: Personal[str]


@dataclass(frozen=True, slots=True)
class DevicePasswordRevoked:
    device_id: UUID


@dataclass(frozen=True, slots=True)
class AccountErased:
    """The account is gone for good, and the last fact of its stream is this one. The person's key is destroyed with it:
    a later reader finds placeholders in every fact before."""


AccountEvent = (
    AccountOpened
    | ProfileChanged
    | PrincipalPropertiesChanged
    | AddressClaimed
    | AddressVerified
    | DefaultCalendarChosen
    | FreeBusyOpened
    | DevicePasswordAdded
    | DevicePasswordRevoked
    | AccountErased
)
