"""Changes the properties of a person's home and inbox (RFC 4918 §9.2, RFC 6638 §9.2, RFC 7953 §7.2.4)."""

from __future__ import annotations

from collections.abc import Mapping

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import retrying
from televent.application.event_store.store import Change
from televent.application.read_models.calendars import CalendarRow, ExpectCalendar
from televent.application.refusals import ComponentNotSupported, UnknownCalendar
from televent.domain.account.commands import ChangePrincipalProperties
from televent.domain.account.decide import decide
from televent.domain.ids import account_stream
from televent.domain.inbox_item.collection import INBOX


def change_principal(
    backend: Backend,
    context: Context,
    *,
    set: Mapping[str, str],
    remove: frozenset[str] = frozenset(),
    default_calendar: str | None = None,
) -> None:
    """Sets and removes properties, all or none. ``default_calendar``: the name of the calendar for new invitations.

    Raises UnknownAccount, UnknownCalendar, ComponentNotSupported (it takes no events), TooManyProperties.
    """
    key = account_stream(context.tenant)

    def step() -> None:
        row = _open_to_invitations(backend, context, default_calendar) if default_calendar is not None else None
        command = ChangePrincipalProperties(set, remove, row.calendar_id if row is not None else None)
        loaded = backend.store.load(ACCOUNT, key)
        facts = decide(loaded.state, command)
        if facts:
            # The calendar may be deleted meanwhile; then all is read again.
            unchanged = [ExpectCalendar(row.tenant, row.calendar_id, row.moment)] if row is not None else []
            backend.store.append(context, [Change(loaded, facts)], expected=unchanged)

    retrying(step)


def _open_to_invitations(backend: Backend, context: Context, name: str) -> CalendarRow:
    row = backend.reads.calendar(context.tenant, name)
    if row is None or row.name == INBOX:
        raise UnknownCalendar(name=name)
    if "VEVENT" not in row.components:
        raise ComponentNotSupported(component="VEVENT")
    return row
