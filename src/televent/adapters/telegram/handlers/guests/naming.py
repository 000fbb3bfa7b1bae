"""The people whom a message names: by address, @username, mention, shared contact, or a forwarded message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from aiogram.types import Contact, Message, MessageOriginHiddenUser, MessageOriginUser

from televent.application.backend import Backend

MAX_NAMED: Final = 100
"""Max people of one message."""
_JOINING: Final = frozenset({"and", "и", "&", "+", "with", "с"})
_NOBODY: Final = re.compile(
    r"\W*(no|nope|none|nobody|no one|skip|нет|никого|не надо|пропустить|пропусти|-)\W*", re.IGNORECASE
)
MAX_REFUSAL: Final = 32
"""Max characters of a text that may say so."""
_AROUND: Final = "<>()[]{}\"'«»“”.,;:!?"
_SEPARATED: Final = re.compile(r"[\s,;]+")
_MAIL: Final = re.compile(r"^EMAIL[^:\r\n]*:(\S+)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """``guests``: addresses, ``@username`` and ``@1002``. ``words``: the words that name nobody. ``hidden``: names of
    people of whom Telegram does not say who they are."""

    guests: tuple[str, ...]
    words: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def people(self) -> list[str]:
        """The guests, and the words that may be meant as one, such as an address with a mistake."""
        return [*self.guests, *(each for each in self.words if each.lower() not in _JOINING)] if self.guests else []


def declines(text: str) -> bool:
    """Whether a text is the answer that nobody is invited."""
    return len(text) <= MAX_REFUSAL and _NOBODY.fullmatch(text.strip()) is not None


def named_in(message: Message, text: str | None = None) -> Named:
    """The people in a message and in the one that it replies to. ``text``: the part of its text that counts."""
    guests: list[str] = []
    hidden: list[str] = []
    words: list[str] = []
    line = (message.text or "") if text is None else text
    for entity in message.entities or ():
        if entity.type == "text_mention" and entity.user is not None:
            # A person without a username, chosen from Telegram's list: the text has only their name.
            guests.append(f"@{entity.user.id}")
            line = line.replace(entity.extract_from(message.text or ""), " ", 1)
    for word in _SEPARATED.split(line):
        bare = word.strip(_AROUND)
        if "@" in word and bare:
            guests.append(bare.removeprefix("mailto:"))
        elif bare:
            words.append(word)
    for each in (message, message.reply_to_message):
        if each is None:
            continue
        origin = each.forward_origin
        if isinstance(origin, MessageOriginUser) and not origin.sender_user.is_bot:
            user = origin.sender_user
            guests.append(f"@{user.username}" if user.username else f"@{user.id}")
        elif isinstance(origin, MessageOriginHiddenUser):
            hidden.append(origin.sender_user_name)
        if each.contact is not None:
            found = _of_contact(each.contact)
            guests += found
            hidden += [] if found else [each.contact.first_name]
    return Named(tuple(dict.fromkeys(guests))[:MAX_NAMED], tuple(words), tuple(hidden))


def _of_contact(contact: Contact) -> list[str]:
    """The person of a contact: by their Telegram id, else by the address in their card."""
    if contact.user_id is not None:
        return [f"@{contact.user_id}"]
    found = _MAIL.search(contact.vcard or "")
    return [found[1]] if found else []


def address_of(backend: Backend, name: str) -> str:
    """The address of one person: that of the account with this @username or @id, else the name itself."""
    if not name.startswith("@"):
        return name
    if name[1:].isascii() and name[1:].isdigit():
        return backend.people.internal_address(int(name[1:]))
    rows = backend.reads.accounts_with([*backend.usernames.tenants([name[1:]]).values()])
    return backend.people.own_address(rows[0]) if rows else name
