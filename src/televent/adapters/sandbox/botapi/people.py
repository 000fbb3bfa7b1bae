"""The people who may talk with the bot, and the groups that it is in."""

from dataclasses import asdict, dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Person:
    """One person and their private chat with the bot. Both have the same id, as in Telegram.

    `hidden`: a message forwarded from them names no account (Telegram's privacy setting). `time_zone` is the IANA name
    of their clock on the chat page; the bot never learns it. "" is the browser's own.
    """

    id: int
    name: str
    username: str | None = None
    language_code: str = "en"
    started: bool = False
    blocked: bool = False
    last_name: str | None = None
    phone: str = ""
    hidden: bool = False
    deactivated: bool = False
    time_zone: str = ""

    def user(self) -> Json:
        """The person as a Bot API User."""
        return _present(
            id=self.id,
            is_bot=False,
            first_name=self.name,
            last_name=self.last_name,
            username=self.username,
            language_code=self.language_code,
        )

    def chat(self) -> Json:
        """The private chat as a Bot API Chat."""
        names = {"first_name": self.name, "last_name": self.last_name}
        return _present(id=self.id, type="private", username=self.username, **names)

    def contact(self) -> Json:
        """The person as a Bot API Contact."""
        phone = self.phone or f"+1555{self.id:07d}"
        names = {"first_name": self.name, "last_name": self.last_name}
        return _present(phone_number=phone, user_id=self.id, **names)

    def stored(self) -> Json:
        """All fields, for the journal and the control API."""
        return asdict(self)


@dataclass(slots=True)
class Group:
    """A group chat with the bot. Its id is negative, as in Telegram. `members` None: everybody of the sandbox is in it.

    `kicked`: the bot is no longer in it.
    """

    id: int
    title: str
    is_forum: bool = False
    members: list[int] | None = None
    kicked: bool = False

    def chat(self) -> Json:
        """The group as a Bot API Chat."""
        return _present(id=self.id, type="supergroup", title=self.title, is_forum=self.is_forum or None)

    def stored(self) -> Json:
        """All fields, for the journal and the control API."""
        return asdict(self)


DEFAULT_PEOPLE = (
    Person(1001, "Ann", "ann"),
    Person(1002, "Bob", "bob"),
    Person(1003, "Eve", "eve"),
)


def _present(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
