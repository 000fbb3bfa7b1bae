"""The entities that Telegram finds in a text by itself: commands, mentions, links, addresses, hashtags, numbers.

Offsets and lengths count UTF-16 code units (https://core.telegram.org/bots/api#messageentity).
"""

import re
from typing import Any

Entity = dict[str, Any]

MAX_ENTITIES = 100
"""Max entities of a message; Telegram drops the others."""
_DOMAINS = (
    "com|org|net|edu|gov|info|biz|io|me|app|dev|eu|de|fr|uk|us|ru|su|рф|ua|by|kz|pl|nl|it|es|ch|at|cz|test|example"
)
# Each pattern begins at a border of its own characters, so that a long text costs linear time.
_KINDS = (
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("url", re.compile(r"(?<!\w)(?:https?|tg)://[^\s<>\"]*[^\s<>\".,;:!?)\]}']", re.IGNORECASE)),
    ("url", re.compile(rf"(?<![\w@./-])(?:[\w-]+\.)+(?:{_DOMAINS})(?![\w-])(?:[/?#][^\s<>\"]*[\w/=])?", re.IGNORECASE)),
    ("bot_command", re.compile(r"(?<![\w/@.])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])", re.ASCII)),
    ("mention", re.compile(r"(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#&])#\w*[^\W\d]\w*")),
    ("phone_number", re.compile(r"(?<![\w+])\+\d(?:[\s()-]{0,2}\d){7,14}(?!\w)")),
)
# No entity is found inside these.
_CLOSED = frozenset({"code", "pre", "text_link", "text_mention", "custom_emoji", *(kind for kind, _ in _KINDS)})


def units(text: str) -> int:
    """The length of the text in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def with_found(text: str, given: list[Entity]) -> list[Entity]:
    """The entities that the sender gave, and those that Telegram finds beside them, in the order of the text."""
    taken = [_span(entity) for entity in given if entity["type"] in _CLOSED]
    found = list(given)
    for kind, pattern in _KINDS:
        for match in pattern.finditer(text):
            entity: Entity = {"type": kind, "offset": units(text[: match.start()]), "length": units(match.group())}
            start, end = _span(entity)
            if all(end <= first or last <= start for first, last in taken):
                taken.append((start, end))
                found.append(entity)
            if len(found) >= MAX_ENTITIES:
                break
    return sorted(found[:MAX_ENTITIES], key=lambda entity: (entity["offset"], -entity["length"]))


def _span(entity: Entity) -> tuple[int, int]:
    return entity["offset"], entity["offset"] + entity["length"]
