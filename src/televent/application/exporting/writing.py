"""Writes the exports of an account: its calendars as one file, or the archive of everything."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import IO
from uuid import UUID

from televent.application.backend import Backend
from televent.application.exporting.archive import Archive, Progress, silent
from televent.domain.ids import AccountId
from televent.ical.editing.compose import PRODID
from televent.ical.editing.whole import WholeCalendar
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError

Write = Callable[[Backend, AccountId, IO[bytes]], int]


def write_calendars(backend: Backend, tenant: AccountId, target: IO[bytes], only: UUID | None = None) -> int:
    """Writes all events of the person's own calendars, or ``only`` of one, as one file; returns their number. Raises
    UnknownAccount."""
    name, count = backend.people.account(tenant).name, 0
    whole = WholeCalendar(PRODID)
    target.write(whole.head(name))
    with backend.holdings(tenant) as held:
        live = {row["calendar_id"] for row in held.rows("calendar") if not row["deleted"]}
        standing = live if only is None else live & {only}
        for row in held.rows("resource"):
            if row["calendar_id"] in standing and not row["deleted"] and row["ics"] is not None:
                with suppress(IcalError):
                    target.write(whole.add(CalendarText(bytes(row["ics"]))))
                    count += 1
    target.write(whole.tail())
    return count


def write_archive(backend: Backend, tenant: AccountId, target: IO[bytes], told: Progress = silent) -> int:
    """Writes everything that is held on the person as a ZIP archive; returns the number of its entries. Raises
    UnknownAccount."""
    backend.people.account(tenant)
    with backend.holdings(tenant) as held:
        return Archive(backend, held, target, told).write(tenant, backend.clock())
