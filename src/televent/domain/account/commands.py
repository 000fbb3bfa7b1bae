"""The commands of an account."""

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
    """Change the properties of a person's home and inbox.

    ``set`` adds or replaces properties. ``remove`` deletes them; a missing one is no error (RFC 4918 §9.2).
    ``default_calendar``: the calendar for new invitations (RFC 6638 §9.2); None: no change.
    """

    set: Mapping[str, str]
    remove: frozenset[str]
    default_calendar: UUID | None = None


@dataclass(frozen=True, slots=True)
class OpenFreeBusy:
    """Set who may ask when the person is busy. ``people`` None: the people named before stay."""

    audience: str
    people: tuple[AccountId, ...] | None


@dataclass(frozen=True, slots=True)
class ChangePreferences:
    """``choices``: name of a field of Preferences → its new value. Fields that are not named stay."""

    choices: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BelieveSender:
    """Always believe mails that name this address in From, in lower case; or, ``believe`` False, no longer."""

    address: str
    believe: bool = True


@dataclass(frozen=True, slots=True)
class LinkTelegram:
    """Reach the person by Telegram, too."""

    telegram_id: int


@dataclass(frozen=True, slots=True)
class UnlinkTelegram:
    """Reach the person by mail only. ``addresses``: those that have their Telegram id; they become former ones."""

    addresses: tuple[str, ...]


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
class PreferAddress:
    """Send mail for the person to this verified address."""

    address: str


@dataclass(frozen=True, slots=True)
class RemoveAddress:
    """Take no new invitations for this verified address."""

    address: str


@dataclass(frozen=True, slots=True)
class AddDevice:
    device_id: UUID
    name: str
    hash: str
    selector: str
    signs_in: bool = False
    """The person themselves adds it: they want to go on using the account (ADR 78)."""


@dataclass(frozen=True, slots=True)
class RevokeDevice:
    device_id: UUID


@dataclass(frozen=True, slots=True)
class AddApiKey:
    """Let programs act for the person with a key, within ``scopes``. ``expires_at`` None: until it is revoked."""

    key_id: UUID
    name: str
    hash: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class RevokeApiKey:
    key_id: UUID


@dataclass(frozen=True, slots=True)
class SendPasswordCode:
    code_hash: str
    now: datetime


@dataclass(frozen=True, slots=True)
class SetPassword:
    """Set the password. ``code_hash``: of the code that was mailed; None: the person is signed in with the old one."""

    hash: str
    code_hash: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class NoteExport:
    """Record that the person gets an archive of everything."""


@dataclass(frozen=True, slots=True)
class RequestErasure:
    """Erase the account in thirty days, unless the request is revoked before."""

    now: datetime


@dataclass(frozen=True, slots=True)
class KeepAccount:
    """Revoke the request for an erasure."""


@dataclass(frozen=True, slots=True)
class EraseAccount:
    """End the account for good. Every later command is refused.

    ``due``: only where a request is final by then; None: at once.
    """

    due: datetime | None = None


AccountCommand = (
    OpenAccount
    | ChangeProfile
    | ChangePrincipalProperties
    | OpenFreeBusy
    | ChangePreferences
    | BelieveSender
    | LinkTelegram
    | UnlinkTelegram
    | ClaimAddress
    | VerifyAddress
    | PreferAddress
    | RemoveAddress
    | AddDevice
    | RevokeDevice
    | AddApiKey
    | RevokeApiKey
    | SendPasswordCode
    | SetPassword
    | NoteExport
    | RequestErasure
    | KeepAccount
    | EraseAccount
)
