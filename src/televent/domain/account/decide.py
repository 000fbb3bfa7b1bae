"""Decides the commands of an account."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from televent.domain.account.commands import (
    AccountCommand,
    AddApiKey,
    AddDevice,
    BelieveSender,
    ChangePreferences,
    ChangePrincipalProperties,
    ChangeProfile,
    ClaimAddress,
    EraseAccount,
    KeepAccount,
    LinkTelegram,
    NoteExport,
    OpenAccount,
    OpenFreeBusy,
    PreferAddress,
    RemoveAddress,
    RequestErasure,
    RevokeApiKey,
    RevokeDevice,
    SendPasswordCode,
    SetPassword,
    UnlinkTelegram,
    VerifyAddress,
)
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
from televent.domain.account.free_busy import MAX_NAMED
from televent.domain.account.preferences import changed as changed_preferences
from televent.domain.account.refusals import (
    InvalidExpiry,
    LastAddress,
    OtherTelegram,
    TelegramStays,
    TooManyAddresses,
    TooManyApiKeys,
    TooManyBelieved,
    TooManyDevices,
    UnknownAccount,
    UnknownAddress,
    UnknownApiKey,
    UnknownDevice,
    WrongCode,
)
from televent.domain.account.state import Account
from televent.domain.properties import check_room
from televent.domain.sharing.refusals import TooManySharees

MAX_BELIEVED = 100
"""Max senders whom a person always believes."""
CODE_LIFETIME = timedelta(hours=1)
"""Max age of a code that verifies an address."""
MAX_WRONG_CODES = 5
"""Max wrong codes for one code that was mailed; then not even the right one counts. A code has six digits."""
MAX_ADDRESSES = 20
"""Max verified addresses of one account."""
MAX_DEVICES = 50
"""Max device passwords of one account."""
MAX_API_KEYS = 50
"""Max API keys of one account, with the expired ones that are not revoked."""
MAX_KEY_LIFETIME = timedelta(days=3653)
"""Max time until an API key expires, where it expires at all."""
GRACE = timedelta(days=30)
"""Time between a request for an erasure and the erasure."""


def decide(state: Account, command: AccountCommand) -> list[AccountEvent]:
    """The facts of a command; none where the account is already so. Raises Refusal."""
    if state.erased:
        if isinstance(command, EraseAccount):
            return []
        raise UnknownAccount()
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
            named = state.free_busy.people if state.free_busy is not None else ()
            people = named if command.people is None else tuple(dict.fromkeys(command.people))
            if len(people) > MAX_NAMED:
                raise TooManySharees()
            opened = FreeBusyOpened(command.audience, people)
            return [] if opened == state.free_busy else [opened]
        case ChangePreferences():
            now = changed_preferences(state.preferences, command.choices)
            return [] if now == state.preferences else [PreferencesChanged(state.preferences, now)]
        case BelieveSender():
            others = tuple(each for each in state.believed if each != command.address)
            believed = tuple(sorted((*others, command.address))) if command.believe else others
            if len(believed) > MAX_BELIEVED:
                raise TooManyBelieved()
            return [] if believed == state.believed else [SendersBelieved(believed)]
        case ClaimAddress():
            if command.address in state.addresses:
                return []
            if len(state.addresses) >= MAX_ADDRESSES:
                raise TooManyAddresses()
            return [AddressClaimed(command.address, command.code_hash, command.now + CODE_LIFETIME)]
        case VerifyAddress():
            if command.address in state.addresses:
                return []
            if command.code_hash is not None:
                claim = state.claims.get(command.address)
                if claim is None or claim[1] < command.now:
                    raise WrongCode()
                code_hash, _, wrong = claim
                if command.code_hash in wrong:
                    return []
                if len(wrong) >= MAX_WRONG_CODES:
                    raise WrongCode()
                if command.code_hash != code_hash:
                    # A refusal would not be counted.
                    return [CodeMistyped(command.address, command.code_hash)]
            if len(state.addresses) >= MAX_ADDRESSES:
                raise TooManyAddresses()
            return [AddressVerified(command.address)]
        case PreferAddress():
            if command.address not in state.addresses:
                raise UnknownAddress()
            return [] if state.addresses[0] == command.address else [AddressPreferred(command.address)]
        case RemoveAddress():
            if command.address in state.former:
                return []
            if command.address not in state.addresses:
                raise UnknownAddress()
            if state.telegram_id is None and len(state.addresses) == 1:
                raise LastAddress()
            return [AddressRemoved(command.address)]
        case LinkTelegram():
            if state.telegram_id == command.telegram_id:
                return []
            if state.telegram_id is not None:
                raise OtherTelegram()
            return [TelegramLinked(command.telegram_id)]
        case UnlinkTelegram():
            if state.telegram_id is None:
                return []
            if not state.addresses:
                raise TelegramStays()
            return [TelegramUnlinked(command.addresses)]
        case AddDevice():
            if command.device_id in state.devices:
                return []
            if len(state.devices) >= MAX_DEVICES:
                raise TooManyDevices()
            added = DevicePasswordAdded(command.device_id, command.name, command.hash, command.selector)
            revoked = [ErasureRevoked()] if command.signs_in and state.erase_at is not None else []
            return [added, *revoked]
        case RevokeDevice():
            if command.device_id not in state.devices:
                raise UnknownDevice()
            return [DevicePasswordRevoked(command.device_id)]
        case AddApiKey():
            if command.key_id in state.api_keys:
                return []
            if command.expires_at is not None and not (
                command.now < command.expires_at <= command.now + MAX_KEY_LIFETIME
            ):
                raise InvalidExpiry()
            if len(state.api_keys) >= MAX_API_KEYS:
                raise TooManyApiKeys()
            return [ApiKeyAdded(command.key_id, command.name, command.hash, command.scopes, command.expires_at)]
        case RevokeApiKey():
            if command.key_id not in state.api_keys:
                raise UnknownApiKey()
            return [ApiKeyRevoked(command.key_id)]
        case SendPasswordCode():
            return [PasswordCodeSent(command.code_hash, command.now + CODE_LIFETIME)]
        case SetPassword():
            if command.code_hash is not None:
                if state.password_code is None or state.password_code[1] < command.now:
                    raise WrongCode()
                code_hash, _, wrong = state.password_code
                if command.code_hash in wrong:
                    return []
                if len(wrong) >= MAX_WRONG_CODES:
                    raise WrongCode()
                if command.code_hash != code_hash:
                    # A refusal would not be counted.
                    return [PasswordCodeMistyped(command.code_hash)]
            return [PasswordSet(command.hash)]
        case NoteExport():
            return [DataExported()]
        case RequestErasure():
            return [] if state.erase_at is not None else [ErasureRequested(command.now + GRACE)]
        case KeepAccount():
            return [] if state.erase_at is None else [ErasureRevoked()]
        case EraseAccount():
            waits = command.due is not None and (state.erase_at is None or state.erase_at > command.due)
            return [] if waits else [AccountErased()]
        case _:
            assert_never(command)
