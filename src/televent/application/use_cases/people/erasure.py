"""The erasure of an account that a person asks for: it is final after thirty days, and can be revoked until then.

ADR 78 says which acts of a person revoke it.
"""

from __future__ import annotations

from datetime import datetime

from televent.application.backend import Backend
from televent.application.event_store.context import Context, by_link
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import handle
from televent.application.mail_records.answer_links import KEEP, AnswerLink, AnswerLinks
from televent.application.use_cases.people.turn_off import NO_EVENT
from televent.domain.account.commands import EraseAccount, KeepAccount, RequestErasure
from televent.domain.account.decide import decide
from televent.domain.account.state import Account
from televent.domain.ids import AccountId, account_stream


def request_erasure(backend: Backend, context: Context) -> datetime:
    """Requests the erasure of the account; returns when it is final. A second request is the first one.

    Raises UnknownAccount.
    """
    after = _handle(backend, context, RequestErasure(context.now))
    assert after.erase_at is not None
    return after.erase_at


def keep_account(backend: Backend, context: Context) -> None:
    """Revokes the request, where there is one. Raises UnknownAccount, also after the erasure."""
    _handle(backend, context, KeepAccount())


def issue_keep_link(links: AnswerLinks, tenant: AccountId, final_at: datetime) -> str:
    """The token by which this person keeps the account, until the erasure is final."""
    return links.issue(tenant, NO_EVENT, None, final_at, KEEP)


def keep_by_link(backend: Backend, link: AnswerLink) -> None:
    """Keeps the account of the link's person. Raises as keep_account."""
    keep_account(backend, by_link(backend.ids(), link.tenant, backend.clock()))


def erase_due(backend: Backend, context: Context) -> bool:
    """Erases the account where a request is final by the context's time; returns whether it is erased.

    A revoke at the same moment is first or second in the account's stream: so the account is kept whole or erased
    whole. Raises UnknownAccount for an account that was never opened.
    """
    return _handle(backend, context, EraseAccount(due=context.now)).erased


def _handle(backend: Backend, context: Context, command: RequestErasure | KeepAccount | EraseAccount) -> Account:
    key = account_stream(context.tenant)
    return handle(backend.store, context, ACCOUNT, key, lambda state: decide(state, command))
