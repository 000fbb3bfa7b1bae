"""The attachments of an archive belong to the events of the account that takes it over."""

import io
import zipfile
from functools import partial
from uuid import UUID

import pytest

from support.town import Person, Town, meeting
from televent.application.attachments import Upload, attachment_url
from televent.application.exporting.bringing import bring_in
from televent.application.exporting.writing import write_archive
from televent.ical.editing.attachments import known_attachments

BASE = "https://cal.example.com"
url_of = partial(attachment_url, BASE)


@pytest.fixture
def whole(town: Town) -> io.BytesIO:
    """The archive of Ann, who has a plan at one of her events."""
    ann, backend = town.person("ann"), town.core.backend
    upload, now = Upload(ann.tenant, backend.ids(), "Plan.pdf", "application/pdf", ann.tenant), backend.clock()
    backend.attachments.begin(upload, now)
    backend.attachments.add(ann.tenant, upload.attachment_id, 0, b"one two")
    backend.attachments.finish(ann.tenant, upload.attachment_id, 7, 1, now)
    url = f"{BASE}/caldav/{ann.tenant}/attachments/{upload.attachment_id}/Plan.pdf"
    ann.put(meeting(f"ATTACH;MANAGED-ID={upload.attachment_id};FILENAME=Plan.pdf:{url}", people=()))
    target = io.BytesIO()
    write_archive(backend, ann.tenant, target)
    return target


def attached(town: Town, person: Person) -> tuple[str, bytes]:
    """The URL of the only attachment of the person's event, and its bytes."""
    ((managed_id, known),) = known_attachments(person.row().text).items()
    attachments = town.core.backend.attachments
    found = attachments.find(person.tenant, UUID(managed_id))
    assert found is not None
    assert found[1] == (person.row().uid,)
    return known.url or "", b"".join(attachments.read(found[0], 0, found[0].size))


def packed(whole: io.BytesIO, *, without: str) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            if not name.startswith(without):
                archive.writestr(name, source.read(name))
    return target


def test_an_attachment_comes_with_its_event_once(town: Town, whole: io.BytesIO) -> None:
    eve, backend = town.person("eve"), town.core.backend
    brought = bring_in(backend, eve.context(), whole, url_of=partial(attachment_url, "https://new.example.com"))
    assert (brought.new, brought.files_left_out) == (1, 0)
    url, content = attached(town, eve)
    assert content == b"one two"
    assert url.startswith(f"https://new.example.com/caldav/{eve.tenant}/attachments/")
    used = backend.attachments.used([eve.tenant])
    bring_in(backend, eve.context(), whole, url_of=partial(attachment_url, "https://new.example.com"))
    assert backend.attachments.used([eve.tenant]) == used


def test_an_attachment_that_is_not_in_the_archive_is_named(town: Town, whole: io.BytesIO) -> None:
    eve, backend = town.person("eve"), town.core.backend
    brought = bring_in(backend, eve.context(), packed(whole, without="attachments/"), url_of=url_of)
    assert (brought.new, brought.files_left_out) == (1, 1)
    assert [name for name, _ in brought.refused] == ["Plan.pdf"]
    assert b"MANAGED-ID" not in eve.text()
    assert b"ATTACH" in eve.text(), "the person sees that there was one"
