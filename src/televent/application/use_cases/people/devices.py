"""Device passwords: one per calendar app, shown once, revoked at once."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from televent.application.accounts.passwords import selector
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import handle
from televent.application.revocations import Revocation
from televent.domain.account.commands import AddDevice, RevokeDevice
from televent.domain.account.decide import decide
from televent.domain.ids import account_stream


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A new device password. ``password`` is not stored; only the person's app keeps it."""

    device_id: UUID
    name: str
    password: str


def add_device(backend: Backend, context: Context, *, name: str) -> NewDevice:
    """Makes a device password. One that the person makes revokes a request for their erasure (ADR 78).

    Raises UnknownAccount, TooManyDevices.
    """
    password = backend.passwords.new()
    device_id = backend.ids()
    name = " ".join(name.split())[:64] or "Calendar app"
    hashed, selected = backend.passwords.hash(password), selector(context.tenant, password)
    command = AddDevice(device_id, name, hashed, selected, signs_in=context.actor == str(context.tenant))
    key = account_stream(context.tenant)
    handle(backend.store, context, ACCOUNT, key, lambda state: decide(state, command))
    return NewDevice(device_id, name, password)


def revoke_device(backend: Backend, context: Context, *, device_id: UUID) -> None:
    """Revokes a device password on all nodes at once. Raises UnknownDevice."""
    account = backend.reads.account(context.tenant)
    if account is not None and device_id in {row.device_id for row in account.devices}:
        backend.revocations.note(Revocation("device", context.tenant, device_id), context.now)
    command = RevokeDevice(device_id)
    key = account_stream(context.tenant)
    handle(backend.store, context, ACCOUNT, key, lambda state: decide(state, command))
