"""Changes what a person chose about reminders, notices and how times are shown."""

from __future__ import annotations

from collections.abc import Mapping

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import handle
from televent.domain.account.commands import ChangePreferences
from televent.domain.account.decide import decide
from televent.domain.account.preferences import Preferences
from televent.domain.ids import account_stream


def change_preferences(backend: Backend, context: Context, choices: Mapping[str, object]) -> Preferences:
    """Sets these preferences; returns all of them. ``choices``: name of a field of Preferences → its new value.

    Fields that are not named stay as they are. Raises UnknownAccount, InvalidPreference, TooManyReminders.
    """
    command = ChangePreferences(choices)
    key = account_stream(context.tenant)
    return handle(backend.store, context, ACCOUNT, key, lambda state: decide(state, command)).preferences
