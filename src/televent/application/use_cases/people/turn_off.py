"""Turns off the mails that a person gets without asking each time: reminders, the daily summary. By a link in them.

It is the same choice as in the settings of the bot, so it holds in a chat as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import by_link
from televent.application.mail_records.answer_links import OFF, AnswerLink, AnswerLinks
from televent.application.use_cases.people.preferences import change_preferences
from televent.domain.account.preferences import Preferences
from televent.domain.ids import AccountId

KEPT: Final = timedelta(days=400)
"""Time after the last mail of a kind for which its link is valid."""
NO_EVENT: Final = UUID(int=0)
"""Stands for the event in a link that is about none."""
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "reminders": ("reminders", "remind_in_chat"),
    "digest": ("digest_at",),
}
"""The preferences that turn each kind of mail on and off."""
_OFF: Final[Mapping[str, Any]] = {"reminders": (), "remind_in_chat": False, "digest_at": None}


def issue_off_link(backend: Backend, links: AnswerLinks, tenant: AccountId, kind: str) -> str:
    """The token by which this person turns a kind of mail off: "reminders" or "digest"."""
    return links.issue(tenant, NO_EVENT, None, backend.clock() + KEPT, OFF + kind)


def is_on(kind: str, chosen: Preferences) -> bool:
    """Whether such mails are sent."""
    return any(getattr(chosen, each) != _OFF[each] for each in _CHOICES[kind])


def turn(backend: Backend, link: AnswerLink, *, on: bool) -> bool:
    """Turns the link's kind of mail on or off; returns whether it is on now. Idempotent; on is as for a new person."""
    kind, usual = link.off or "", Preferences()
    account = backend.people.account(link.tenant)
    if is_on(kind, account.preferences) != on:
        choices = {each: getattr(usual, each) if on else _OFF[each] for each in _CHOICES[kind]}
        change_preferences(backend, by_link(backend.ids(), link.tenant, backend.clock()), choices)
    return on
