"""RFC 9110 §14, §13.1.5: a part of an attachment, for clients that resume a download."""

import pytest

from support.attachments import add, put, where
from support.dav import Answer, Client, Site
from televent.application.attachments import CHUNK

SIZE = 2 * CHUNK + 1000
BODY = bytes(number * 7 % 251 for number in range(SIZE))


@pytest.fixture
def place(ann: Client) -> str:
    put(ann)
    return where(add(ann, BODY))


def part(ann: Client, place: str, wanted: str, **headers: str) -> Answer:
    return ann.ask("GET", place, Range=wanted, **headers)


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-9", 0, 9),
        ("BYTES = 5-", 5, SIZE - 1),
        (f"bytes={CHUNK - 1}-{CHUNK}", CHUNK - 1, CHUNK),
        (f"bytes={CHUNK}-{2 * CHUNK - 1}", CHUNK, 2 * CHUNK - 1),
        (f"bytes=10-{SIZE + 99}", 10, SIZE - 1),
        (f"bytes=10-{'9' * 5000}", 10, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        ("bytes=-1500", SIZE - 1500, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        ("bytes=,7-8,", 7, 8),
    ],
)
def test_one_range_is_sent_alone(ann: Client, place: str, wanted: str, first: int, last: int) -> None:
    answer = part(ann, place, wanted)
    assert (answer.status, answer.headers["content-range"]) == (206, f"bytes {first}-{last}/{SIZE}")
    assert answer.body == BODY[first : last + 1]
    assert answer.headers["content-length"] == str(len(answer.body))
    whole = ann.ask("GET", place)
    for name in ("etag", "content-type", "content-disposition", "content-security-policy", "accept-ranges"):
        assert answer.headers[name] == whole.headers[name]


def test_the_answer_says_that_ranges_can_be_asked_for(ann: Client, place: str) -> None:
    for method in ("GET", "HEAD"):
        answer = ann.ask(method, place)
        assert (answer.status, answer.headers["accept-ranges"]) == (200, "bytes")


@pytest.mark.parametrize(
    "wanted", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0", f"bytes={'9' * 5000}-"]
)
def test_a_range_beyond_the_end_is_416_with_the_size(ann: Client, place: str, wanted: str) -> None:
    answer = part(ann, place, wanted)
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")
    assert answer.body != BODY


@pytest.mark.parametrize(
    "wanted",
    ["lines=0-1", "bytes=5-4", "bytes=", "bytes=-", "bytes=a-b", "bytes=+1-2", "0-1", "bytes=0-1,5-6", "bytes=1-2-3"],
)
def test_what_is_no_single_range_of_bytes_gets_the_whole(ann: Client, place: str, wanted: str) -> None:
    answer = part(ann, place, wanted)
    assert (answer.status, answer.body) == (200, BODY)
    assert "content-range" not in answer.headers


def test_a_changed_attachment_is_sent_whole(ann: Client, place: str) -> None:
    etag = ann.ask("HEAD", place).headers["etag"]
    assert part(ann, place, "bytes=0-1", If_Range=etag).status == 206
    for other in ('"other"', f"W/{etag}", "Sat, 21 Nov 2026 10:00:00 GMT", "x"):
        answer = part(ann, place, "bytes=0-1", If_Range=other)
        assert (answer.status, len(answer.body)) == (200, SIZE)


def test_other_conditions_come_first(ann: Client, place: str) -> None:
    etag = ann.ask("HEAD", place).headers["etag"]
    assert part(ann, place, "bytes=0-1", If_None_Match=etag).status == 304
    assert part(ann, place, "bytes=0-1", If_Match='"other"').status == 412
    assert part(ann, place, "bytes=0-1", If_Match=etag).status == 206
    assert ann.ask("HEAD", place, Range="bytes=0-1").headers["content-length"] == str(SIZE)


def test_only_the_chunks_of_the_range_are_read(site: Site, ann: Client, place: str) -> None:
    with site.core.pool.connection() as connection:
        connection.execute("DELETE FROM attachment_chunk WHERE tenant_id = %s AND ordinal <> 1", (ann.tenant,))
    answer = part(ann, place, f"bytes={CHUNK}-{2 * CHUNK - 1}")
    assert (answer.status, answer.body) == (206, BODY[CHUNK : 2 * CHUNK])


def test_an_empty_attachment_has_no_ranges(ann: Client) -> None:
    put(ann)
    place = where(add(ann, b""))
    assert part(ann, place, "bytes=0-").status == 416
    assert (part(ann, place, "bytes=-5").status, part(ann, place, "bytes=-5").body) == (200, b"")
