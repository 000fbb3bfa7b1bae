"""The bot is stopped in the middle of dialogues and started again: they go on, and old ones are forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from support.chat import Chats, Someone, buttons, open_chats
from support.event_stage import copies, made
from support.waiting import wait_until
from televent.adapters.postgres.queues.chats.chat_book import KEEP, KEEP_WELCOME, PostgresChatBook
from televent.application.use_cases.people.accounts import erase_account


def returns(chats: Chats, someone: Someone, name: str) -> Someone:
    """The same person in the chat with the bot that was started again. The stand-in of Telegram is another one."""
    same = chats.stranger(name, started=True)
    while same.id < someone.id:
        same = chats.stranger(name, started=True)
    assert same.id == someone.id
    return same


def test_dialogues_go_on_after_a_restart(database_url: str) -> None:
    with open_chats(database_url) as chats:
        ann, bob = chats.person("Ann"), chats.person("Bob")
        made(bob, "Sync")
        ann.says("/create")
        ann.hears("What is it called?")
        ann.says("Lunch")
        ann.hears("When?")
        bob.says("/invite sync")
        bob.hears("Whom do you invite?")
    with open_chats(database_url) as chats:
        ann = returns(chats, ann, "Ann")
        ann.says("tomorrow at noon")
        assert buttons(ann.hears("How long?")) == ["Skip", "← Back", "✖️ Cancel"]
        ann.says("45m")
        ann.hears("A description?")
        ann.taps("Skip")
        ann.hears("Where?")
        ann.taps("Skip")
        ann.taps("✅ Create", ann.hears("Shall I create this?"))
        ann.hears("Invite others?")
        bob = returns(chats, bob, "Bob")
        bob.says("Dentist on friday at 10:00")
        bob.hears("Shall I create this?")
        bob.says("guest@example.com")
        bob.hears("Invited to Sync")
    with open_chats(database_url) as chats:
        ann = returns(chats, ann, "Ann")
        ann.says("guest@example.com")
        ann.hears("Invited to Lunch")
        (row,) = copies(ann)
        assert "guest@example.com" in [each.address for each in row.text.reading.instances()[0].attendees]


def stored(someone: Someone) -> None:
    """Waits until the dialogue is stored: that follows its question."""
    wait_until(lambda: rows_of(someone) == ["default", "welcome"], what="the dialogue is stored")


def updates(chats: Chats) -> int:
    """The number of updates that the bot has not handled yet."""
    with chats.core.pool.connection() as connection:
        return int(connection.execute("SELECT count(*) FROM bot_update").fetchall()[0][0])


def rows_of(someone: Someone) -> list[str]:
    """The kinds of the person's dialogues that are kept: "default", "welcome"."""
    query = "SELECT key FROM dialogue WHERE split_part(key, '/', 3) = %s ORDER BY key"
    with someone.chats.core.pool.connection() as connection:
        return [row[0].rpartition("/")[2] for row in connection.execute(query, (str(someone.id),)).fetchall()]


def test_a_dialogue_goes_with_the_account(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    for someone in (ann, bob):
        someone.says("/create")
        someone.hears("What is it called?")
    for someone in (ann, bob):
        stored(someone)
    wait_until(lambda: not updates(chats), what="the updates are handled")
    erase_account(chats.core.backend, ann.context())
    assert rows_of(ann) == []
    assert rows_of(bob) == ["default", "welcome"]


@pytest.mark.parametrize(
    ("after", "left"),
    [(KEEP / 2, ["default", "welcome"]), (KEEP * 2, ["welcome"]), (KEEP_WELCOME + timedelta(days=2), [])],
    ids=["young", "old", "a year"],
)
def test_an_old_dialogue_is_forgotten(chats: Chats, after: timedelta, left: list[str]) -> None:
    ann = chats.person("Ann")
    ann.says("/create")
    question = ann.hears("What is it called?")
    # A dialogue is stored after its question was sent.
    wait_until(lambda: rows_of(ann) == ["default", "welcome"] and not updates(chats), what="the update is handled")
    # The rows have the time of the database, not that of the test's clock.
    PostgresChatBook(chats.core.pool).sweep(datetime.now(UTC) + after)
    assert rows_of(ann) == left
    if "default" not in left:
        assert ann.taps("✖️ Cancel", question)["answer"]["text"] == "This button is no longer valid."
