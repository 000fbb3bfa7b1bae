"""Signing in with what Telegram says about a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import UsedProof
from televent.application.use_cases.people.accounts import open_account
from televent.application.use_cases.people.erasure import keep_account
from televent.application.use_cases.people.sign_in import SignedIn, begin_session
from televent.domain.ids import AccountId


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
