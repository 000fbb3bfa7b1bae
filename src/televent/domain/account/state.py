"""The state of a person's account, folded from its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from televent.domain.account.events import (
    AccountErased,
    AccountEvent,
    AccountOpened,
    AddressClaimed,
    AddressPreferred,
    AddressRemoved,
    AddressVerified,
    ApiKeyAdded,
    ApiKeyRevoked,
    CodeMistyped,
    DataExported,
    DefaultCalendarChosen,
    DevicePasswordAdded,
    DevicePasswordRevoked,
    ErasureRequested,
    ErasureRevoked,
    FreeBusyOpened,
    PasswordCodeMistyped,
    PasswordCodeSent,
    PasswordSet,
    PreferencesChanged,
    PrincipalPropertiesChanged,
    ProfileChanged,
    SendersBelieved,
    TelegramLinked,
    TelegramUnlinked,
)
from televent.domain.account.preferences import Preferences


@dataclass(frozen=True, slots=True)
class Account:
    """The state of an account. ``claims``: address → (hash of the code, its expiry, hashes of wrong codes).
    ``devices``: id → name.

    ``erased``: the state holds nothing about the person, and every command but EraseAccount is refused.
    """

    opened: bool = False
    telegram_id: int | None = None
    name: str = ""
    timezone: str = "UTC"
    locale: str = "en"
    claims: Mapping[str, tuple[str, datetime, frozenset[str]]] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    """The verified addresses, the primary one first."""
    former: tuple[str, ...] = ()
    """The addresses that the person removed, the newest last."""
    default_calendar: UUID | None = None
    free_busy: FreeBusyOpened | None = None
    preferences: Preferences = field(default=Preferences())
    believed: tuple[str, ...] = ()
    """The senders whose mails count although nothing proves them."""
    devices: Mapping[UUID, str] = field(default_factory=dict)
    api_keys: frozenset[UUID] = frozenset()
    props: Mapping[str, str] = field(default_factory=dict)
    password_code: tuple[str, datetime, frozenset[str]] | None = None
    """The hash of the code with which a password may be set, its expiry, and the hashes of wrong codes."""
    erase_at: datetime | None = None
    """When a requested erasure is final; None: none is requested."""
    erased: bool = False


def evolve(state: Account, fact: AccountEvent) -> Account:
    """The account after one more fact."""
    match fact:
        case AccountOpened():
            return replace(
                state,
                opened=True,
                telegram_id=fact.telegram_id,
                name=fact.name,
                timezone=fact.timezone,
                locale=fact.locale,
            )
        case ProfileChanged():
            return replace(state, name=fact.name, timezone=fact.timezone, locale=fact.locale)
        case PrincipalPropertiesChanged():
            return replace(state, props=fact.props)
        case AddressClaimed():
            claims = {**state.claims, fact.address: (fact.code_hash, fact.code_until, frozenset())}
            return replace(state, claims=claims)
        case CodeMistyped():
            claim = state.claims.get(fact.address)
            if claim is None:
                # An erased person's addresses are unreadable.
                return state
            code_hash, until, wrong = claim
            claims = {**state.claims, fact.address: (code_hash, until, wrong | {fact.code_hash})}
            return replace(state, claims=claims)
        case AddressVerified():
            claims = {address: claim for address, claim in state.claims.items() if address != fact.address}
            former = tuple(each for each in state.former if each != fact.address)
            return replace(state, claims=claims, addresses=(*state.addresses, fact.address), former=former)
        case AddressPreferred():
            others = (each for each in state.addresses if each != fact.address)
            return replace(state, addresses=(fact.address, *others))
        case AddressRemoved():
            standing = tuple(each for each in state.addresses if each != fact.address)
            return replace(state, addresses=standing, former=(*state.former, fact.address))
        case TelegramLinked():
            return replace(state, telegram_id=fact.telegram_id)
        case TelegramUnlinked():
            former = tuple(dict.fromkeys((*state.former, *fact.former)))
            return replace(state, telegram_id=None, former=former)
        case DefaultCalendarChosen():
            return replace(state, default_calendar=fact.calendar_id)
        case FreeBusyOpened():
            return replace(state, free_busy=fact)
        case PreferencesChanged():
            return replace(state, preferences=fact.now)
        case SendersBelieved():
            return replace(state, believed=fact.addresses)
        case DevicePasswordAdded():
            return replace(state, devices={**state.devices, fact.device_id: fact.name})
        case DevicePasswordRevoked():
            devices = {key: name for key, name in state.devices.items() if key != fact.device_id}
            return replace(state, devices=devices)
        case ApiKeyAdded():
            return replace(state, api_keys=state.api_keys | {fact.key_id})
        case ApiKeyRevoked():
            return replace(state, api_keys=state.api_keys - {fact.key_id})
        case PasswordCodeSent():
            return replace(state, password_code=(fact.code_hash, fact.code_until, frozenset()))
        case PasswordCodeMistyped():
            if state.password_code is None:
                return state
            code_hash, until, wrong = state.password_code
            return replace(state, password_code=(code_hash, until, wrong | {fact.code_hash}))
        case PasswordSet():
            return replace(state, password_code=None)
        case DataExported():
            return state
        case ErasureRequested():
            return replace(state, erase_at=fact.final_at)
        case ErasureRevoked():
            return replace(state, erase_at=None)
        case AccountErased():
            return Account(opened=True, erased=True)
        case _:
            assert_never(fact)
