"""The refusals of an account's commands."""

from __future__ import annotations

from televent.domain.refusal import Refusal


class UnknownAccount(Refusal):
    """There is no such account."""


class WrongCode(Refusal):
    """That code is not right, or it has expired. Ask for a new one."""


class UnknownDevice(Refusal):
    """There is no such device password."""


class TooManyDevices(Refusal):
    """There are fifty device passwords already. Revoke one first."""


class UnknownApiKey(Refusal):
    """There is no such API key."""


class TooManyApiKeys(Refusal):
    """There are fifty API keys already. Revoke one first."""


class InvalidExpiry(Refusal):
    """A key must expire in the future, and within ten years."""


class InvalidPreference(Refusal):
    """There is no such setting, or it cannot have that value."""


class TooManyBelieved(Refusal):
    """There are a hundred senders already that you always believe. Remove one first."""


class TooManyReminders(Refusal):
    """There may be five default reminders for an event, not more."""


class UnknownAddress(Refusal):
    """You have no such confirmed address."""


class LastAddress(Refusal):
    """This is your only address, and without it nothing reaches you. Add another one first."""


class TelegramTaken(Refusal):
    """That Telegram belongs to another account. Unlink it there, or erase that account; accounts are never merged."""


class OtherTelegram(Refusal):
    """Your account has another Telegram. Unlink that one first."""


class TelegramStays(Refusal):
    """Without Telegram nothing would reach you. Confirm an address first."""


class TooManyAddresses(Refusal):
    """There are twenty confirmed addresses already. Remove one first."""
