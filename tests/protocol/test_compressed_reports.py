"""RFC 9110 §12.5.3: a report is the same with gzip as without, however long it is, and a short one says its length."""

import zlib

import pytest

from support.dav import Client, event
from televent.adapters.caldav.answers.encoding import MAX_AT_ONCE


@pytest.mark.parametrize("long", [0, 2 * MAX_AT_ONCE, 20 * MAX_AT_ONCE])
@pytest.mark.parametrize("more", ["", "<D:getlastmodified/>"])
def test_a_compressed_multiget_is_the_same_text(ann: Client, long: int, more: str) -> None:
    """``more``: a property for which a thread answers."""
    hrefs = ""
    for number in range(5):
        path = f"{ann.calendar()}{number}.ics"
        text = event(f"{number}@example.com", "SUMMARY:Tea", f"DESCRIPTION:{'z' * (long // 5)}")
        assert ann.put(path, text).status == 201
        hrefs += f"<D:href>{path}</D:href>"
    inner = f"<D:prop><D:getetag/>{more}<C:calendar-data/></D:prop>{hrefs}"
    plain = ann.report(ann.calendar(), "C:calendar-multiget", inner)
    packed = ann.report(ann.calendar(), "C:calendar-multiget", inner, Accept_Encoding="gzip")
    assert (plain.status, packed.status) == (207, 207)
    assert packed.headers["content-encoding"] == "gzip"
    assert zlib.decompress(packed.body, 31) == plain.body
    if not more:
        assert packed.headers["content-length"] == str(len(packed.body))
