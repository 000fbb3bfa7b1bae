"""People come in without an invitation, or are refused, as the organizer chose."""

from dataclasses import replace

import pytest
from copies import ANN, BOB, EVE, NOON, ORGANIZED, Copy, meeting, messages, says

from televent.domain.calendar_object.commands import RefuseUninvited
from televent.domain.calendar_object.events import MessageSetAside, RsvpGiven

CROWD = tuple(f"guest{number}@example.com" for number in range(200))


def answer(partstat: str = "ACCEPTED") -> bytes:
    return meeting(people=(says(EVE, partstat),), method="REPLY", sent="20261121T130000Z")


def delegating(to: str = EVE) -> bytes:
    line = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:{to}":mailto:{BOB}'
    return meeting(people=(line,), method="REPLY", sent="20261121T130000Z")


def listed(copy: Copy, message: bytes, choice: str) -> bool:
    after = copy.given(copy.receive(message, uninvited=choice))
    return f"mailto:{EVE}\r\n".encode() in after.state.text.raw.replace(b"\r\n ", b"")


@pytest.mark.parametrize(("choice", "comes"), [("allow", True), ("ask", False), ("deny", False)])
def test_it_is_the_organizers_choice(choice: str, comes: bool) -> None:
    assert listed(ORGANIZED, answer(), choice) is comes


@pytest.mark.parametrize("partstat", ["DECLINED", "NEEDS-ACTION", "DELEGATED"])
def test_who_will_not_come_is_not_invited(partstat: str) -> None:
    assert not listed(ORGANIZED, answer(partstat=partstat), "allow")


def test_a_long_name_is_cut() -> None:
    line = f"ATTENDEE;CN={'x' * 900_000};PARTSTAT=ACCEPTED:mailto:{EVE}"
    long = meeting(people=(line,), method="REPLY", sent="20261121T130000Z")
    after = ORGANIZED.given(ORGANIZED.receive(long, uninvited="allow"))
    assert listed(ORGANIZED, long, "allow")
    assert len(after.state.text.raw) < 10_000


def test_a_cancelled_meeting_takes_nobody() -> None:
    off = Copy(ANN).given(Copy(ANN).put(meeting("STATUS:CANCELLED")))
    decision = off.when(off.receive(answer(), uninvited="allow"))
    assert (decision.reason, messages(decision)) == ("party-crasher", [])


def test_who_was_asked_about_before_is_asked_about_again() -> None:
    asked = ORGANIZED.given(ORGANIZED.receive(answer(), uninvited="ask"))
    later = answer().replace(b"DTSTAMP:20261121T13", b"DTSTAMP:20261121T14")
    assert not listed(asked, later, "allow")


def test_a_full_meeting_asks_and_can_refuse() -> None:
    full = Copy(ANN).given(Copy(ANN).put(meeting(people=CROWD)))
    assert not listed(full, answer(), "allow")
    refused = full.when(full.receive(answer(), uninvited="deny"))
    assert messages(refused) == [("CANCEL", EVE, "refuse")]
    asked = full.given(full.receive(answer()))
    assert messages(asked.when(RefuseUninvited(asked.me, EVE, NOON))) == [("CANCEL", EVE, "refuse")]


def test_an_imported_meeting_is_left_to_its_own_server() -> None:
    text = meeting().replace(b"ORGANIZER:", b"ORGANIZER;SCHEDULE-AGENT=NONE:")
    imported = Copy(ANN).given(Copy(ANN).put(text))
    assert not listed(imported, answer(), "allow")
    decision = imported.when(imported.receive(answer(), uninvited="deny"))
    (fact,) = decision.facts
    assert isinstance(fact, MessageSetAside)
    assert (fact.refused, messages(decision)) == (False, [])


@pytest.mark.parametrize(("choice", "fate"), [("allow", ""), ("ask", "waits"), ("deny", "refused")])
def test_a_delegate_waits_is_refused_or_comes(choice: str, fate: str) -> None:
    (given, *_) = ORGANIZED.when(ORGANIZED.receive(delegating(), uninvited=choice)).facts
    assert isinstance(given, RsvpGiven)
    assert given.delegate == fate
    assert listed(ORGANIZED, delegating(), choice) is (choice == "allow")


def test_a_delegation_that_is_only_recorded_again_asks_nothing() -> None:
    first = ORGANIZED.given(ORGANIZED.receive(delegating()))
    again = delegating().replace(b"DTSTAMP:20261121T13", b"DTSTAMP:20261121T14")
    facts = first.when(replace(first.receive(again), repeats=True)).facts
    assert [each.delegate for each in facts if isinstance(each, RsvpGiven)] == [""]
