"""Forms that mail services post: both encodings, and their bounds."""

from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from televent.adapters.email.doors.form import MAX_FIELD_HEAD, MAX_FIELDS, BadForm, form_of

ENCODED = "application/x-www-form-urlencoded"
MULTIPART = 'multipart/form-data; boundary="xYzZY"'


def parts(fields: dict[str, bytes]) -> bytes:
    """A multipart form as httpx and curl write it."""
    body = b"".join(
        b'--xYzZY\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + value + b"\r\n"
        for name, value in fields.items()
    )
    return body + b"--xYzZY--\r\n"


@given(st.dictionaries(st.from_regex(r"[a-z-]{1,20}", fullmatch=True), st.binary(max_size=200), max_size=10))
def test_every_value_comes_back(fields: dict[str, bytes]) -> None:
    encoded = form_of(ENCODED, urlencode(fields).encode())
    assert {name: encoded.raw(name) for name in fields} == fields
    apart = {name: value for name, value in fields.items() if b"xYzZY" not in value}
    form = form_of(MULTIPART, parts(apart))
    assert {name: form.raw(name) for name in apart} == apart


def test_every_byte_is_decoded_however_it_is_written() -> None:
    every = bytes(range(256))
    always = "".join(f"%{byte:02x}" for byte in every).encode()
    assert form_of(ENCODED, b"a=" + always + b"&b=2").raw("a") == every
    assert form_of(ENCODED, b"a=" + quote_from_bytes(every, safe="").encode()).raw("a") == every
    assert form_of(ENCODED, b"a=x=y==%3D+%2B z \r\n").raw("a") == b"x=y=== + z \r\n"


def test_a_broken_encoding_is_no_error() -> None:
    for broken in (b"%", b"%%", b"%zz", b"%4", b"a%\r\n"):
        assert isinstance(form_of(ENCODED, b"a=" + broken).raw("a"), bytes)


def test_the_first_of_two_fields_counts() -> None:
    assert form_of(ENCODED, b"to=ann&to=bob").text("to") == "ann"
    assert form_of(MULTIPART, parts({"to": b"ann"})[:-11] + parts({"to": b"bob"})).text("to") == "ann"
    assert form_of(ENCODED, b"").raw("to") == b""


def test_a_preamble_and_a_file_name_are_no_part_of_a_value() -> None:
    body = b'about\r\n--xYzZY\r\nContent-Type: message/rfc822\r\nContent-Disposition: form-data; name="email";'
    body += b' filename="a.eml"\r\n\r\nSubject: x\r\n\r\n--xY\r\n\r\n--xYzZY--\r\nafter'
    assert form_of(MULTIPART, body).raw("email") == b"Subject: x\r\n\r\n--xY\r\n"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("", b"a=1"),
        ("multipart/form-data", b"--x--"),
        (f"multipart/form-data; boundary={'x' * 201}", b""),
        (ENCODED, b"&" * (MAX_FIELDS + 1)),
        (ENCODED, b"a=1&" * (MAX_FIELDS + 1)),
        (MULTIPART, parts({f"f{number}": b"" for number in range(MAX_FIELDS + 1)})),
        (MULTIPART, parts({"a": b"1"})[:-11]),
        (MULTIPART, b"--xYzZY\r\nX: " + b"x" * MAX_FIELD_HEAD + b"\r\n\r\n1\r\n--xYzZY--"),
        (MULTIPART, b"--xYzZY\r\nno header\r\n--xYzZY--"),
    ],
)
def test_what_is_no_form_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(BadForm):
        form_of(kind, body)


def test_a_short_field_has_a_bound() -> None:
    with pytest.raises(BadForm, match="token"):
        form_of(ENCODED, b"token=" + b"x" * 201).text("token", 200)
