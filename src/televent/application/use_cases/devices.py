"""Device passwords: one per calendar app, shown once, revoked at once."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import handle
from televent.application.office import Office
from televent.domain import account


@dataclass(frozen=True, slots=True)
class NewDevice:
    """``password`` exists here and in the person's app, nowhere else."""

    device_id: UUID
    name: str
    password: str


def add_device(office: Office, context: Context, *, name: str) -> NewDevice:
    """Raises UnknownAccount, TooManyDevices."""
    password = office.passwords.new()
    device_id = office.ids()
    name = " ".join(name.split())[:64] or "Calendar app"
    command = account.AddDevice(device_id, name, office.passwords.hash(password))
    key = office.account_stream(context.tenant)
    handle(office, context, ACCOUNT, key, lambda state: account.decide(state, command))
    return NewDevice(device_id, name, password)


def revoke_device(office: Office, context: Context, *, device_id: UUID) -> None:
    """Raises UnknownDevice."""
    command = account.RevokeDevice(device_id)
    key = office.account_stream(context.tenant)
    handle(office, context, ACCOUNT, key, lambda state: account.decide(state, command))
