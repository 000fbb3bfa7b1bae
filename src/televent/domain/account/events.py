"""The facts of a person's account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from televent.domain.account.preferences import Preferences
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
    """Clients changed properties of the person's home or inbox.

    ``props`` has all of them: ``inbox {namespace}local`` or ``home {namespace}local`` → the XML inner text.
    """

    props: Personal[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class AddressClaimed:
    """The person claims an address. It has no effect until it is verified. ``code_until``: when the code expires."""

    address: Personal[str]
    code_hash: Personal[str]
    code_until: datetime


@dataclass(frozen=True, slots=True)
class CodeMistyped:
    """A wrong code with this hash was given for a claimed address. After a few the claim has no effect."""

    address: Personal[str]
    code_hash: Personal[str]


@dataclass(frozen=True, slots=True)
class AddressVerified:
    address: Personal[str]


@dataclass(frozen=True, slots=True)
class AddressPreferred:
    """The person chose the verified address to which mail for them goes."""

    address: Personal[str]


@dataclass(frozen=True, slots=True)
class AddressRemoved:
    """The person removed a verified address. It is a former one: meetings to which it was invited stay theirs."""

    address: Personal[str]


@dataclass(frozen=True, slots=True)
class TelegramLinked:
    """The person, who had an account without Telegram, is reached there, too."""

    telegram_id: Personal[int | None]


@dataclass(frozen=True, slots=True)
class TelegramUnlinked:
    """The person left Telegram. The addresses with their id are former ones: meetings with them stay theirs."""

    former: Personal[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class DefaultCalendarChosen:
    calendar_id: UUID


@dataclass(frozen=True, slots=True)
class FreeBusyOpened:
    """The person chose who may ask when they are busy: ``audience``, and the ``people`` named besides."""

    audience: str
    people: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class PreferencesChanged:
    """The person chose how they are reminded and told, and how times are shown: ``was`` and ``now``, each complete."""

    was: Preferences
    now: Preferences


@dataclass(frozen=True, slots=True)
class SendersBelieved:
    """The person chose the senders whose mails count although nothing proves them: all their addresses, sorted."""

    addresses: Personal[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class DevicePasswordAdded:
    """``selector`` tells which hash a given password is checked against (application.passwords); None in facts from
    before there were selectors."""

    device_id: UUID
    name: Personal[str]
    hash: Personal[str]
    selector: Personal[str | None]


@dataclass(frozen=True, slots=True)
class DevicePasswordRevoked:
    device_id: UUID


@dataclass(frozen=True, slots=True)
class ApiKeyAdded:
    """Programs may act for the person with a key of this hash, within ``scopes``. ``expires_at`` None: until it is
    revoked."""

    key_id: UUID
    name: Personal[str]
    hash: Personal[str]
    scopes: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApiKeyRevoked:
    key_id: UUID


@dataclass(frozen=True, slots=True)
class PasswordCodeSent:
    """A code was mailed with which the person may set a password. ``code_until``: when it expires."""

    code_hash: Personal[str]
    code_until: datetime


@dataclass(frozen=True, slots=True)
class PasswordCodeMistyped:
    """A wrong code with this hash was given. After a few the one that was mailed has no effect."""

    code_hash: Personal[str]


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """The person chose the password for signing in without an app. Codes that were mailed have no effect any more."""

    hash: Personal[str]


@dataclass(frozen=True, slots=True)
class DataExported:
    """The person got an archive of everything that is held on them, or may fetch one for a day."""


@dataclass(frozen=True, slots=True)
class ErasureRequested:
    """The person, or an operator for them, asked to erase the account at ``final_at``, unless it is revoked before."""

    final_at: datetime


@dataclass(frozen=True, slots=True)
class ErasureRevoked:
    """The account is kept: the request for its erasure was taken back."""


@dataclass(frozen=True, slots=True)
class AccountErased:
    """The account is erased; this is the last fact of its stream.

    The person's key is destroyed in the same transaction. Readers then get placeholders for the personal fields of
    all earlier facts.
    """


AccountEvent = (
    AccountOpened
    | ProfileChanged
    | PrincipalPropertiesChanged
    | AddressClaimed
    | CodeMistyped
    | AddressVerified
    | AddressPreferred
    | AddressRemoved
    | TelegramLinked
    | TelegramUnlinked
    | DefaultCalendarChosen
    | FreeBusyOpened
    | PreferencesChanged
    | SendersBelieved
    | DevicePasswordAdded
    | DevicePasswordRevoked
    | ApiKeyAdded
    | ApiKeyRevoked
    | PasswordCodeSent
    | PasswordCodeMistyped
    | PasswordSet
    | DataExported
    | ErasureRequested
    | ErasureRevoked
    | AccountErased
)
