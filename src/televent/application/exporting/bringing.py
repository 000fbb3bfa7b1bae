"""Takes over what another Televent has exported: the profile's choices, the calendars and their events.

An archive proves nothing, as a file does: no address becomes verified by it, nobody is mailed, and an event that is
there already stays as it is. Meetings come as the person had them, and their people are told by nobody from here
(SCHEDULE-AGENT=NONE): the organizer's other server may go on.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import IO, Final
from uuid import uuid5

import msgspec

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.exporting import archive, record
from televent.application.exporting.attached import DAMAGED, AttachedFiles, UrlOf
from televent.application.use_cases.calendars.calendars import RESERVED, create_calendar
from televent.application.use_cases.importing.import_objects import Standing, import_object, standing_of
from televent.application.use_cases.people.preferences import change_preferences
from televent.domain.refusal import Refusal
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.validity import validate
from televent.ical.text.errors import IcalError

MAX_SUMMARY: Final = 16 * 1024 * 1024
"""Max bytes of account.json."""
MAX_LINE: Final = 4 * 1024 * 1024
"""Max bytes of a line of objects.jsonl: a text has a megabyte at most, and JSON may write a byte as six characters."""
_NUL: Final = "\0"
MAX_REASONS: Final = 20
"""Max refused events that are named."""
Progress = archive.Progress


class UnusableArchive(Exception):
    """The file is no archive that this program can read. The sentence is for the operator."""


@dataclass(slots=True)
class Brought:
    """The result. ``new``, ``newer``, ``here``: events by how they stood. ``left_out``: how many events and calendars
    could not be stored; ``refused``: the first of them, UID or name, with the reason. ``files_left_out``:
    attachments that could not be taken over."""

    calendars: int = 0
    new: int = 0
    newer: int = 0
    here: int = 0
    left_out: int = 0
    files_left_out: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def read_summary(source: IO[bytes]) -> record.Account:
    """The summary of an archive. Raises UnusableArchive."""
    with _opened(source) as file:
        try:
            data = _entry(file, archive.ACCOUNT).read(MAX_SUMMARY + 1)
            if len(data) > MAX_SUMMARY:
                raise UnusableArchive(f"{archive.ACCOUNT} has more than {MAX_SUMMARY} bytes")
            summary = msgspec.json.decode(data, type=record.Account)
        except DAMAGED as error:
            raise UnusableArchive(str(error)[:200]) from None
    names = [text for each in summary.calendars for text in (each.name, *each.properties, *each.properties.values())]
    if any(_NUL in each for each in (summary.name, summary.timezone, summary.locale, *names)):
        raise UnusableArchive("a text in it has a NUL")
    if summary.format != record.FORMAT:
        raise UnusableArchive(f"its format is {summary.format!r}, and this program reads {record.FORMAT!r}")
    return summary


def bring_in(
    backend: Backend,
    context: Context,
    source: IO[bytes],
    told: Progress = archive.silent,
    *,
    url_of: UrlOf,
    choices: bool = False,
) -> Brought:
    """Imports the archive into the account. The same archive twice changes nothing: an event that was deleted since
    stays deleted. ``url_of``: the URLs of attachments here. ``choices``: the preferences come too, for an
    account that is new. Raises UnusableArchive; then nothing has changed."""
    summary, brought = read_summary(source), Brought()
    with _opened(source) as file:
        for _ in _objects(file):
            pass  # the whole archive is read before anything is stored
    if choices:
        try:
            change_preferences(backend, _own(context, "preferences"), asdict(summary.preferences))
        except Refusal as refusal:
            _refused(brought, "preferences", str(refusal))
    standing = {row.name for row in backend.reads.calendars(context.tenant)}
    for calendar in summary.calendars:
        if calendar.name not in standing and calendar.name not in RESERVED:
            _make(backend, _own(context, f"calendar/{calendar.name}"), calendar, brought)
    files = AttachedFiles(backend, context.tenant, url_of, summary.attachments)
    with _opened(source) as file:
        for number, each in enumerate(_objects(file), 1):
            if each.calendar in RESERVED:
                continue  # messages in the inbox, which were applied where they came
            _bring(backend, _own(context, f"object/{each.uid}"), each, brought, files, file)
            if not number % 100:
                told(archive.OBJECTS, number)
    brought.files_left_out = len(files.refused)
    brought.refused += files.refused[: MAX_REASONS - len(brought.refused)]
    return brought


def _make(backend: Backend, context: Context, calendar: record.Calendar, brought: Brought) -> None:
    components, props = tuple(calendar.components), calendar.properties
    try:
        create_calendar(backend, context, name=calendar.name, components=components, props=props)
    except Refusal as refusal:
        # Its events come into the default calendar.
        _refused(brought, calendar.name, str(refusal))
        return
    brought.calendars += 1


def _bring(
    backend: Backend,
    context: Context,
    each: record.StoredObject,
    brought: Brought,
    files: AttachedFiles,
    file: zipfile.ZipFile,
) -> None:
    try:
        text = CalendarText(each.text.encode())
        validate(text)
        latest = backend.reads.latest_by_uid(context.tenant, text.reading.uid)
        if latest is not None and not backend.reads.by_uid(context.tenant, text.reading.uid):
            brought.here += 1  # it was here, and was deleted
            return
        ids: frozenset[str] = frozenset()
        if standing_of(backend, context.tenant, text) is not Standing.HERE:
            text, ids = files.in_place(file, text, context.now)
        result = import_object(backend, context, text=text, into=each.calendar, attached=ids)
    except IcalError as error:
        _refused(brought, each.uid, str(error))
        return
    if result.refusal is not None:
        _refused(brought, each.uid, str(result.refusal))
    elif result.standing is Standing.NEW:
        brought.new += 1
    elif result.standing is Standing.NEWER:
        brought.newer += 1
    else:
        brought.here += 1


def _refused(brought: Brought, uid: str, why: str) -> None:
    brought.left_out += 1
    if len(brought.refused) < MAX_REASONS:
        brought.refused.append((uid[:200], why[:200]))


def _objects(file: zipfile.ZipFile) -> Iterator[record.StoredObject]:
    """The objects, line by line. Raises UnusableArchive."""
    decoder = msgspec.json.Decoder(record.StoredObject)
    try:
        with _entry(file, archive.OBJECTS) as lines:
            while line := lines.readline(MAX_LINE + 1):
                if len(line) > MAX_LINE:
                    raise UnusableArchive(f"a line of {archive.OBJECTS} is too long")
                found = decoder.decode(line)
                if _NUL in found.calendar or _NUL in found.text:
                    raise UnusableArchive("a text in it has a NUL")
                yield found
    except DAMAGED as error:
        raise UnusableArchive(str(error)[:200]) from None


def _opened(source: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError) as error:
        raise UnusableArchive(str(error)[:200]) from None


def _entry(file: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return file.open(name)
    except KeyError:
        raise UnusableArchive(f"it has no {name}") from None


def _own(context: Context, name: str) -> Context:
    """The context of one command of the import."""
    return replace(context, command_id=uuid5(context.command_id, name))
