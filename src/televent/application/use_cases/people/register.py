"""Opens accounts without Telegram: an address, a password, and a code that proves the address."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from televent.application.accounts.pending_accounts import LIFETIME, PendingAccount
from televent.application.backend import Backend
from televent.application.event_store.conflicts import Conflict
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT, CALENDAR
from televent.application.event_store.store import Change
from televent.application.messages.mail import AlreadyRegistered, RegistrationCode
from televent.application.messages.outbox import OutboxMessage
from televent.application.refusals import WeakPassword, WrongCode
from televent.application.use_cases.people.accounts import (
    checked_address,
    checked_zone,
    default_calendar,
    hashed_code,
)
from televent.application.use_cases.people.sign_in import MAX_PASSWORD, MIN_PASSWORD
from televent.domain.account.commands import AccountCommand, OpenAccount, SetPassword, VerifyAddress
from televent.domain.account.decide import CODE_LIFETIME, MAX_WRONG_CODES, decide
from televent.domain.account.events import AccountEvent
from televent.domain.account.state import evolve
from televent.domain.calendar.decide import decide as decide_calendar
from televent.domain.ids import StreamKey, account_stream

ADDRESS = "registration"
"""Salt of the codes: one of another purpose never fits."""


def register(
    backend: Backend, context: Context, *, address: str, password: str, name: str, timezone: str, locale: str
) -> PendingAccount:
    """Stores a registration; it takes as long where the address has an account. ``context.tenant``: the new account's
    id. ``name`` "": the part before the @.

    Raises InvalidAddress, WeakPassword; InvalidName for an unknown time zone.
    """
    address = checked_address(backend, address)
    checked_zone(timezone)
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise WeakPassword()
    name = " ".join(name.split())[:256] or address.partition("@")[0]
    hashed = backend.passwords.hash(password)
    row = PendingAccount(context.tenant, address, hashed, name, timezone, locale, context.now + LIFETIME)
    backend.pending.put(row)
    return row


def send_registration_code(backend: Backend, context: Context) -> None:
    """Mails a new code for the registration ``context.tenant``; or tells the owner of the address that they have an
    account. Nothing happens where there is no such registration, or too many mails went to the address."""
    row = backend.pending.find(context.tenant, context.now)
    if row is None or backend.code_mails.admit(row.tenant, row.address, context.command_id, context.now) is not None:
        return
    owner = backend.reads.account_by_address(row.address)
    if owner is not None:
        told = AlreadyRegistered(row.address, owner.locale, owner.name)
        mail = OutboxMessage(
            uuid5(context.command_id, "already registered"), f"registered/{context.command_id}", told, context.now
        )
        backend.pending.tell(owner.tenant, mail, context.correlation_id, context.now)
        return
    code = backend.passwords.code()
    asked = RegistrationCode(row.address, row.locale, row.name, code)
    mail = OutboxMessage(
        uuid5(context.command_id, "registration"), f"registration/{context.command_id}", asked, context.now
    )
    hashed = hashed_code(row.tenant, ADDRESS, code)
    backend.pending.give(row.tenant, hashed, context.now + CODE_LIFETIME, mail, context.correlation_id, context.now)


def verify_registration(backend: Backend, context: Context, *, code: str) -> UUID:
    """Opens the account of the registration ``context.tenant``: with its address, its password and a default calendar.

    Raises WrongCode: also for an unknown registration, and where another account has the address by now.
    """
    guessed = backend.pending.guess(context.tenant, MAX_WRONG_CODES, context.now)
    given = hashed_code(context.tenant, ADDRESS, code.strip())
    if guessed is None or not backend.passwords.same(guessed[1], given):
        raise WrongCode()
    row = guessed[0]
    diary_facts, calendar_id = default_calendar(context.tenant)
    person = backend.store.empty(ACCOUNT, account_stream(context.tenant))
    diary = backend.store.empty(CALENDAR, StreamKey(context.tenant, calendar_id))
    commands: tuple[AccountCommand, ...] = (
        OpenAccount(None, row.name, row.timezone, row.locale, calendar_id),
        VerifyAddress(row.address, None, context.now),
        SetPassword(row.password_hash, None, context.now),
    )
    state, facts = person.state, list[AccountEvent]()
    for command in commands:
        for fact in decide(state, command):
            state = evolve(state, fact)
            facts.append(fact)
    changes: list[Change[Any]] = [
        Change(person, facts),
        Change(diary, decide_calendar(diary.state, diary_facts)),
    ]
    try:
        backend.store.append(context, changes)
    except Conflict:
        # The same form came twice, or somebody else has proven the address since the code was mailed.
        raise WrongCode() from None
    backend.pending.drop(context.tenant)
    return context.tenant
