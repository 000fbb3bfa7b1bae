"""A message with the state that only the person's side sees, and a tap on a button."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """A message as the Bot API gives it, with the state that only the person's side sees.

    `keyboard` is the reply keyboard that came with it. `reactions` are emoji by the id of the user in decimal.
    """

    message: Json
    keyboard: Json | None = None
    deleted: bool = False
    reactions: dict[str, str] = field(default_factory=dict)
    revision: int = 0

    @property
    def id(self) -> int:
        """The message_id."""
        return int(self.message["message_id"])

    def stored(self) -> list[Any]:
        """All fields but the revision, for the journal."""
        return [self.message, self.keyboard, self.deleted, self.reactions]


@dataclass(slots=True)
class Query:
    """A tap on a button, and the bot's answer, which is None until it arrives."""

    id: str
    person_id: int
    message_id: int
    data: str
    answer: Json | None = None
    revision: int = 0
