"""The organizer reads every answer: also one that is none of the three, with its comment and the delegate."""

from support.app_meetings import address, meeting, put, stream_of, text_of, two
from support.chat import Chats


def test_an_app_delegates_and_the_organizer_reads_to_whom(chats: Chats) -> None:
    ann, bob = two(chats)
    cy = chats.person("Cy")
    meeting(ann, bob)
    bob.hears("Ann invited you")
    mine = f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{address(bob)}"
    delegated = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{address(cy)}":mailto:{address(bob)}'
    text = text_of(bob, ann).replace(mine, delegated).replace("END:VEVENT", "COMMENT:I am away\r\nEND:VEVENT")
    assert delegated in text
    put(bob, f"{stream_of(bob, ann)}.ics", text)
    told = ann.hears("Bob delegated your meeting to Cy")
    assert "💬 I am away" in told["text"]
    cy.hears("Ann invited you")


def test_an_app_takes_an_answer_back(chats: Chats) -> None:
    ann, bob = two(chats)
    meeting(ann, bob)
    bob.taps("✅ Accept", bob.hears("Ann invited you"))
    ann.hears("Bob accepted your meeting")
    text = text_of(bob, ann).replace("PARTSTAT=ACCEPTED", "PARTSTAT=NEEDS-ACTION")
    put(bob, f"{stream_of(bob, ann)}.ics", text)
    ann.hears("Bob took back the answer to your meeting")
