"""RFC 7809 §3: iTIP messages have the definitions of their time zones, also where the client sent none."""

from meeting_texts import ANN, BOB, at, calendar

from support.as_bytes import organizer_messages

EVENT = f"""BEGIN:VEVENT
UID:zones@example.com
DTSTAMP:20261101T080000Z
DTSTART;TZID=America/New_York:20261125T090000
DTEND;TZID=America/New_York:20261125T100000
ORGANIZER:mailto:{ANN}
ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ANN}
ATTENDEE:mailto:{BOB}
SUMMARY:Talk
END:VEVENT
"""


def test_a_message_has_the_zone_that_the_client_left_out() -> None:
    text = calendar(EVENT, zone="")
    assert b"VTIMEZONE" not in text
    (message,) = organizer_messages(None, text, me=frozenset({ANN}), dtstamp=at(20, 12))
    assert message.text.count(b"BEGIN:VTIMEZONE") == 1
    assert b"TZID:America/New_York" in message.text
