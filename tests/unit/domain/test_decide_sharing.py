"""A share's two sides: given facts, when a command, then facts or a refusal."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from televent.domain.calendar.decide import decide
from televent.domain.calendar.events import CalendarCreated
from televent.domain.calendar.refusals import UnknownCalendar
from televent.domain.calendar.state import Calendar, evolve
from televent.domain.refusal import Refusal
from televent.domain.sharing.access import share_id
from televent.domain.sharing.grants.commands import DismissAnswer, NoteShareAnswer, ShareCalendar, WithdrawShare
from televent.domain.sharing.grants.decide import MAX_SHAREES
from televent.domain.sharing.grants.events import AnswerSeen, CalendarShared, ShareAnswered, ShareWithdrawn
from televent.domain.sharing.mount.commands import (
    AnswerShare,
    ChangeMountProperties,
    DismissNotice,
    EndShare,
    MountCommand,
    OfferShare,
)
from televent.domain.sharing.mount.decide import decide as decide_mount
from televent.domain.sharing.mount.state import Mount
from televent.domain.sharing.mount.state import evolve as evolve_mount
from televent.domain.sharing.refusals import TooManySharees

WORK, BOB, EVE = UUID(int=1), UUID(int=2), UUID(int=3)
SHARE = share_id(WORK, BOB)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def calendar(*facts: object) -> Calendar:
    state = evolve(Calendar(), CalendarCreated(WORK, "work", ("VEVENT",), {}))
    for fact in facts:
        state = evolve(state, fact)  # type: ignore[arg-type]
    return state


def shared(access: str = "read", revision: int = 1, sharee: UUID = BOB) -> CalendarShared:
    return CalendarShared(WORK, sharee, access, revision, "bob@example.com", "Bob", "")


def asked(access: str = "read", sharee: UUID = BOB) -> ShareCalendar:
    return ShareCalendar(WORK, sharee, access, "bob@example.com", "Bob", "")


def test_a_grant_is_a_fact_and_the_same_again_is_none() -> None:
    assert decide(calendar(), asked()) == [shared()]
    assert decide(calendar(shared()), asked()) == []


def test_another_access_is_the_next_revision_and_keeps_the_answer() -> None:
    accepted = ShareAnswered(WORK, BOB, True, 1, NOON, "Bob", "Work")
    assert decide(calendar(shared(), accepted), asked("read-write")) == [shared("read-write", 2)]
    after = calendar(shared(), accepted, shared("read-write", 2))
    assert after.grants[BOB].status == "accepted"


def test_who_has_declined_can_be_asked_again() -> None:
    declined = calendar(shared(), ShareAnswered(WORK, BOB, False, 1, NOON, "Bob", "Work"))
    assert decide(declined, asked()) == [shared(revision=2)]
    assert calendar(shared(), ShareAnswered(WORK, BOB, False, 1, NOON, "Bob", "Work"), shared(revision=2)).grants[
        BOB
    ].status == ("noresponse")


def test_a_withdrawal_counts_on_so_that_a_late_offer_is_known() -> None:
    withdrawn = ShareWithdrawn(WORK, BOB, 2)
    assert decide(calendar(shared()), WithdrawShare(WORK, BOB)) == [withdrawn]
    assert decide(calendar(shared(), withdrawn), WithdrawShare(WORK, BOB)) == []
    assert decide(calendar(), WithdrawShare(WORK, BOB)) == []
    assert decide(calendar(shared(), withdrawn), asked()) == [shared(revision=3)]


def test_an_answer_that_comes_late_or_twice_or_to_nothing_changes_nothing() -> None:
    yes, no = NoteShareAnswer(WORK, BOB, True, 1, NOON, "Work"), NoteShareAnswer(WORK, BOB, False, 2, NOON, "Work")
    (accepted,), (declined,) = decide(calendar(shared()), yes), decide(calendar(shared()), no)
    assert decide(calendar(shared(), accepted), yes) == []
    assert decide(calendar(shared(), declined), yes) == []
    assert decide(calendar(shared(), ShareWithdrawn(WORK, BOB, 2)), yes) == []
    assert decide(calendar(), yes) == []


def test_two_hundred_people_are_enough() -> None:
    many = [shared(sharee=UUID(int=1000 + number)) for number in range(MAX_SHAREES)]
    with pytest.raises(TooManySharees):
        decide(calendar(*many), asked())
    assert decide(calendar(*many[1:]), asked()) == [shared()]


def test_what_is_deleted_is_shared_with_nobody() -> None:
    with pytest.raises(UnknownCalendar):
        decide(Calendar(), asked())


def mounted(*commands: MountCommand) -> Mount:
    state = Mount()
    for command in commands:
        for fact in decide_mount(state, command):
            state = evolve_mount(state, fact)
    return state


def offer(revision: int = 1, access: str = "read") -> OfferShare:
    return OfferShare(SHARE, UUID(int=9), WORK, access, revision, "Work", "Ann", "")


YES, NO = AnswerShare(SHARE, True), AnswerShare(SHARE, False)


def test_an_offer_waits_for_an_answer_that_can_be_taken_back() -> None:
    assert mounted(offer()).status == "offered"
    assert mounted(offer(), YES).status == "accepted"
    assert mounted(offer(), YES, YES, NO).status == "declined"
    assert mounted(offer(), YES, NO, YES).number == 3


def test_a_changed_offer_does_not_ask_who_has_accepted_again() -> None:
    assert mounted(offer(), YES, offer(2, "read-write")).status == "accepted"
    assert mounted(offer(), NO, offer(2)).status == "offered"


def test_messages_in_any_order_end_alike() -> None:
    end = EndShare(SHARE, 2)
    assert mounted(offer(), end).status == mounted(end, offer()).status == mounted(end, offer(), end).status == "ended"
    assert mounted(end, offer(3), offer()).status == "offered"


def test_what_was_never_offered_or_has_ended_cannot_be_answered_or_painted() -> None:
    painted = ChangeMountProperties(SHARE, {"a": "b"}, frozenset())
    for state in (mounted(), mounted(offer(), YES, EndShare(SHARE, 2))):
        for command in (YES, NO, painted):
            with pytest.raises(Refusal):
                decide_mount(state, command)


def test_a_notice_goes_once_it_is_dismissed_or_answered() -> None:
    dismissed = DismissNotice(SHARE)
    assert mounted(offer()).notice == "offered"
    assert mounted(offer(), dismissed).notice == mounted(offer(), YES).notice == ""
    assert decide_mount(mounted(offer(), dismissed), dismissed) == []
    assert mounted(offer(), YES, EndShare(SHARE, 2)).notice == "ended"


def unseen(*facts: object) -> datetime | None:
    return calendar(*facts).grants[BOB].unseen_at


def test_an_answer_is_unseen_until_the_owner_has_seen_it() -> None:
    answered, seen = ShareAnswered(WORK, BOB, True, 1, NOON, "Bob", "Work"), AnswerSeen(WORK, BOB, 1)
    dismiss = DismissAnswer(WORK, BOB, 1)
    assert unseen(shared(), answered) == NOON
    assert decide(calendar(shared(), answered), dismiss) == [seen]
    assert decide(calendar(shared(), answered, seen), dismiss) == []
    # A notification that came after the one that was seen is still unseen.
    later = ShareAnswered(WORK, BOB, False, 2, NOON, "Bob", "Work")
    assert decide(calendar(shared(), answered, later), dismiss) == []


def test_an_answer_to_what_is_not_asked_any_more_need_not_be_seen() -> None:
    yes, no = (ShareAnswered(WORK, BOB, said, 1, NOON, "Bob", "Work") for said in (True, False))
    assert unseen(shared(), yes, ShareWithdrawn(WORK, BOB, 2)) is None
    assert unseen(shared(), no, shared(revision=2)) is None
    assert unseen(shared(), yes, shared("read-write", 2)) == NOON
