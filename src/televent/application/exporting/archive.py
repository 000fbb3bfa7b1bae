"""Writes everything that is held on a person as a ZIP archive, piece by piece."""

from __future__ import annotations

import base64
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from typing import IO, Any, Final

import msgspec

from televent.application.accounts.holdings import Holdings, Row
from televent.application.backend import Backend
from televent.application.exporting import record
from televent.domain.account.preferences import Preferences
from televent.domain.ids import AccountId
from televent.ical.editing.compose import PRODID
from televent.ical.editing.whole import WholeCalendar
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError

ACCOUNT, SCHEMA, OBJECTS = "account.json", "schema.json", "objects.jsonl"
FACTS, MAILS, README = "facts.jsonl", "mails.jsonl", "README.txt"
SECRETS: Final = frozenset({"hash", "selector", "code_hash"})
"""Fields of facts that are made of passwords and codes."""
MAX_NAME: Final = 60
"""Max characters of a calendar's or an attachment's name in the name of a file."""
_UNFIT: Final = re.compile(r"[^\w.-]+")
Progress = Callable[[str, int], None]
"""Called with the part that is being written, and the number of its entries so far."""
_ABOUT: Final = """This archive has everything that Televent holds on one person.

account.json     the account: profile, addresses, devices, calendars, attachments; schema.json describes it
calendars/       each calendar as a file for any calendar program
objects.jsonl    the events one by one, as another Televent reads them (televent import)
facts.jsonl      every change since the account was opened: who, when, by which door
mails/           the mails that came in; mails.jsonl says what was decided about them, and why
attachments/     the attachments of events
tables/          everything else, row by row

Passwords and keys are not in it: Televent keeps hashes of passwords, and secrets are no data about a person.
"""


def silent(part: str, count: int) -> None:
    """Tells nobody of the progress."""


class Archive:
    """One archive that is being written to ``target``, which need not be seekable."""

    def __init__(self, backend: Backend, held: Holdings, target: IO[bytes], told: Progress = silent) -> None:
        self._backend, self._held, self._told = backend, held, told
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)

    def write(self, tenant: AccountId, now: datetime) -> int:
        """Writes the whole archive; returns the number of its entries."""
        with self._zip:
            self._put(README, _ABOUT.encode())
            self._put(SCHEMA, record.schema())
            attachments = list(self._attachments(tenant))
            calendars = self._calendars()
            account = self._account(now, calendars, attachments)
            self._put(ACCOUNT, msgspec.json.format(msgspec.json.encode(account), indent=2) + b"\n")
            self._lines(FACTS, self._facts())
            self._mails()
            for table in self._held.others:
                self._lines(f"tables/{table}.jsonl", map(_plain, self._held.rows(table)))
            return len(self._zip.namelist())

    def _account(
        self, now: datetime, calendars: list[record.Calendar], attachments: list[record.Attachment]
    ) -> record.Account:
        rows = self._held.rows
        account = next(rows("account"))
        username = next((row["username"] for row in rows("telegram_username")), None)
        addresses = [
            record.Address(row["address"], row["verified"], row["is_primary"], row["former"]) for row in rows("address")
        ]
        devices = [record.Device(row["name"], row["created_at"], row["last_used_at"]) for row in rows("device")]
        received = [
            record.Received(row["title"], row["owner_name"], row["access"], row["status"]) for row in rows("mount")
        ]
        return record.Account(
            made_at=now,
            server=self._backend.people.mail_domain,
            account=account["tenant_id"],
            opened_at=account["opened_at"],
            erase_at=account["erase_at"],
            telegram_id=account["telegram_id"],
            telegram_username=username,
            name=account["name"],
            timezone=account["timezone"],
            locale=account["locale"],
            preferences=msgspec.convert(account["preferences"] or {}, Preferences, strict=False),
            addresses=addresses,
            devices=devices,
            calendars=calendars,
            received_calendars=received,
            attachments=attachments,
        )

    def _calendars(self) -> list[record.Calendar]:
        """Writes a file for each calendar and the lines of all objects; returns the calendars."""
        account = next(self._held.rows("account"))
        found: dict[Any, record.Calendar] = {}
        for number, row in enumerate(self._held.rows("calendar"), 1):
            if not row["deleted"]:
                found[row["calendar_id"]] = record.Calendar(
                    name=row["name"],
                    file=f"calendars/{number:02}-{_fit(row['name'])}.ics",
                    components=list(row["components"]),
                    properties=dict(row["props"]),
                    default=row["calendar_id"] == account["default_calendar"],
                    shared_with=[
                        record.Granted(each["name"], each["access"], each["status"]) for each in row["shares"].values()
                    ],
                )
        empty = dict(found)
        for calendar_id, rows in groupby(self._stored(), key=lambda row: row["calendar_id"]):
            if (calendar := empty.pop(calendar_id, None)) is not None:
                self._calendar(calendar, rows)
        for calendar in empty.values():
            self._calendar(calendar, ())
        self._lines(OBJECTS, self._objects(found))
        return list(found.values())

    def _calendar(self, calendar: record.Calendar, rows: Iterable[Row]) -> None:
        """Writes the file of one calendar."""
        whole = WholeCalendar(PRODID)
        with self._zip.open(calendar.file, "w") as file:
            file.write(whole.head(calendar.properties.get("{DAV:}displayname", calendar.name)))
            for row in rows:
                # An object that our reader refuses is in objects.jsonl, as it is stored.
                with suppress(IcalError):
                    file.write(whole.add(CalendarText(bytes(row["ics"]))))
            file.write(whole.tail())

    def _stored(self) -> Iterator[Row]:
        """The objects that are there, calendar after calendar."""
        for row in self._held.rows("resource"):
            if not row["deleted"] and row["ics"] is not None:
                yield row

    def _objects(self, calendars: dict[Any, record.Calendar]) -> Iterator[record.StoredObject]:
        for row in self._stored():
            calendar = calendars.get(row["calendar_id"])
            if calendar is not None:
                text = bytes(row["ics"]).decode("utf-8", "replace")
                yield record.StoredObject(calendar.name, row["href"], row["uid"], text)

    def _attachments(self, tenant: AccountId) -> Iterator[record.Attachment]:
        for row in self._held.rows("attachment"):
            found = self._backend.attachments.find(tenant, row["attachment_id"])
            if found is None or found[0].removed:
                continue
            attachment, uids = found
            name = f"attachments/{row['attachment_id']}-{_fit(attachment.filename)}"
            with self._zip.open(name, "w") as file:
                for chunk in self._backend.attachments.read(attachment, 0, attachment.size):
                    file.write(chunk)
            yield record.Attachment(
                name, attachment.filename, attachment.media_type, attachment.size, attachment.created_at, list(uids)
            )

    def _facts(self) -> Iterator[record.Fact]:
        for event in self._held.facts():
            stream = str(event.originator_id).partition("/")[2]
            fields = msgspec.to_builtins(self._backend.store.facts.to_fact(event))
            fields = {name: value for name, value in fields.items() if name not in SECRETS}
            yield record.Fact(
                stream, event.originator_version, event.topic, event.recorded_at, event.actor, event.door, fields
            )

    def _mails(self) -> None:
        lines = []
        for number, mail in enumerate(self._held.mails(), 1):
            file = f"mails/{number:05}.eml" if mail.raw is not None else ""
            if mail.raw is not None:
                self._put(file, mail.raw)
            recipients = list(mail.recipients)
            lines.append(
                record.Mail(
                    file, mail.received_at, mail.state, mail.envelope_from, recipients, mail.sender, mail.verdict
                )
            )
        self._lines(MAILS, lines)

    def _lines(self, name: str, values: Iterable[object]) -> None:
        with self._zip.open(name, "w") as file:
            for number, value in enumerate(values, 1):
                file.write(msgspec.json.encode(value, enc_hook=str) + b"\n")
                if not number % 1000:
                    self._told(name, number)
        self._told(name, -1)

    def _put(self, name: str, data: bytes) -> None:
        with self._zip.open(name, "w") as file:
            file.write(data)


def _plain(row: Row) -> Row:
    """The row with bytes as base64."""
    return {
        name: base64.b64encode(value).decode() if isinstance(value, bytes | bytearray | memoryview) else value
        for name, value in row.items()
    }


def _fit(name: str) -> str:
    """A name for a part of a file's name on any system."""
    return _UNFIT.sub("_", name).strip("._")[:MAX_NAME] or "unnamed"
