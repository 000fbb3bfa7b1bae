"""The archive of everything on a person, for that person. Each one that is made is a fact, so the audit has it."""

from __future__ import annotations

from televent.application.accounts.archive_requests import ArchiveRow
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import handle
from televent.domain.account.commands import NoteExport
from televent.domain.account.decide import decide
from televent.domain.ids import account_stream


def note_export(backend: Backend, context: Context) -> None:
    """Records that the person gets an archive of everything. Raises UnknownAccount."""
    key = account_stream(context.tenant)
    handle(backend.store, context, ACCOUNT, key, lambda state: decide(state, NoteExport()))


def ask_for_archive(backend: Backend, context: Context) -> ArchiveRow:
    """Lets the person fetch an archive for a day. Raises UnknownAccount."""
    note_export(backend, context)
    backend.archive_requests.ask(context.tenant, context.now)
    row = backend.archive_requests.find(context.tenant, context.now)
    assert row is not None
    return row
