"""The state of the stand-in: people, chats, queries, the bot's settings, and a revision number for each change."""

import itertools
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from televent.adapters.sandbox.botapi.errors import BotApiError, bad_request
from televent.adapters.sandbox.botapi.files import Files
from televent.adapters.sandbox.botapi.messages import Entry, Query
from televent.adapters.sandbox.botapi.people import DEFAULT_PEOPLE, Group, Person
from televent.adapters.sandbox.botapi.trouble.faults import Faults
from televent.adapters.sandbox.botapi.trouble.limits import Pace
from televent.adapters.sandbox.botapi.updates import UpdateQueue
from televent.adapters.sandbox.config import SandboxConfig
from televent.adapters.sandbox.journal import Journal, Record
from televent.adapters.sandbox.signal import Signal

Json = dict[str, Any]

MAX_MESSAGES = 2_000
"""Max messages kept per chat."""
MAX_QUERIES = 1_000
"""Max taps kept."""


@dataclass(slots=True)
class World:
    """One bot and its people. Use it in one event loop only."""

    config: SandboxConfig
    journal: Journal
    people: dict[int, Person] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    chats: dict[int, OrderedDict[int, Entry]] = field(default_factory=dict)
    queries: OrderedDict[str, Query] = field(default_factory=OrderedDict)
    settings: dict[str, Any] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    pace: Pace = field(default_factory=Pace)
    actions: dict[int, Json] = field(default_factory=dict)
    changed: Signal = field(default_factory=Signal)
    revision: int = 0
    # The revision of the last change of a person or group.
    roster: int = 0
    files: Files = field(init=False)
    updates: UpdateQueue = field(init=False)
    _last_message_id: int = 0
    _query_numbers: Iterator[int] = field(default_factory=lambda: itertools.count(int(time.time()) << 20))

    def __post_init__(self) -> None:
        self.pace.limits = self.config.limits
        directory = self.config.state_dir
        self.files = Files(directory / "files" if directory else None, self.journal)
        self.updates = UpdateQueue(self.journal)
        for kind, value in self.journal.read():
            self._restore(kind, value)
        self.updates.webhook_url = self.settings.get("webhook", {}).get("url", "")
        self.updates.allow(self.settings.get("allowed_updates", ()))
        for person in DEFAULT_PEOPLE:
            self.people.setdefault(person.id, replace(person))

    def compact(self) -> None:
        """Rewrite the journal. Call it only while holding the ports: two processes must not rewrite the same file."""
        self.journal.replace(self._records())

    def bot(self) -> Json:
        """The bot as a Bot API User."""
        name = self.settings.get("name:") or self.config.bot_name
        return {"id": self.config.bot_id, "is_bot": True, "first_name": name, "username": self.config.bot_username}

    def chat_for(self, chat_id: int) -> Person | Group:
        """The person or group behind a chat that the bot may write to. Raises BotApiError as Telegram does."""
        group = self.groups.get(chat_id)
        if group is not None:
            if group.kicked:
                raise BotApiError(403, "Forbidden: bot was kicked from the supergroup chat")
            return group
        person = self.people.get(chat_id)
        # A bot may write only to people who wrote to it first.
        if person is None or not person.started:
            raise bad_request("chat not found")
        if person.deactivated:
            raise BotApiError(403, "Forbidden: user is deactivated")
        if person.blocked:
            raise BotApiError(403, "Forbidden: bot was blocked by the user")
        return person

    def save_person(self, person: Person) -> None:
        """Store a new or changed person."""
        self.people[person.id] = person
        self.journal.write("person", person.stored())
        self.roster = self._next_revision()
        self.changed.notify()

    def save_group(self, group: Group) -> None:
        """Store a new or changed group."""
        self.groups[group.id] = group
        self.journal.write("group", group.stored())
        self.roster = self._next_revision()
        self.changed.notify()

    def add_message(self, where: Person | Group, message: Json, keyboard: Json | None = None) -> Entry:
        """Add a message to the person's chat or to the group, with its id, date and chat."""
        self._last_message_id += 1
        whole = {"message_id": self._last_message_id, "date": int(time.time()), "chat": where.chat(), **message}
        entry = Entry(whole, keyboard)
        chat = self.chats.setdefault(where.id, OrderedDict())
        chat[entry.id] = entry
        if len(chat) > MAX_MESSAGES:
            chat.popitem(last=False)
        self.save_entry(entry)
        return entry

    def entry(self, chat_id: int, message_id: int) -> Entry | None:
        """The message with this id; None where it does not exist or is deleted."""
        chat = self.chats.get(chat_id)
        entry = chat.get(message_id) if chat else None
        return None if entry is None or entry.deleted else entry

    def save_entry(self, entry: Entry) -> None:
        """Store a new or changed message and wake the readers of the chat."""
        entry.revision = self._next_revision()
        self.journal.write("message", entry.stored())
        self.changed.notify()

    def show_action(self, chat_id: int, action: str) -> None:
        """Show the people of a chat what the bot is doing: "typing"."""
        self.actions[chat_id] = {"action": action, "date": int(time.time()), "revision": self._next_revision()}
        self.changed.notify()

    def add_query(self, person: Person, message_id: int, data: str) -> Query:
        """Store a person's tap, which waits for the bot's answer."""
        query = Query(str(next(self._query_numbers)), person.id, message_id, data)
        self.queries[query.id] = query
        if len(self.queries) > MAX_QUERIES:
            self.queries.popitem(last=False)
        return query

    def answer_query(self, query: Query, answer: Json) -> None:
        """Store the bot's answer to a tap and wake the readers of the chat."""
        query.answer = answer
        query.revision = self._next_revision()
        self.changed.notify()

    def set(self, name: str, value: Any) -> None:
        """Store a setting of the bot."""
        self.settings[name] = value
        self.journal.write("setting", [name, value])
        self._next_revision()

    def close(self) -> None:
        """Wake all readers and polls, for good."""
        self.changed.close()
        self.updates.close()

    def _next_revision(self) -> int:
        self.revision += 1
        return self.revision

    def _restore(self, kind: str, value: Any) -> None:
        match kind:
            case "person":
                self.people[value["id"]] = Person(**value)
            case "group":
                self.groups[value["id"]] = Group(**value)
            case "message":
                entry = Entry(*value)
                entry.revision = self._next_revision()
                chat = self.chats.setdefault(entry.message["chat"]["id"], OrderedDict())
                chat[entry.id] = entry
                self._last_message_id = max(self._last_message_id, entry.id)
            case "update":
                self.updates.restore(value)
            case "confirmed":
                self.updates.confirm(value)
            case "file":
                self.files.restore(value)
            case "setting":
                self.settings[value[0]] = value[1]

    def _records(self) -> Iterator[Record]:
        yield from (("person", person.stored()) for person in self.people.values())
        yield from (("group", group.stored()) for group in self.groups.values())
        yield from (("setting", [name, value]) for name, value in self.settings.items())
        yield from (("file", known) for known in self.files.known.values())
        for chat in self.chats.values():
            yield from (("message", e.stored()) for e in chat.values())
        yield from (("update", update) for update in self.updates.pending)
