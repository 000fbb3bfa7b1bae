"""Which cards a person wants: none, none of new invitations, and none at night."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from support.chat import Chats, Someone
from support.meetings import answers, organized, puts
from support.waiting import wait_until
from televent.application.use_cases.people.preferences import change_preferences

MOVED = ("DTSTART:20261202T100000Z", "DTEND:20261202T110000Z")
AGAIN = ("DTSTART:20261203T100000Z", "DTEND:20261203T110000Z")


@pytest.fixture
def ann(chats: Chats) -> Someone:
    return chats.person("Ann", address=f"ann-{uuid4().hex[:8]}@example.com")


@pytest.fixture
def bob(chats: Chats) -> Someone:
    return chats.person("Bob", address=f"bob-{uuid4().hex[:8]}@example.com")


@pytest.fixture
def uid() -> str:
    return f"{uuid4().hex}@example.com"


def chooses(someone: Someone, **choices: Any) -> None:
    change_preferences(someone.chats.core.backend, someone.context(), choices)


def settled(someone: Someone, count: int) -> None:
    """Waits until so many messages to this person are settled."""

    def done() -> bool:
        query = "SELECT count(*) FROM outbox WHERE tenant_id = %s AND state = 'completed' AND kind LIKE 'invite_%%'"
        with someone.chats.core.pool.connection() as connection:
            row = connection.execute(query, (someone.account.tenant,)).fetchone()
        # The clock moves, so that a message that was put off for a second comes.
        someone.chats.now += timedelta(seconds=1)
        return row is not None and row[0] >= count

    wait_until(done, what="the messages that are not sent")


def test_who_wants_no_messages_gets_none(ann: Someone, bob: Someone, uid: str) -> None:
    chooses(bob, notifications=False)
    puts(ann, organized(ann, bob, uid=uid))
    settled(bob, 1)
    assert bob.messages() == []


def test_who_wants_no_invitations_hears_of_meetings_that_they_accepted(ann: Someone, bob: Someone, uid: str) -> None:
    chooses(bob, notify_on_invite=False)
    puts(ann, organized(ann, bob, uid=uid))
    puts(ann, organized(ann, bob, lines=MOVED, uid=uid))
    settled(bob, 2)
    assert bob.messages() == []
    answers(bob, uid, "ACCEPTED")
    puts(ann, organized(ann, bob, lines=AGAIN, uid=uid))
    assert "now Thu, Dec 3" in bob.hears("changed this meeting")["text"]


def test_at_night_changes_wait_and_are_told_as_one_in_the_morning(
    chats: Chats, ann: Someone, bob: Someone, uid: str
) -> None:
    puts(ann, organized(ann, bob, uid=uid))
    bob.hears("invited you")
    chooses(bob, quiet_from=time(22), quiet_until=time(7), digest_at=None)
    chats.now = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    count = len(bob.messages())
    puts(ann, organized(ann, bob, lines=MOVED, uid=uid))
    puts(ann, organized(ann, bob, lines=AGAIN, uid=uid))

    def waiting() -> bool:
        query = (
            "SELECT count(*) FROM outbox WHERE tenant_id = %s AND state = 'pending' AND last_error LIKE '%%quiet hours'"
        )
        with chats.core.pool.connection() as connection:
            row = connection.execute(query, (bob.account.tenant,)).fetchone()
        return row is not None and row[0] == 2

    wait_until(waiting, what="two cards that wait")
    assert len(bob.messages()) == count
    chats.now = datetime(2026, 11, 25, 7, 0, 1, tzinfo=UTC)
    card = bob.hears("changed this meeting")
    assert "was Tue, Dec 1 → now Thu, Dec 3" in card["text"]
    settled(bob, 3)
    assert len(bob.messages()) == count + 1
