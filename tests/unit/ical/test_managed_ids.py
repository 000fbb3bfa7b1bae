"""Finding managed attachments without a parse: RFC 8607 §4.3, RFC 5545 §3.1."""

import pytest

from televent.application.attachments import at_base, base_in
from televent.ical.editing.attachments import managed_ids, may_have_managed_ids
from televent.ical.objects.calendar_text import CalendarText

LINE = "ATTACH;MANAGED-ID=1d:http://192.0.2.7/caldav/7/attachments/1d/a.txt"


def text(line: str) -> bytes:
    rows = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:x",
        "BEGIN:VEVENT",
        "UID:1",
        line,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(rows).encode()


@pytest.mark.parametrize("eol", ["\r\n", "\n"])
@pytest.mark.parametrize("blank", [" ", "\t"])
@pytest.mark.parametrize("at", range(1, 25))
def test_an_id_is_seen_in_any_case_and_folded_anywhere(at: int, blank: str, eol: str) -> None:
    for line in (LINE, LINE.swapcase()):
        folded = text(f"{line[:at]}{eol}{blank}{line[at:]}")
        assert may_have_managed_ids(folded)
        assert managed_ids(CalendarText(folded))


def test_a_text_without_one_is_not_suspected() -> None:
    assert not may_have_managed_ids(text("ATTACH:http://192.0.2.7/caldav/7/attachments/1d/a.txt"))


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://192.0.2.7/caldav/7/attachments/1d/a.txt", "http://192.0.2.7"),
        ("https://example.com/caldav/caldav/7/attachments/1d/", "https://example.com/caldav"),
        ("https://example.com/caldav/7/attachments/2d/a.txt", None),
        ("https://example.com/caldav/7/attachments/1d/a/b.txt", None),
        ("https://example.com/?x=/caldav/7/attachments/1d/a?b", None),
        ("https://example.com/1d", None),
        ("CID:1d", None),
    ],
)
def test_only_a_url_that_ends_with_our_path_for_the_id_is_moved(url: str, base: str | None) -> None:
    assert base_in(url, "1d") == base
    root = CalendarText(text(f"ATTACH;MANAGED-ID=1d:{url}")).copy()
    assert at_base(root, "https://cal.example.com") is (base is not None)
    (line,) = root.components("VEVENT")[0].all("ATTACH")
    assert line.value == (url if base is None else "https://cal.example.com" + url[len(base) :])
