"""``/export``: the calendars as a file, and the archive of everything."""

import io
import zipfile

import pytest

from support.chat import Chats
from support.event_stage import made


@pytest.mark.parametrize(
    ("language", "words", "caption"),
    [
        ("en", "/export", "📥 Your calendar export (import into any calendar app)"),
        ("ru", "/export", "📥 Ваш календарь (его можно импортировать в любое приложение)"),
        ("en", "export", "📥 Your calendar export (import into any calendar app)"),
    ],
)
def test_the_calendars_come_as_a_file(chats: Chats, language: str, words: str, caption: str) -> None:
    ann = chats.person("Ann", language=language)
    made(ann, "Team Sync")
    made(ann, "Lunch")
    ann.says(words)
    shown = ann.hears(caption)
    assert shown["file"]["name"] == "my_calendar.ics"
    data = chats.file(shown)
    assert (data.count(b"BEGIN:VEVENT"), data.count(b"BEGIN:VCALENDAR")) == (2, 1)
    assert b"SUMMARY:Team Sync" in data


@pytest.mark.parametrize("word", ["gdpr", "всё"])
def test_everything_comes_as_an_archive(chats: Chats, word: str) -> None:
    ann = chats.person("Ann")
    made(ann, "Team Sync")
    ann.says(f"/export {word}")
    shown = ann.hears("📦 Everything that I hold on you.")
    assert shown["file"]["name"].endswith(".zip")
    archive = zipfile.ZipFile(io.BytesIO(chats.file(shown)))
    assert {"README.txt", "account.json", "facts.jsonl", "objects.jsonl"} <= set(archive.namelist())
    assert b"Team Sync" in archive.read("objects.jsonl")
    # The archive says that it was made: so does the audit.
    assert archive.read("facts.jsonl").count(b'"data-exported/1"') == 1


def test_who_has_no_events_and_who_writes_something_else_reads_why(chats: Chats) -> None:
    ann = chats.person("Ann")
    ann.says("/export")
    ann.hears("There is nothing to export yet")
    ann.says("/export pdf")
    ann.hears("/export gdpr – everything that I hold on you")
