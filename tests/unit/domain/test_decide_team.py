"""The members of a team calendar: given facts, when a command, then facts or a refusal."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from televent.domain.calendar.commands import CalendarCommand, ChangeProperties
from televent.domain.calendar.decide import decide
from televent.domain.calendar.events import CalendarCreated
from televent.domain.calendar.state import Calendar, evolve
from televent.domain.refusal import Refusal
from televent.domain.sharing.access import share_id
from televent.domain.sharing.grants.commands import (
    ChangeRole,
    EndTeam,
    NoteShareAnswer,
    OfferMembership,
    RemoveMember,
    WithdrawShare,
)
from televent.domain.sharing.grants.events import CalendarShared, ShareAnswered, ShareWithdrawn
from televent.domain.sharing.grants.state import members
from televent.domain.sharing.grants.team import AFTER_DECLINE, AFTER_TAKING_BACK, MAX_MEMBERS, MAX_OFFERS
from televent.domain.sharing.mount.commands import AnswerShare, EndShare, MountCommand, OfferShare
from televent.domain.sharing.mount.decide import decide as decide_mount
from televent.domain.sharing.mount.events import ShareOffered
from televent.domain.sharing.mount.state import Mount
from televent.domain.sharing.mount.state import evolve as evolve_mount
from televent.domain.sharing.refusals import (
    AskedLately,
    LastManager,
    NotManager,
    NotMember,
    TooManyOffers,
    TooManySharees,
)

TEAM, ANN, BOB, CAT = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Team:
    """A calendar of a team, to which commands are given one after the other."""

    def __init__(self) -> None:
        self.state = evolve(Calendar(), CalendarCreated(TEAM, "default", ("VEVENT",), {}))
        self.now = NOON
        self.does(self.offer(ANN, "manager", by=ANN))

    def does(self, command: CalendarCommand) -> list[object]:
        facts = decide(self.state, command)
        for fact in facts:
            self.state = evolve(self.state, fact)
        return list(facts)

    def offer(self, person: UUID, role: str = "writer", by: UUID = ANN) -> OfferMembership:
        return OfferMembership(TEAM, person, role, "", "", by, self.now)

    def role(self, person: UUID, role: str, by: UUID = ANN) -> ChangeRole:
        return ChangeRole(TEAM, person, role, by, self.now)

    def remove(self, person: UUID, by: UUID = ANN) -> RemoveMember:
        return RemoveMember(TEAM, person, by, self.now)

    def answer(self, person: UUID, accepted: bool) -> NoteShareAnswer:
        number = self.state.grants[person].answered + 1
        return NoteShareAnswer(TEAM, person, accepted, number, self.now, "Design")

    def joins(self, person: UUID, role: str = "writer") -> None:
        self.does(self.offer(person, role))
        self.does(self.answer(person, True))

    def roles(self) -> dict[UUID, str]:
        return {person: grant.role for person, grant in members(self.state.grants).items()}


@pytest.fixture
def team() -> Team:
    return Team()


def refused(team: Team, command: CalendarCommand) -> type[Refusal]:
    with pytest.raises(Refusal) as refusal:
        decide(team.state, command)
    return type(refusal.value)


def test_who_makes_the_team_is_asked_by_nobody_and_others_are_asked(team: Team) -> None:
    assert team.roles() == {ANN: "manager"}
    (offered,) = team.does(team.offer(BOB, "manager"))
    assert isinstance(offered, CalendarShared)
    assert (offered.role, offered.access, offered.agreed) == ("manager", "read-write", False)
    assert team.roles() == {ANN: "manager"}
    # The same offer is made once, and another role is no other offer.
    assert team.does(team.offer(BOB, "manager")) == []
    assert len(team.does(team.role(BOB, "reader"))) == 1
    assert team.does(team.answer(BOB, True)) != []
    assert team.roles() == {ANN: "manager", BOB: "reader"}
    # A second person cannot make the team again.
    assert refused(team, team.offer(CAT, "manager", by=CAT)) is NotManager


def test_somebody_who_is_invited_decides_nothing_and_inherits_nothing(team: Team) -> None:
    team.does(team.offer(BOB, "manager"))
    for command in (team.offer(CAT, by=BOB), team.role(ANN, "reader", by=BOB), team.remove(ANN, by=BOB)):
        assert refused(team, command) is NotManager
    assert refused(team, ChangeProperties(TEAM, {"a": "b"}, frozenset(), BOB)) is NotManager
    assert refused(team, EndTeam(TEAM, BOB)) is NotManager
    assert refused(team, team.role(ANN, "writer")) is LastManager
    # The last member goes: nobody is left to whom an answer could come.
    assert team.does(team.answer(ANN, False))[1:] == [ShareWithdrawn(TEAM, ANN, 2), ShareWithdrawn(TEAM, BOB, 2)]
    assert team.roles() == {}


def test_a_manager_who_was_removed_can_do_nothing_more(team: Team) -> None:
    team.joins(BOB, "manager")
    team.does(team.remove(BOB))
    for command in (
        team.offer(CAT, by=BOB),
        team.role(ANN, "reader", by=BOB),
        team.remove(ANN, by=BOB),
        ChangeProperties(TEAM, {"a": "b"}, frozenset(), BOB),
        EndTeam(TEAM, BOB),
    ):
        assert refused(team, command) is NotManager
    assert refused(team, team.role(BOB, "writer")) is NotMember


def test_who_declined_may_still_come_and_is_not_asked_again_at_once(team: Team) -> None:
    team.does(team.offer(BOB))
    (declined,) = team.does(team.answer(BOB, False))
    assert declined == ShareAnswered(TEAM, BOB, False, 1, NOON, "", "Design", NOON + AFTER_DECLINE)
    assert team.roles() == {ANN: "manager"}
    for again in (team.offer(BOB), team.role(BOB, "reader")):
        assert refused(team, again) is AskedLately
    # Taking the offer back is no way around.
    kept = team.state
    team.does(team.remove(BOB))
    assert refused(team, team.offer(BOB)) is AskedLately
    team.now = NOON + AFTER_DECLINE
    assert len(team.does(team.offer(BOB))) == 1
    team.state = kept
    team.does(team.answer(BOB, True))
    assert team.roles() == {ANN: "manager", BOB: "writer"}


def test_an_offer_that_was_taken_back_is_not_made_again_at_once(team: Team) -> None:
    team.does(team.offer(BOB))
    assert team.does(team.remove(BOB)) == [ShareWithdrawn(TEAM, BOB, 2, NOON + AFTER_TAKING_BACK)]
    assert team.does(team.remove(BOB)) == []
    assert refused(team, team.offer(BOB)) is AskedLately
    team.now += AFTER_TAKING_BACK - timedelta(seconds=1)
    assert refused(team, team.offer(BOB)) is AskedLately
    team.now += timedelta(seconds=1)
    assert len(team.does(team.offer(BOB))) == 1


@pytest.mark.parametrize("by_manager", [True, False])
def test_somebody_who_was_a_member_is_asked_again(team: Team, by_manager: bool) -> None:
    team.joins(BOB)
    team.does(team.remove(BOB) if by_manager else team.answer(BOB, False))
    (offered,) = team.does(team.offer(BOB))
    assert isinstance(offered, CalendarShared)
    assert not offered.agreed
    assert team.roles() == {ANN: "manager"}


def test_the_first_of_the_highest_role_follows_the_last_manager(team: Team) -> None:
    team.joins(BOB, "reader")
    team.joins(CAT, "writer")
    team.does(team.offer(UUID(int=9), "manager"))
    team.does(WithdrawShare(TEAM, ANN))
    assert team.roles() == {BOB: "reader", CAT: "manager"}


def test_offers_and_members_are_bounded(team: Team) -> None:
    for number in range(MAX_OFFERS):
        team.does(team.offer(UUID(int=100 + number)))
    assert refused(team, team.offer(BOB)) is TooManyOffers
    team.does(team.answer(UUID(int=100), True))
    assert len(team.does(team.offer(BOB))) == 1
    for number in range(MAX_OFFERS, MAX_MEMBERS - 2):
        team.does(team.answer(UUID(int=99 + number), True))
        team.does(team.offer(UUID(int=100 + number)))
    team.does(team.answer(BOB, True))
    assert refused(team, team.offer(CAT)) is TooManySharees


def test_the_end_takes_everybody_out_and_only_where_nobody_is_left_without_a_manager(team: Team) -> None:
    team.joins(BOB)
    team.does(team.offer(CAT))
    assert team.does(EndTeam(TEAM, None)) == []
    ended = team.does(EndTeam(TEAM, ANN))
    assert [fact.sharee for fact in ended if isinstance(fact, ShareWithdrawn)] == [ANN, BOB, CAT]
    assert team.does(EndTeam(TEAM, None)) == []


SHARE = share_id(TEAM, BOB)


def offer(revision: int, *, began: int, agreed: bool = False, role: str = "writer") -> OfferShare:
    return OfferShare(SHARE, UUID(int=9), TEAM, "read-write", revision, "Design", "Design", "", role, began, agreed)


def mounted(*commands: MountCommand) -> Mount:
    state = Mount()
    for command in commands:
        for fact in decide_mount(state, command):
            state = evolve_mount(state, fact)
    return state


YES = AnswerShare(SHARE, True)


def test_an_offer_waits_also_where_the_message_of_the_end_was_overtaken() -> None:
    assert mounted(offer(1, began=1)).status == "offered"
    assert mounted(offer(1, began=1, agreed=True)).status == "accepted"
    assert mounted(offer(1, began=1), YES, offer(2, began=1, role="reader")).status == "accepted"
    # Revision 2 was the end of the membership, and comes late.
    again = (offer(1, began=1), YES, offer(3, began=3))
    assert mounted(*again).status == mounted(*again, EndShare(SHARE, 2)).status == "offered"


def test_a_changed_offer_says_that_it_is_open_already() -> None:
    (first,) = decide_mount(mounted(), offer(1, began=1))
    (second,) = decide_mount(mounted(offer(1, began=1)), offer(2, began=1))
    assert [each.open for each in (first, second) if isinstance(each, ShareOffered)] == [False, True]


def test_members_from_before_anybody_was_asked_stay_members() -> None:
    team = Team()
    for role in ("writer", "manager"):
        fact = CalendarShared(TEAM, BOB, "read-write", 1, "bob@example.com", "Bob", "", role)
        assert members(evolve(team.state, fact).grants)[BOB].role == role
    asked = CalendarShared(TEAM, BOB, "read-write", 1, "bob@example.com", "Bob", "", "writer", False)
    assert BOB not in members(evolve(team.state, asked).grants)
