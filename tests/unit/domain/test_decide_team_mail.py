"""A decision about mails to a team calendar: the stream of the calendar alone says who manages it."""

from uuid import UUID

import pytest

from televent.domain.calendar.decide import decide
from televent.domain.calendar.events import CalendarCreated, CalendarEvent
from televent.domain.calendar.refusals import UnknownCalendar
from televent.domain.calendar.state import Calendar, evolve
from televent.domain.calendar.team_mail import MAX_MAILS, SettleTeamMail, TeamMailSettled
from televent.domain.sharing.grants.events import CalendarShared, ShareWithdrawn
from televent.domain.sharing.refusals import NotManager

TEAM, CARD, ANN, BOB = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)


def team(*later: CalendarEvent) -> Calendar:
    """Ann manages it, Bob writes, and then ``later``."""
    made = CalendarCreated(TEAM, "default", ("VEVENT",), {})
    ann = CalendarShared(TEAM, ANN, "read-write", 1, "", "Ann", "", "manager", True)
    bob = CalendarShared(TEAM, BOB, "read-write", 1, "", "Bob", "", "writer", True)
    state = Calendar()
    for fact in (made, ann, bob, *later):
        state = evolve(state, fact)
    return state


def applies(by: UUID, *keys: str) -> SettleTeamMail:
    return SettleTeamMail(TEAM, CARD, keys, "apply", by)


def test_a_manager_decides_about_the_mails_that_wait() -> None:
    fact = TeamMailSettled(TEAM, CARD, ("one", "two"), "apply", ANN)
    assert decide(team(), applies(ANN, "one", "two")) == [fact]
    assert decide(team(), applies(ANN)) == []
    assert evolve(team(), fact) == team()


def test_nobody_else_decides_even_where_nothing_waits() -> None:
    gone = ShareWithdrawn(TEAM, ANN, 2)
    for state, person in ((team(), BOB), (team(), UUID(int=9)), (team(gone), ANN)):
        for keys in (("one",), ()):
            with pytest.raises(NotManager):
                decide(state, applies(person, *keys))
    with pytest.raises(UnknownCalendar):
        decide(Calendar(), applies(ANN, "one"))


def test_many_mails_are_several_facts() -> None:
    keys = tuple(str(each) for each in range(2 * MAX_MAILS + 1))
    facts = decide(team(), applies(ANN, *keys))
    said = [each.mail_keys for each in facts if isinstance(each, TeamMailSettled)]
    assert [len(each) for each in said] == [MAX_MAILS, MAX_MAILS, 1]
    assert sum(said, ()) == keys
