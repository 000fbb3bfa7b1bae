"""The chats as people see them: followed while they act, and read whole at the end."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chaos.writers import Record, Watched
from e2e.people import People

LOOK = 0.7
"""Seconds between two looks at the chats."""


class Phones(Watched):
    """Follows all chats. ``messages``: the newest state of each message of a chat; ``answered``: the taps that the bot
    answered, with its answers."""

    def __init__(self, record: Record, sandbox: People) -> None:
        super().__init__(record)
        self.messages: dict[int, dict[int, Any]] = defaultdict(dict)
        self.answered: dict[str, Any] = {}
        self._sandbox = sandbox
        self._revision = 0
        self._finish = threading.Event()

    def work(self) -> None:
        while not self._finish.wait(LOOK):
            self.look()

    def look(self) -> None:
        """Takes what is new."""
        news = self._sandbox.http("GET", f"/sandbox/changes?after={self._revision}")
        self._revision = news["revision"]
        for chat in news["chats"]:
            number = chat["person"]["id"]
            self.messages[number].update({each["message_id"]: each for each in chat["messages"]})
            self.answered.update({each["callback_query_id"]: each["answer"] for each in chat["answers"]})

    def finish(self) -> None:
        """Ends the following."""
        self._finish.set()
        self.join()

    def cards(self, number: int, last: int) -> list[Any]:
        """The newest messages in the chat that ask for an answer."""
        newest = sorted(self.messages[number].items())[-last:]
        return [message for _, message in newest if any(True for _ in questions(message))]


def questions(message: Any) -> list[str]:
    """The data of the buttons that answer an invitation."""
    buttons = [button for row in message.get("buttons", ()) for button in row]
    data = [button.get("callback_data", "") for button in buttons]
    return [each for each in data if each.startswith("rsvp:")]


@dataclass
class Sent:
    """A message of the bot: its first text, and all that it was edited to."""

    message_id: int
    chat_id: int
    at: int
    texts: list[str] = field(default_factory=list)


def sent_messages(journal: Path) -> dict[int, list[Sent]]:
    """The messages of the bot in each chat, from the journal of the stand-in, oldest first."""
    found: dict[int, Sent] = {}
    for line in journal.read_text("utf-8").splitlines():
        kind, value = json.loads(line)
        if kind != "message" or not value[0]["from"]["is_bot"]:
            continue
        message = value[0]
        sent = found.setdefault(
            message["message_id"], Sent(message["message_id"], message["chat"]["id"], message["date"])
        )
        text = message.get("text", "")
        if not sent.texts or sent.texts[-1] != text:
            sent.texts.append(text)
    chats: dict[int, list[Sent]] = defaultdict(list)
    for sent in found.values():
        chats[sent.chat_id].append(sent)
    return chats
