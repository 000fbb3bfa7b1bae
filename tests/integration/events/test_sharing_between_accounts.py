"""The messages between the two sides of a share: late, twice, in another order, with a courier that dies."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from support.town import Person, Town, open_town
from televent.application.event_store.context import Context
from televent.application.messages.outbox import Claimed
from televent.application.messages.share_local import ShareAnswer, ShareLocal, ShareNews
from televent.application.refusals import NotShared
from televent.application.teams import SETTLED
from televent.application.use_cases.calendars import sharing
from televent.application.use_cases.teams.team_calendars import end_team, make_team, sweep_teams, teams_of
from televent.domain.sharing.access import share_id
from televent.policies import courier


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with open_town(database_url) as town:
        # The door delivers nothing: each message waits for a worker.
        town.core.backend.courier = None
        yield town


def owed(town: Town) -> list[Claimed]:
    """Claims the pending messages between the two sides; the oldest is first."""
    claimed = town.core.outbox.claim(town.now + timedelta(minutes=1), kinds=(ShareLocal,))
    return sorted(claimed, key=lambda each: getattr(told(each), "revision", 0))


def told(message: Claimed) -> ShareNews:
    assert isinstance(message.message, ShareLocal)
    return message.message.news


def carry(town: Town, message: Claimed) -> None:
    context = Context(message.tenant, "system", "courier", town.now, uuid4(), message.correlation_id)
    courier.deliver(town.core.backend, courier.Delivery(context, message.outbox_id, message.message))


def share(ann: Person, bob: Person, access: str = "read") -> None:
    backend = ann.town.core.backend
    sharee = backend.people.account(bob.tenant)
    sharing.share_calendar(backend, ann.context(), name="default", sharee=sharee, access=access)


def status(bob: Person) -> list[tuple[str, str | None]]:
    return [(row.status, row.held) for row in bob.town.core.reads.shares_of(bob.tenant)]


def test_a_worker_carries_what_the_door_could_not(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    share(ann, bob)
    assert status(bob) == []
    (offer,) = owed(town)
    carry(town, offer)
    assert status(bob) == [("offered", "read")]
    (row,) = town.core.reads.shares_of(bob.tenant)
    sharing.answer_share(town.core.backend, bob.context(), share_id=row.share_id, accept=True)
    (answer,) = [each for each in owed(town) if isinstance(told(each), ShareAnswer)]
    carry(town, answer)
    (calendar,) = town.core.reads.calendars(ann.tenant)
    assert calendar.shares[str(bob.tenant)]["status"] == "accepted"
    assert [each.calendar_id for each in town.core.reads.mounts(bob.tenant)] == [calendar.calendar_id]


def test_who_acted_is_known_also_where_a_worker_carries_it(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    made = make_team(
        town.core.backend, ann.context(), title="Design", props={}, members=[("bob@example.com", "manager")]
    )
    for message in owed(town):
        carry(town, message)
    (card,) = town.owed("share_notification")
    # The card names the manager who invites. Ann made the team, and is not told of it.
    assert (card["what"], card["inviter"]) == ("invited", str(ann.tenant))
    sharing.answer_share(
        town.core.backend, bob.context(), share_id=share_id(made.row.calendar_id, bob.tenant), accept=True
    )
    for message in owed(town):
        carry(town, message)
    end_team(town.core.backend, ann.context(), calendar_id=made.row.calendar_id)
    assert teams_of(town.core.backend, bob.tenant) == []
    # The account goes when its last messages are delivered.
    town.now += SETTLED * 2
    for erased in (0, 1):
        assert sweep_teams(town.core.backend, ann.context(), 10) == erased
        for message in owed(town):
            carry(town, message)
            town.core.outbox.complete(message, town.now)
    # Bob is told of the end, and not Ann, who ended it.
    assert [each["what"] for each in town.owed("share_notification")] == ["invited", "left"]
    assert town.core.reads.account(made.row.tenant) is None


def test_messages_that_come_twice_and_in_the_wrong_order_change_nothing(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    share(ann, bob)
    sharing.withdraw_share(town.core.backend, ann.context(), name="default", sharee=bob.tenant)
    share(ann, bob, "read-write")
    first, end, second = owed(town)
    for message in (second, first, end, second, first):
        carry(town, message)
    assert status(bob) == [("offered", "read-write")]
    cards = town.owed("share_notification")
    assert [message["what"] for message in cards] == ["offered"]


def test_a_withdrawal_holds_before_anybody_is_told_of_it(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    share(ann, bob)
    for message in owed(town):
        carry(town, message)
    (row,) = town.core.reads.shares_of(bob.tenant)
    sharing.answer_share(town.core.backend, bob.context(), share_id=row.share_id, accept=True)
    assert len(town.core.reads.mounts(bob.tenant)) == 1
    sharing.withdraw_share(town.core.backend, ann.context(), name="default", sharee=bob.tenant)
    assert town.core.reads.mounts(bob.tenant) == []
    assert town.core.reads.mount(bob.tenant, row.share_id) is None
    with pytest.raises(NotShared):
        sharing.answer_share(town.core.backend, bob.context(), share_id=row.share_id, accept=True)


def test_a_yes_that_crosses_a_withdrawal_opens_nothing(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    share(ann, bob)
    (offer,) = owed(town)
    carry(town, offer)
    (row,) = town.core.reads.shares_of(bob.tenant)
    sharing.answer_share(town.core.backend, bob.context(), share_id=row.share_id, accept=True)
    sharing.withdraw_share(town.core.backend, ann.context(), name="default", sharee=bob.tenant)
    for message in owed(town):
        carry(town, message)
    assert status(bob) == [("ended", None)]
    (calendar,) = town.core.reads.calendars(ann.tenant)
    assert calendar.shares == {}
