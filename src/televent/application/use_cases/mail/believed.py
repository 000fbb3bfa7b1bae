"""The senders whom a person always believes, although nothing proves them."""

from __future__ import annotations

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import handle
from televent.application.mail.trust import Sender
from televent.domain.account.commands import BelieveSender
from televent.domain.account.decide import decide
from televent.domain.ids import AccountId, account_stream


def believed_senders(backend: Backend, tenant: AccountId) -> tuple[str, ...]:
    """Their addresses, in lower case, sorted."""
    return backend.store.load(ACCOUNT, account_stream(tenant)).state.believed


def believe_sender(backend: Backend, context: Context, address: str, *, believe: bool = True) -> tuple[str, ...]:
    """Adds or removes a sender; returns all. Idempotent. Raises UnknownAccount, TooManyBelieved."""
    command = BelieveSender(address.lower(), believe)
    key = account_stream(context.tenant)
    return handle(backend.store, context, ACCOUNT, key, lambda state: decide(state, command)).believed


def is_believed(backend: Backend, tenant: AccountId, sender: Sender) -> bool:
    """Whether the person believes this sender, whom nothing proves.

    Not where something speaks against the sender: our mail server calls the mail forged, or its signature is broken.
    """
    if sender.proven or not sender.address or sender.doubt in ("failed", "broken", "nobody"):
        return False
    return sender.address in believed_senders(backend, tenant)
