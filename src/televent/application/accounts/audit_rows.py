"""The rows of the audit, and the rows of the log of what operators looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from televent.application.accounts.origins import Origin
from televent.domain.ids import AccountId

EVERYBODY: Final = AccountId(UUID(int=0))
"""Stands for all accounts in the log of what operators looked at."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One fact. ``topic``: its stored name. ``origin``: where its command came from; None: not known."""

    at: datetime
    position: int
    tenant: AccountId
    stream_id: UUID
    version: int
    topic: str
    actor: str
    door: str
    command_id: UUID
    correlation_id: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """An operator's command that showed what belongs to ``tenant``. ``command``: with the names of its options, without
    their values. ``os_user`` and ``host``: of the operator, as the machine names them."""

    at: datetime
    tenant: AccountId
    os_user: str
    host: str
    command: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """The rows that are wanted; None: any. ``person``: facts of that account, and what it did in others. ``device``: a
    device's name or id. ``event``: a UID, or the id of a stream. ``since`` is included, ``until`` is not."""

    person: AccountId | None = None
    event: str | None = None
    device: str | None = None
    door: str | None = None
    since: datetime | None = None
    until: datetime | None = None
