"""A person's account: who they are, how they are reached, which devices may sign in.

Facts, state, commands, refusals and the decision, in that order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from televent.domain.calendar import check_room
from televent.domain.free_busy import MAX_NAMED
from televent.domain.ids import AccountId
from televent.domain.personal import Personal
from televent.domain.refusal import Refusal
from televent.domain.sharing import TooManySharees


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
class PreferencesChanged:
    preferences: Personal[Mapping[str, str | int | bool | None]]


@dataclass(frozen=True, slots=True)
class PrincipalPropertiesChanged:
    """What clients have set on the person's own collections: ``inbox {namespace}local`` or ``home {namespace}local`` to
    XML inner text."""

    props: Personal[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class AddressClaimed:
    """Somebody says this address is theirs; it counts for nothing until verified."""

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
    """Who may ask from now on when the person is busy: ``audience``, and the ``people`` named besides."""

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


AccountEvent = (
    AccountOpened
    | ProfileChanged
    | PreferencesChanged
    | PrincipalPropertiesChanged
    | AddressClaimed
    | AddressVerified
    | DefaultCalendarChosen
    | FreeBusyOpened
    | DevicePasswordAdded
    | DevicePasswordRevoked
)


@dataclass(frozen=True, slots=True)
class Account:
    opened: bool = False
    telegram_id: int | None = None
    name: str = ""
    timezone: str = "UTC"
    locale: str = "en"
    preferences: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    claims: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    default_calendar: UUID | None = None
    free_busy: FreeBusyOpened | None = None
    devices: Mapping[UUID, str] = field(default_factory=dict)
    props: Mapping[str, str] = field(default_factory=dict)


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
        case PreferencesChanged():
            return replace(state, preferences=fact.preferences)
        case PrincipalPropertiesChanged():
            return replace(state, props=fact.props)
        case AddressClaimed():
            claims = {**state.claims, fact.address: (fact.code_hash, fact.code_until)}
            return replace(state, claims=claims)
        case AddressVerified():
            claims = {address: claim for address, claim in state.claims.items() if address != fact.address}
            return replace(state, claims=claims, addresses=(*state.addresses, fact.address))
        case DefaultCalendarChosen():
            return replace(state, default_calendar=fact.calendar_id)
        case FreeBusyOpened():
            return replace(state, free_busy=fact)
        case DevicePasswordAdded():
            return replace(state, devices={**state.devices, fact.device_id: fact.name})
        case DevicePasswordRevoked():
            devices = {key: name for key, name in state.devices.items() if key != fact.device_id}
            return replace(state, devices=devices)
        case _:
            assert_never(fact)


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
    """``people`` None: those who were named before."""

    audience: str
    people: tuple[AccountId, ...] | None


@dataclass(frozen=True, slots=True)
class ClaimAddress:
    address: str
    code_hash: str
    now: datetime


@dataclass(frozen=True, slots=True)
class VerifyAddress:
    """``code_hash`` None: vouched for by an operator."""

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


AccountCommand = (
    OpenAccount
    | ChangeProfile
    | ChangePrincipalProperties
    | OpenFreeBusy
    | ClaimAddress
    | VerifyAddress
    | AddDevice
    | RevokeDevice
)


class UnknownAccount(Refusal):
    """There is no such account."""


class WrongCode(Refusal):
    """That code is not right, or it has expired. Ask for a new one."""


class UnknownDevice(Refusal):
    """There is no such device password."""


class TooManyDevices(Refusal):
    """There are fifty device passwords already. Revoke one first."""


CODE_LIFETIME = timedelta(hours=1)
MAX_DEVICES = 50


def decide(state: Account, command: AccountCommand) -> list[AccountEvent]:
    """What happens; the same command on its own result yields nothing. Raises Refusal."""
    if isinstance(command, OpenAccount):
        if state.opened:
            return []
        return [
            AccountOpened(command.telegram_id, command.name, command.timezone, command.locale),
            DefaultCalendarChosen(command.calendar_id),
        ]
    if not state.opened:
        raise UnknownAccount()
    match command:
        case ChangeProfile():
            changed = ProfileChanged(
                command.name or state.name, command.timezone or state.timezone, command.locale or state.locale
            )
            same = (changed.name, changed.timezone, changed.locale) == (
                state.name,
                state.timezone,
                state.locale,
            )
            return [] if same else [changed]
        case ChangePrincipalProperties():
            kept = {name: value for name, value in state.props.items() if name not in command.remove}
            props = {**kept, **command.set}
            check_room(props)
            facts: list[AccountEvent] = [] if props == dict(state.props) else [PrincipalPropertiesChanged(props)]
            if command.default_calendar not in (None, state.default_calendar):
                facts.append(DefaultCalendarChosen(command.default_calendar))
            return facts
        case OpenFreeBusy():
            standing = state.free_busy.people if state.free_busy is not None else ()
            people = standing if command.people is None else tuple(dict.fromkeys(command.people))
            if len(people) > MAX_NAMED:
                raise TooManySharees()
            opened = FreeBusyOpened(command.audience, people)
            return [] if opened == state.free_busy else [opened]
        case ClaimAddress():
            if command.address in state.addresses:
                return []
            return [AddressClaimed(command.address, command.code_hash, command.now + CODE_LIFETIME)]
        case VerifyAddress():
            if command.address in state.addresses:
                return []
            if command.code_hash is not None:
                claim = state.claims.get(command.address)
                if claim is None or claim[0] != command.code_hash or claim[1] < command.now:
                    raise WrongCode()
            return [AddressVerified(command.address)]
        case AddDevice():
            if command.device_id in state.devices:
                return []
            if len(state.devices) >= MAX_DEVICES:
                raise TooManyDevices()
            return [DevicePasswordAdded(command.device_id, command.name, command.hash)]
        case RevokeDevice():
            if command.device_id not in state.devices:
                raise UnknownDevice()
            return [DevicePasswordRevoked(command.device_id)]
        case _:
            assert_never(command)
