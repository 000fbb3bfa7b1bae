"""News of the ways into an account: keys, passwords, addresses and Telegram that came or went by the REST door.

The chat gets them, or the mail of an account without a chat. The bot itself shows what a person did there.
"""

from __future__ import annotations

from typing import Any, Final

from televent.application.accounts import account_news as texts
from televent.application.event_store.catalogue import name_of
from televent.application.event_store.envelope import Envelope
from televent.application.followers import Policy
from televent.application.messages.mail import NoticeMail
from televent.application.messages.outbox import OutboxMessage
from televent.domain.account.events import (
    AddressVerified,
    ApiKeyAdded,
    DevicePasswordAdded,
    PasswordSet,
    TelegramLinked,
    TelegramUnlinked,
)

REST: Final = "rest"
"""The door of commands that come by the API."""
FACTS: Final = (ApiKeyAdded, DevicePasswordAdded, AddressVerified, PasswordSet, TelegramUnlinked)
_REGISTERED: Final = {AddressVerified: 3, PasswordSet: 4}
"""The versions of the facts with which a registration opens an account: they are no news."""


def news_of(fact: Any, envelope: Envelope) -> tuple[str, dict[str, str]] | None:
    """The text and its parameters; None for a fact that is no such news."""
    if envelope.door != REST or _REGISTERED.get(type(fact)) == envelope.version:
        return None
    match fact:
        case ApiKeyAdded():
            return texts.KEY_ADDED, {"name": fact.name}
        case DevicePasswordAdded():
            return texts.DEVICE_ADDED, {"name": fact.name}
        case AddressVerified():
            return texts.ADDRESS_ADDED, {"address": fact.address}
        case PasswordSet():
            return texts.PASSWORD_SET, {}
        case TelegramUnlinked():
            return texts.TELEGRAM_UNLINKED, {}
        case _:
            return None


def react(fact: Any, envelope: Envelope) -> list[OutboxMessage]:
    """The mail that tells of a new Telegram. The chat may be that of a thief, so it is not told there."""
    if not isinstance(fact, TelegramLinked):
        return []
    message_id = envelope.derived_id("linked")
    return [OutboxMessage(message_id, f"mail/{message_id}", NoticeMail(texts.TELEGRAM_LINKED, {}), envelope.now)]


LINKED_TELEGRAM = Policy("linked_telegram", react, topics=(name_of(TelegramLinked),))
