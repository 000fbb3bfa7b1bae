"""The names of the texts about the ways into an account. A thief adds one, so its owner must notice."""

from __future__ import annotations

from typing import Final

KEY_ADDED: Final = "account-key-added"
DEVICE_ADDED: Final = "account-device-added"
ADDRESS_ADDED: Final = "account-address-added"
PASSWORD_SET: Final = "account-password-set"
TELEGRAM_LINKED: Final = "account-telegram-linked"
TELEGRAM_UNLINKED: Final = "account-telegram-unlinked"
ALWAYS: Final = frozenset({KEY_ADDED, DEVICE_ADDED, ADDRESS_ADDED, PASSWORD_SET, TELEGRAM_LINKED, TELEGRAM_UNLINKED})
"""The texts that people get who want no news, too."""
