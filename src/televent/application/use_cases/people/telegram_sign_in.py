"""Signing in with what Telegram says about a person, and linking Telegram to an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import handle
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import TelegramTaken, UsedProof
from televent.application.use_cases.people.accounts import open_account
from televent.application.use_cases.people.erasure import keep_account
from televent.application.use_cases.people.sign_in import SignedIn, begin_session
from televent.domain.account.commands import LinkTelegram, UnlinkTelegram
from televent.domain.account.decide import decide
from televent.domain.account.events import AccountEvent
from televent.domain.account.state import Account
from televent.domain.ids import AccountId, account_stream


def account_of_telegram(backend: Backend, context: Context, *, telegram_id: int, name: str, locale: str) -> AccountRow:
    """The account of a Telegram user; the first contact opens it, as /start does. ``context.tenant``: a new id."""
    return open_account(backend, context, telegram_id=telegram_id, name=name, locale=locale)


def log_in_by_telegram(
    backend: Backend,
    context: Context,
    *,
    telegram_id: int,
    name: str,
    locale: str,
    proof: bytes,
    until: datetime,
    ip: str,
    user_agent: str,
) -> SignedIn:
    """Begins a session with a proof of Telegram, which begins no other one, and revokes a request for an erasure
    (ADR 78). ``proof``: its digest; ``until``: when it expires. Raises UsedProof."""
    account = account_of_telegram(backend, context, telegram_id=telegram_id, name=name, locale=locale)
    if not backend.sessions.use_proof(account.tenant, proof, until):
        raise UsedProof()
    if account.erase_at is not None:
        tenant = AccountId(account.tenant)
        keep_account(backend, replace(context, tenant=tenant, actor=str(tenant), command_id=backend.ids()))
    return begin_session(backend, account.tenant, context.now, ip=ip, user_agent=user_agent)


def link_telegram(backend: Backend, context: Context, *, telegram_id: int, proof: bytes, until: datetime) -> None:
    """Reaches the person by Telegram, too. A Telegram with an account of its own stays there. ``proof``: as for
    log_in_by_telegram; it links once. Raises UsedProof, TelegramTaken, OtherTelegram, UnknownAccount."""
    if not backend.sessions.use_proof(context.tenant, proof, until):
        raise UsedProof()
    command = LinkTelegram(telegram_id)

    def decided(state: Account) -> list[AccountEvent]:
        facts = decide(state, command)
        # Read in each attempt: somebody who was first makes ours be tried again.
        owner = backend.reads.account_by_telegram(telegram_id) if facts else None
        if owner is not None and owner.tenant != context.tenant:
            raise TelegramTaken()
        return facts

    handle(backend.store, context, ACCOUNT, account_stream(context.tenant), decided)
    # Perhaps the Telegram that they had before had blocked the bot.
    backend.chats.open(context.tenant)


def unlink_telegram(backend: Backend, context: Context) -> None:
    """Reaches the person by mail only; meetings with their Telegram id in an address stay theirs. Raises TelegramStays
    where they have no address, UnknownAccount."""
    telegram_id = backend.people.account(context.tenant).telegram_id
    if telegram_id is None:
        return
    people = backend.people
    command = UnlinkTelegram((people.internal_address(telegram_id), f"{telegram_id}@{people.mail_domain}"))
    handle(backend.store, context, ACCOUNT, account_stream(context.tenant), lambda state: decide(state, command))
    backend.usernames.note(context.tenant, None, context.now)
