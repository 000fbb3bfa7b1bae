"""The profile of an account as a whole: people see and change their own, and publish a part of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.application.refusals import PreconditionFailed, UnknownAccount
from televent.application.use_cases.people.accounts import checked_zone
from televent.application.use_cases.people.free_busy import NOBODY
from televent.domain.account.commands import (
    AccountCommand,
    BelieveSender,
    ChangePreferences,
    ChangeProfile,
    OpenFreeBusy,
)
from televent.domain.account.decide import decide
from televent.domain.account.events import AccountEvent
from televent.domain.account.free_busy import NAMED
from televent.domain.account.preferences import Preferences
from televent.domain.account.state import Account, evolve
from televent.domain.ids import AccountId, account_stream

TAG_BYTES: Final = 16
"""Bytes of a profile's entity tag."""


@dataclass(frozen=True, slots=True)
class Profile:
    """An account, as its person sees it. ``addresses``: the verified ones, the primary one first. ``audience``: who may
    ask when the person is busy: "everyone", "known", "named" or "nobody". ``believed``: senders whose mails count
    although nothing proves them. ``erase_at``: when a requested erasure is final; None: none is requested."""

    account_id: AccountId
    telegram_id: int | None
    name: str
    timezone: str
    locale: str
    addresses: tuple[str, ...]
    preferences: Preferences
    audience: str
    believed: tuple[str, ...]
    erase_at: datetime | None

    @property
    def tag(self) -> str:
        """The entity tag, which is the same on every node, and another one where any field is."""
        return hashlib.blake2b(msgspec.json.encode(self), digest_size=TAG_BYTES).hexdigest()


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes of a profile. None, or a preference that is not named: no change. ``believed``: all senders."""

    name: str | None = None
    timezone: str | None = None
    locale: str | None = None
    preferences: Mapping[str, object] = field(default_factory=dict)
    audience: str | None = None
    believed: tuple[str, ...] | None = None


def profile_of(backend: Backend, tenant: AccountId) -> Profile:
    """The profile. Raises UnknownAccount."""
    return _shown(backend, tenant, backend.store.load(ACCOUNT, account_stream(tenant)).state)


def edit_profile(backend: Backend, context: Context, edit: Edit, *, if_match: tuple[str, ...] | None = None) -> Profile:
    """Changes all that ``edit`` names in one transaction, or nothing; returns the profile after it.

    ``if_match``: the entity tags of which the profile must have one, "*" for any; None: no condition. Raises
    UnknownAccount, PreconditionFailed, InvalidName (for a zone), InvalidPreference, TooManyReminders, TooManyBelieved.
    """
    if edit.timezone is not None:
        checked_zone(edit.timezone)

    def step() -> Profile:
        loaded = backend.store.load(ACCOUNT, account_stream(context.tenant))
        before = _shown(backend, context.tenant, loaded.state)
        if if_match is not None and "*" not in if_match and before.tag not in if_match:
            raise PreconditionFailed(condition="If-Match")
        state, facts = loaded.state, list[AccountEvent]()
        for command in _commands(edit, before):
            for fact in decide(state, command):
                state = evolve(state, fact)
                facts.append(fact)
        if facts:
            backend.store.append(context, [Change(loaded, facts)])
        return _shown(backend, context.tenant, state)

    return retrying(step)


def published_name(backend: Backend, tenant: AccountId) -> str | None:
    """The display name of a person who publishes it; None for everybody else, and where there is no such account."""
    account = backend.reads.account(tenant)
    return account.name if account is not None and account.preferences.published else None


def _commands(edit: Edit, before: Profile) -> list[AccountCommand]:
    commands: list[AccountCommand] = [
        ChangeProfile(edit.name, edit.timezone, edit.locale),
        ChangePreferences(edit.preferences),
    ]
    if edit.audience not in (None, before.audience):
        nobody = edit.audience == NOBODY
        commands.append(OpenFreeBusy(NAMED if nobody else str(edit.audience), () if nobody else None))
    if edit.believed is not None:
        wanted = {each.lower() for each in edit.believed}
        # Those that go are first: the new ones may need their place.
        commands += [BelieveSender(each, believe=False) for each in before.believed if each not in wanted]
        commands += [BelieveSender(each) for each in sorted(wanted)]
    return commands


def _shown(backend: Backend, tenant: AccountId, state: Account) -> Profile:
    if state.erased or not state.opened:
        raise UnknownAccount()
    opened = state.free_busy
    audience = opened.audience if opened is not None else backend.free_busy
    if audience == NAMED and (opened is None or not opened.people):
        audience = NOBODY
    return Profile(
        account_id=tenant,
        telegram_id=state.telegram_id,
        name=state.name,
        timezone=state.timezone,
        locale=state.locale,
        addresses=state.addresses,
        preferences=state.preferences,
        audience=audience,
        believed=state.believed,
        erase_at=state.erase_at,
    )
