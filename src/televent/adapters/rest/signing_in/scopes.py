"""The scopes: each operation for signed-in people names one, and an API key may do what its scopes allow."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

SIGNED_IN: Final = "signed_in"
"""The option of a handler that only signed-in people may ask."""
SCOPE: Final = "scope"
"""The option that names the scope of such a handler."""


class Scope(StrEnum):
    """A part of the door. ``SESSION`` is of people who signed in themselves: no API key has it."""

    CALENDARS_READ = "calendars:read"
    CALENDARS_WRITE = "calendars:write"
    ACCOUNT_READ = "account:read"
    ACCOUNT_WRITE = "account:write"
    WEBHOOKS = "webhooks"
    SESSION = "session"


def needs(scope: Scope) -> dict[str, Any]:
    """The options (``opt``) of a handler for signed-in people."""
    return {SIGNED_IN: True, SCOPE: scope}
