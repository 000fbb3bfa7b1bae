"""The attachments of an archive, which are uploaded again for the events that name them."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Final
from uuid import UUID, uuid5

import msgspec

from televent.application.attachments import CHUNK, MAX_ATTACHMENT, Upload
from televent.application.backend import Backend
from televent.application.exporting import record
from televent.application.refusals import QuotaExceeded
from televent.domain.ids import AccountId
from televent.domain.refusal import Refusal
from televent.ical.editing.attachments import fit_name, managed_ids, renamed
from televent.ical.objects.calendar_text import CalendarText

DAMAGED: Final = (msgspec.DecodeError, zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError)
"""Errors of a damaged archive. RuntimeError: an entry is encrypted, or packed in a way that zipfile does not know."""
_FILE: Final = re.compile(r"attachments/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-")
_TYPE: Final = re.compile(r"[\w!#$&^.+-]{1,127}/[\w!#$&^.+-]{1,127}")


UrlOf = Callable[[AccountId, UUID, str], str]
"""The URL on this server of an account's attachment, by its id and its file name."""


@dataclass
class AttachedFiles:
    """The attachments of an open archive, for the account that takes them over. ``url_of``: its URL here.
    ``refused``: names of files that could not be taken over, with the reason."""

    backend: Backend
    tenant: AccountId
    url_of: UrlOf
    listed: Sequence[record.Attachment]
    refused: list[tuple[str, str]] = field(default_factory=list)

    def in_place(self, file: zipfile.ZipFile, text: CalendarText, now: datetime) -> tuple[CalendarText, frozenset[str]]:
        """The text with the ids and URLs that its attachments have here, and those ids. Each file is uploaded once,
        also where the archive comes again. An attachment that cannot be taken over keeps its line. Raises Outage."""
        ids = managed_ids(text)
        places: dict[str, tuple[str, str]] = {}
        for old, each in self._named():
            if str(old) in ids and (new := self._here(file, old, each, now)) is not None:
                places[str(old)] = (str(new), self.url_of(self.tenant, new, fit_name(each.name)))
        return renamed(text, places), frozenset(new for new, _ in places.values())

    def _named(self) -> Iterator[tuple[UUID, record.Attachment]]:
        for each in self.listed:
            if found := _FILE.match(each.file):
                yield UUID(found[1]), each

    def _here(self, file: zipfile.ZipFile, old: UUID, each: record.Attachment, now: datetime) -> UUID | None:
        """The id of that attachment in this account; None where it cannot be stored."""
        attachments, new = self.backend.attachments, uuid5(self.tenant, f"import/{old}")
        if attachments.find(self.tenant, new) is not None:
            return new
        try:
            size = file.getinfo(each.file).file_size
            if size > min(MAX_ATTACHMENT, attachments.room(self.tenant, size, now)):
                raise QuotaExceeded()
            kind = each.media_type if _TYPE.fullmatch(each.media_type) else "application/octet-stream"
            attachments.drop(self.tenant, new)  # an upload that was interrupted
            attachments.begin(Upload(self.tenant, new, fit_name(each.name), kind, self.tenant), now)
            with file.open(each.file) as source:
                stored = 0
                for ordinal in count():
                    # Not more than the entry says that it has: it may be packed to unpack without end.
                    chunk = source.read(min(CHUNK, size - stored))
                    if not chunk:
                        break
                    attachments.add(self.tenant, new, ordinal, chunk)
                    stored += len(chunk)
            attachments.finish(self.tenant, new, stored, ordinal, now)
        except KeyError:
            self.refused.append((each.name, "the archive does not have this file"))
            return None
        except DAMAGED as error:
            attachments.drop(self.tenant, new)
            self.refused.append((each.name, f"the file is damaged: {str(error)[:100]}"))
            return None
        except Refusal as refusal:
            self.refused.append((each.name, str(refusal)))
            return None
        return new
