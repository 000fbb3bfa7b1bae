"""What clients set on a person's own collections: home and inbox (RFC 4918 §9.2, RFC 7953 §7.2.4)."""

from __future__ import annotations

from collections.abc import Mapping

from televent.application.context import Context
from televent.application.deciders import ACCOUNT
from televent.application.handle import handle
from televent.application.office import Office
from televent.domain import account


def change_principal(
    office: Office, context: Context, *, set: Mapping[str, str], remove: frozenset[str] = frozenset()
) -> None:
    """All of it or nothing. Raises UnknownAccount, TooManyProperties."""
    command = account.ChangePrincipalProperties(set, remove)
    key = office.account_stream(context.tenant)
    handle(office, context, ACCOUNT, key, lambda state: account.decide(state, command))
