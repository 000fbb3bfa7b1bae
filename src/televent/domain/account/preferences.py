"""The choices of a person about reminders, notifications and how times are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import time
from typing import Any, Final

from televent.domain.account.refusals import InvalidPreference, TooManyReminders

MAX_REMINDERS: Final = 5
"""Max default reminders of a person for one event."""
MAX_REMINDER: Final = 28 * 24 * 60
"""Max minutes before an event for a default reminder."""
STRANGERS: Final = ("never", "ask", "always")
"""Invitations by mail from unknown senders are refused, shown first, or put into the calendar at once."""

UNINVITED: Final = ("allow", "ask", "deny")
"""People who answer the person's meetings uninvited, and delegates of guests, are let in, asked about, or refused."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The choices of a person; the defaults hold until they choose. Times of day are in the person's zone.

    ``reminders``: minutes before an event without alarms of its own; () for none. ``digest_at`` None: no daily digest.
    ``notifications``: whether the bot writes on its own at all; ``notify_on_invite``: whether it sends cards of
    invitations. ``quiet_from`` and ``quiet_until``: the bot writes nothing on its own between them, None for no quiet
    hours. ``remind_in_chat``: the bot reminds also of events whose alarms the person's calendar app rings; False: only
    of those without an alarm. ``show_shared``: whether the agenda has the events of calendars that others share with
    the person. ``strangers``: one of STRANGERS, for invitations by mail from senders whom the person does not know.
    ``uninvited``: one of UNINVITED, for people who would come to the person's meetings without an invitation.
    ``published``: everybody who knows the account's id may learn the person's name.
    ``clock24``: 24-hour clock; None as is usual in the language. ``week_start``: 0 for
    Monday to 6 for Sunday; None as is usual.
    """

    reminders: tuple[int, ...] = (15,)
    digest_at: time | None = time(8)
    notifications: bool = True
    notify_on_invite: bool = True
    quiet_from: time | None = None
    quiet_until: time | None = None
    remind_in_chat: bool = True
    clock24: bool | None = None
    week_start: int | None = None
    show_shared: bool = True
    strangers: str = "ask"
    uninvited: str = "ask"
    published: bool = False


def changed(standing: Preferences, choices: Mapping[str, object]) -> Preferences:
    """The preferences with these choices: name of a field → its new value. Reminders are sorted, each once.

    Raises InvalidPreference, TooManyReminders.
    """
    wanted: dict[str, Any] = dict(choices)
    if not wanted.keys() <= {each.name for each in fields(Preferences)}:
        raise InvalidPreference()
    if "reminders" in wanted:
        wanted["reminders"] = tuple(sorted(set(wanted["reminders"])))
    now = replace(standing, **wanted)
    if len(now.reminders) > MAX_REMINDERS:
        raise TooManyReminders()
    if not all(0 <= each <= MAX_REMINDER for each in now.reminders):
        raise InvalidPreference()
    if (now.quiet_from is None) != (now.quiet_until is None) or (now.quiet_from == now.quiet_until is not None):
        raise InvalidPreference()
    if now.strangers not in STRANGERS or now.uninvited not in UNINVITED:
        raise InvalidPreference()
    if now.week_start is not None and not 0 <= now.week_start <= 6:
        raise InvalidPreference()
    return now
