"""The inline projection of accounts, their addresses and their device passwords.

It is inline for two reasons. A revoked device password must stop working at once on every node. And the unique keys of
its rows must refuse an address that belongs to another account.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from televent.application.read_models.accounts import (
    DestroyKey,
    DropApiKey,
    DropDevice,
    ForgetAccount,
    PutAccount,
    PutAddress,
    PutApiKey,
    PutDevice,
    PutErasure,
    PutPassword,
    PutPreferences,
    PutPrincipal,
)
from televent.application.read_models.calendars import PutCalendar
from televent.application.read_models.company import PutFreeBusy
from televent.application.read_models.writes import Write
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
from televent.domain.account.state import Account
from televent.domain.ids import StreamKey
from televent.domain.inbox_item.collection import INBOX, inbox_of

INBOX_HOLDS = ("VEVENT", "VTODO")


def account_writes(key: StreamKey, after: Account, facts: Sequence[AccountEvent], at: datetime) -> list[Write]:
    """The rows that change with an account's facts."""
    writes: list[Write] = []
    profile = False
    if any(isinstance(fact, AccountOpened) for fact in facts):
        writes.append(PutCalendar(key.tenant, inbox_of(key.tenant), INBOX, INBOX_HOLDS, {}))
    for fact in facts:
        match fact:
            case AccountOpened() | ProfileChanged() | DefaultCalendarChosen() | TelegramLinked():
                profile = True
            case TelegramUnlinked():
                profile = True
                writes += [PutAddress(key.tenant, each, False, False, None, None, former=True) for each in fact.former]
            case PrincipalPropertiesChanged():
                writes.append(PutPrincipal(key.tenant, fact.props))
            case FreeBusyOpened():
                writes.append(PutFreeBusy(key.tenant, fact.audience, fact.people))
            case PreferencesChanged():
                writes.append(PutPreferences(key.tenant, fact.now))
            case AddressClaimed():
                former = fact.address in after.former
                put = PutAddress(key.tenant, fact.address, False, False, fact.code_hash, fact.code_until, former)
                writes.append(put)
            case CodeMistyped() | SendersBelieved() | DataExported() | PasswordCodeSent() | PasswordCodeMistyped():
                pass
            case AddressVerified():
                primary = after.addresses[:1] == (fact.address,)
                writes.append(PutAddress(key.tenant, fact.address, True, primary, None, None))
            case AddressPreferred():
                standing = enumerate(after.addresses)
                writes += [PutAddress(key.tenant, each, True, place == 0, None, None) for place, each in standing]
            case AddressRemoved():
                writes.append(PutAddress(key.tenant, fact.address, False, False, None, None, former=True))
                writes += [PutAddress(key.tenant, each, True, True, None, None) for each in after.addresses[:1]]
            case DevicePasswordAdded():
                writes.append(PutDevice(key.tenant, fact.device_id, fact.name, fact.hash, fact.selector, at))
            case DevicePasswordRevoked():
                writes.append(DropDevice(key.tenant, fact.device_id))
            case ApiKeyAdded():
                kept = (fact.name, fact.hash, fact.scopes, fact.expires_at)
                writes.append(PutApiKey(key.tenant, fact.key_id, *kept, at))
            case ApiKeyRevoked():
                writes.append(DropApiKey(key.tenant, fact.key_id))
            case PasswordSet():
                writes.append(PutPassword(key.tenant, fact.hash, at))
            case ErasureRequested():
                writes.append(PutErasure(key.tenant, fact.final_at))
            case ErasureRevoked():
                writes.append(PutErasure(key.tenant, None))
            case AccountErased():
                # In the transaction of the fact, so that no crash leaves an erased person readable.
                # The rest is first: kept mails are found by the addresses of the directory.
                writes += [ForgetAccount(key.tenant, each) for each in ("rest", "dav_index", "company", "directory")]
                writes.append(DestroyKey(key.tenant, at))
            case _:
                assert_never(fact)
    if profile:
        writes.insert(
            0,
            PutAccount(
                tenant=key.tenant,
                telegram_id=after.telegram_id,
                name=after.name,
                timezone=after.timezone,
                locale=after.locale,
                default_calendar=after.default_calendar,
                opened_at=at,
            ),
        )
    return writes
