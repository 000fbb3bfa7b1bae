"""Enhanced status codes of replies: RFC 2034 §3, §4; RFC 5248."""

import pytest

from televent.adapters.email.doors.codes import enhanced


@pytest.mark.parametrize(
    ("reply", "with_code"),
    [
        ("250 OK", "250 2.0.0 OK"),
        ("500 Error: bad syntax", "500 5.5.2 Error: bad syntax"),
        ("503 Error: send EHLO first", "503 5.5.1 Error: send EHLO first"),
        ("221 Bye", "221 2.0.0 Bye"),
        ("599 Never seen", "599 5.0.0 Never seen"),
        ("250 2.1.5 OK", "250 2.1.5 OK"),
        ("354 End data with <CR><LF>.<CR><LF>", "354 End data with <CR><LF>.<CR><LF>"),
        ("214-One\r\n214 Two", "214-2.0.0 One\r\n214 2.0.0 Two"),
        ("220 televent Televent", "220 televent Televent"),
        ("not a reply", "not a reply"),
    ],
)
def test_a_reply_has_one_code_of_its_own_class(reply: str, with_code: str) -> None:
    assert enhanced(reply) == with_code
    assert enhanced(with_code) == with_code
