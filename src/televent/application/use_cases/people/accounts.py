"""Accounts: opens and erases them, changes profiles, claims and verifies addresses."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from televent.application.backend import Backend
from televent.application.calendar_colours import COLOUR, PALETTE
from televent.application.event_store.conflicts import NameTaken
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT, CALENDAR
from televent.application.event_store.handle import handle
from televent.application.event_store.store import Change
from televent.application.messages.mail import AddressVerification, Email
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import AddressTaken, InvalidAddress, InvalidName, TooManyCodes, WrongCode
from televent.application.use_cases.calendars.calendars import COMPONENTS
from televent.domain.account.commands import (
    ChangeProfile,
    ClaimAddress,
    EraseAccount,
    OpenAccount,
    PreferAddress,
    RemoveAddress,
    VerifyAddress,
)
from televent.domain.account.decide import decide as decide_account
from televent.domain.account.events import AccountEvent, AddressVerified
from televent.domain.account.state import Account
from televent.domain.calendar.commands import CreateCalendar
from televent.domain.calendar.decide import decide as decide_calendar
from televent.domain.ids import AccountId, StreamKey, account_stream

DEFAULT_CALENDAR = "default"
DISPLAY_NAME = "{DAV:}displayname"

_ADDRESS = re.compile(r"[^@\s\"<>(),:;\\\[\]\x00-\x1f]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])\Z")


def open_account(
    backend: Backend,
    context: Context,
    *,
    telegram_id: int | None,
    name: str,
    timezone: str = "UTC",
    locale: str = "en",
) -> AccountRow:
    """Opens an account with a default calendar; returns the existing one of that Telegram id if there is one.

    ``context.tenant`` is the new account's id. Raises InvalidName.
    """
    if telegram_id is not None:
        existing = backend.reads.account_by_telegram(telegram_id)
        if existing is not None:
            return existing
    name = " ".join(name.split())[:256]
    if not name:
        raise InvalidName(name=name)
    checked_zone(timezone)
    made, calendar_id = default_calendar(context.tenant)
    person = backend.store.empty(ACCOUNT, account_stream(context.tenant))
    diary = backend.store.empty(CALENDAR, StreamKey(context.tenant, calendar_id))
    opened = OpenAccount(telegram_id, name, timezone, locale, calendar_id)
    changes: list[Change[Any]] = [
        Change(person, decide_account(person.state, opened)),
        Change(diary, decide_calendar(diary.state, made)),
    ]
    try:
        backend.store.append(context, changes)
    except NameTaken:
        # Two first messages of one person arrived at once, and the other one opened the account.
        existing = backend.reads.account_by_telegram(telegram_id) if telegram_id is not None else None
        if existing is None:
            raise
        return existing
    return backend.people.account(context.tenant)


def default_calendar(tenant: AccountId) -> tuple[CreateCalendar, UUID]:
    """The command that makes the default calendar of a new account, and the calendar's id."""
    calendar_id = default_calendar_id(tenant)
    shown = {DISPLAY_NAME: "Televent", COLOUR: PALETTE[0]}
    return CreateCalendar(calendar_id, DEFAULT_CALENDAR, COMPONENTS, shown), calendar_id


def default_calendar_id(tenant: AccountId) -> UUID:
    """The id of the calendar with which an account is opened."""
    return uuid5(tenant, "default calendar")


def change_profile(
    backend: Backend,
    context: Context,
    *,
    name: str | None = None,
    timezone: str | None = None,
    locale: str | None = None,
) -> None:
    """Changes name, time zone or locale; None: no change. Raises UnknownAccount, InvalidName (for a zone too)."""
    if timezone is not None:
        checked_zone(timezone)
    command = ChangeProfile(name, timezone, locale)
    key = account_stream(context.tenant)
    handle(backend.store, context, ACCOUNT, key, lambda state: decide_account(state, command))


def erase_account(backend: Backend, context: Context) -> None:
    """Erases the account: deletes its rows and destroys its key, in the transaction of its last fact.

    Idempotent. Raises UnknownAccount for an account that was never opened.
    """
    command = EraseAccount()
    key = account_stream(context.tenant)
    handle(backend.store, context, ACCOUNT, key, lambda state: decide_account(state, command))


def claim_address(backend: Backend, context: Context, *, address: str, code: str, tells: bool = True) -> None:
    """Mails ``code`` (six digits) to the address, which ``verify_address`` then needs. ``tells`` False: another account
    that has the address shows only then, to the person who can read its mail.

    Raises InvalidAddress, AddressTaken, UnknownAccount, TooManyAddresses; TooManyCodes where the person or the address
    has had enough.
    """
    address = checked_address(backend, address)
    owner = backend.reads.account_by_address(address)
    if tells and owner is not None and owner.tenant != context.tenant:
        raise AddressTaken(address=address)
    person = backend.people.account(context.tenant)
    if owner is None or owner.tenant != context.tenant:
        until = backend.code_mails.admit(context.tenant, address, context.command_id, context.now)
        if until is not None:
            raise TooManyCodes(until=until)
    command = ClaimAddress(address, hashed_code(context.tenant, address, code), context.now)
    mail = OutboxMessage(
        outbox_id=uuid5(context.command_id, "verification"),
        key=f"verification/{context.command_id}",
        message=Email(address, person.locale, AddressVerification(person.name, code)),
        due_at=context.now,
    )
    key = account_stream(context.tenant)
    handle(backend.store, context, ACCOUNT, key, lambda state: decide_account(state, command), lambda _: [mail])


def verify_address(backend: Backend, context: Context, *, address: str, code: str | None) -> None:
    """Verifies a claimed address. ``code`` None: an operator vouches for it. A wrong code is counted.

    Raises WrongCode, AddressTaken, InvalidAddress.
    """
    address = checked_address(backend, address)
    hashed = None if code is None else hashed_code(context.tenant, address, code.strip())
    command = VerifyAddress(address, hashed, context.now)
    key = account_stream(context.tenant)

    def decided(state: Account) -> list[AccountEvent]:
        facts = decide_account(state, command)
        # Read in each attempt: the rows of somebody who was first refuse ours, and the command is tried again.
        owner = backend.reads.account_by_address(address) if AddressVerified(address) in facts else None
        if owner is not None and owner.tenant != context.tenant:
            raise AddressTaken(address=address)
        return facts

    after = handle(backend.store, context, ACCOUNT, key, decided)
    if address not in after.addresses:
        raise WrongCode()


def prefer_address(backend: Backend, context: Context, *, address: str) -> AccountRow:
    """Sends mail for the person to this verified address from now on. Raises UnknownAddress, UnknownAccount."""
    return _change_addresses(backend, context, PreferAddress(address))


def remove_address(backend: Backend, context: Context, *, address: str) -> AccountRow:
    """Takes no new invitations for this address; meetings to which it was invited stay the person's.

    Raises UnknownAddress, UnknownAccount; LastAddress where the person has no other way to be reached.
    """
    return _change_addresses(backend, context, RemoveAddress(address))


def _change_addresses(backend: Backend, context: Context, command: PreferAddress | RemoveAddress) -> AccountRow:
    key = account_stream(context.tenant)
    handle(backend.store, context, ACCOUNT, key, lambda state: decide_account(state, command))
    return backend.people.account(context.tenant)


def hashed_code(tenant: AccountId, address: str, code: str) -> str:
    """The hash of a code, salted with the account and the address.

    One fast hash is enough: a code is valid for an hour, and for a few attempts.
    """
    return hashlib.sha256(f"{tenant}\0{address}\0{code}".encode()).hexdigest()


def checked_address(backend: Backend, address: str) -> str:
    """The address, normalised. Raises InvalidAddress, also for addresses at this server's own domains."""
    address = address.strip().lower()
    own = address.rpartition("@")[2] in (backend.people.internal_domain, backend.people.mail_domain)
    if len(address) > 254 or own or not _ADDRESS.match(address) or ".." in address:
        raise InvalidAddress(address=address)
    return address


def checked_zone(name: str) -> str:
    """The name of an existing IANA time zone, unchanged. Raises InvalidName."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidName(name=name) from None
    return name
