"""The organizer reads every answer: also one that is none of the three, with its comment and the delegate."""

from typing import Any

from support.app_meetings import address, meeting, put, stream_of, text_of, two
from support.chat import Chats
from support.waiting import wait_until


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

    def told(text: str) -> Any:
        """The message with this text: the two come in any order."""
        return next((each for each in ann.messages() if text in (each["text"] or "")), None)

    wait_until(lambda: told("Bob delegated your meeting to Cy") is not None, what="the answer is told")
    wait_until(lambda: told("Bob will not come to") is not None, what="the delegate is asked about")
    assert "💬 I am away" in told("Bob delegated your meeting to Cy")["text"]
    # Cy is known by an address with a Telegram id, which nobody reads.
    question = told("Bob will not come to")
    assert "sends Cy instead. I have written nothing to Cy so far." in question["text"]
    ann.taps("➕ Invite", question)
    cy.hears("Ann invited you")


def test_an_app_takes_an_answer_back(chats: Chats) -> None:
    ann, bob = two(chats)
    meeting(ann, bob)
    bob.taps("✅ Accept", bob.hears("Ann invited you"))
    ann.hears("Bob accepted your meeting")
    text = text_of(bob, ann).replace("PARTSTAT=ACCEPTED", "PARTSTAT=NEEDS-ACTION")
    put(bob, f"{stream_of(bob, ann)}.ics", text)
    ann.hears("Bob took back the answer to your meeting")
