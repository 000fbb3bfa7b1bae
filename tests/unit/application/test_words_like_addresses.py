"""The words of a text that may be addresses of an erased person are found without a parse, and in linear time."""

from hypothesis import given
from hypothesis import strategies as st

from televent.application.accounts.erased_people import names_in

LONG = b"QUJD" * 250_000


def test_addresses_are_found_wherever_a_program_writes_them() -> None:
    lines = (
        b"ATTENDEE;CN=Ann;EMAIL=Ann@Example.com:urn:uuid:1",
        b"X-ORGANIZER:'bob@example.com'",
        b'X-SEEN;BY="cy@exam\r\n ple.com":mailto:dee@example.com,eve@example.com',
    )
    found = names_in(b"\r\n".join(lines))
    named = {f"{name}@example.com" for name in ("ann", "bob", "cy", "dee", "eve")}
    assert named <= found
    assert not any("@" not in each for each in found)


@given(st.text("a@.", max_size=12))
def test_a_word_is_an_address_where_something_stands_on_both_sides(word: str) -> None:
    assert names_in(f"X:{word} ".encode()) == ({word} if "@" in word[1:-1] else set())


def test_an_attachment_in_a_text_takes_linear_time() -> None:
    # An algorithm that takes the square of the length does not end within the time that pytest gives a test.
    assert names_in(b"ATTACH;VALUE=BINARY:" + LONG + b"\r\nATTENDEE:mailto:ann@example.com") == {"ann@example.com"}
