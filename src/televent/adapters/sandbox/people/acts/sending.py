"""A person sends a message: a text, a file, a place, a contact, a copy of another message."""

import re
from dataclasses import dataclass
from typing import Any

from televent.adapters.sandbox.botapi.files import MAX_UPLOAD_BYTES
from televent.adapters.sandbox.botapi.messages import Entry
from televent.adapters.sandbox.botapi.methods.content import MAX_CAPTION, MAX_TEXT, photo_size
from televent.adapters.sandbox.botapi.methods.sending import as_replied
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.texts.entities import units, with_found
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.people.acts.people import block, person
from televent.adapters.sandbox.people.cannot import CannotDo

Json = dict[str, Any]

ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""The sender that Telegram names for every administrator who stays anonymous (Bot API, Message.from)."""
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
_STYLES = frozenset({
    "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "blockquote", "text_link", "text_mention",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """How a message is sent: in reply to another, in a topic of a forum, by an administrator who stays anonymous."""

    reply_to: int | None = None
    topic: int | None = None
    anonymous: bool = False


PLAIN = Setting()


def say(
    world: World, who: Person, where: Person | Group, text: str, setting: Setting = PLAIN, entities: Any = None
) -> Entry:
    """Send a text, with the `entities` of a client that formats or that mentions a person without a username.

    Raises CannotDo when it is empty or longer than MAX_TEXT.
    """
    return post(world, who, where, spoken(world, text, entities), setting)


def spoken(world: World, text: str, entities: Any = None) -> Json:
    """The fields text and entities of a person's message. Raises CannotDo."""
    text = text.strip()
    if not text:
        raise CannotDo("a message needs text", 400)
    if len(text) > MAX_TEXT:
        raise CannotDo(f"a message has at most {MAX_TEXT} characters", 400)
    found = with_found(text, _given(world, text, entities))
    return {"text": text, **({"entities": found} if found else {})}


def start(world: World, who: Person, payload: str) -> Entry:
    """Open the private chat by a deep link, t.me/<bot>?start=<payload>. Raises CannotDo."""
    if not _PAYLOAD.fullmatch(payload):
        raise CannotDo("a payload has up to 64 characters of A-Z, a-z, 0-9, _ and -", 400)
    return say(world, who, who, f"/start {payload}".strip())


def attached(world: World, name: str, mime_type: str, content: bytes, caption: str, *, as_photo: bool) -> Json:
    """The fields of a message with this file.

    Raises CannotDo where it is empty or too big, BotApiError where a picture has an unknown format.
    """
    if not content or len(content) > MAX_UPLOAD_BYTES:
        raise CannotDo(f"a file has 1 to {MAX_UPLOAD_BYTES} bytes", 400)
    if len(caption) > MAX_CAPTION:
        raise CannotDo(f"a caption has at most {MAX_CAPTION} characters", 400)
    message: Json = {"caption": caption} if caption else {}
    if entities := with_found(caption, []):
        message["caption_entities"] = entities
    if as_photo:
        photo_size({"file_id": "", "file_unique_id": "", "file_size": 0}, content)
        return message | {"photo": [photo_size(world.files.add(name, mime_type, content, "photos"), content)]}
    known = world.files.add(name, mime_type, content, "documents")
    return message | {"document": {key: value for key, value in known.items() if key != "file_path"}}


def located(latitude: Any, longitude: Any) -> Json:
    """The fields of a message with a place, in degrees. Raises CannotDo."""
    for value, most in ((latitude, 90), (longitude, 180)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
            raise CannotDo("latitude is a number from -90 to 90, longitude from -180 to 180", 400)
    return {"location": {"latitude": float(latitude), "longitude": float(longitude)}}


def named(world: World, who: Person, values: Json) -> Json:
    """The fields of a message with a contact: of the `person` with this id, of the sender, or of the given `phone` and
    `name` of somebody who has no account. Raises CannotDo."""
    if "phone" in values or "name" in values:
        phone, name = str(values.get("phone") or "")[:32], str(values.get("name") or "")[:64]
        if not phone or not name:
            raise CannotDo("a contact needs phone and name", 400)
        return {"contact": {"phone_number": phone, "first_name": name}}
    asked = values.get("person")
    return {"contact": (person(world, asked) if asked is not None else who).contact()}


def post(world: World, who: Person, where: Person | Group, message: Json, setting: Setting = PLAIN) -> Entry:
    """Add a message of this person to the chat, and tell the bot where Telegram would. Raises CannotDo."""
    if who.deactivated:
        raise CannotDo(f"{who.name} has no account any more")
    message = {"from": ANONYMOUS if setting.anonymous else who.user(), **message}
    if setting.reply_to is not None:
        replied = world.entry(where.id, setting.reply_to)
        if replied is None:
            raise CannotDo(f"there is no message {setting.reply_to} to reply to", 404)
        message["reply_to_message"] = as_replied(replied)
    if isinstance(where, Group):
        if setting.anonymous:
            message["sender_chat"] = where.chat()
        if setting.topic is not None:
            message |= {"message_thread_id": setting.topic, "is_topic_message": True}
    else:
        if where.blocked:
            block(world, where, blocked=False)
        if not where.started:
            where.started = True
            world.save_person(where)
    entry = world.add_message(where, message)
    if reaches_bot(world, where, message):
        world.updates.add("message", entry.message)
    return entry


def reaches_bot(world: World, where: Person | Group, message: Json) -> bool:
    """Whether the bot gets this message. In a group it has privacy mode: it gets commands, replies to its own messages
    and messages with its name (https://core.telegram.org/bots/features#privacy-mode)."""
    if isinstance(where, Person):
        return True
    if where.kicked:
        return False
    if message.get("reply_to_message", {}).get("from", {}).get("id") == world.config.bot_id:
        return True
    words: str = message.get("text") or message.get("caption") or ""
    return words.startswith("/") or f"@{world.config.bot_username}".lower() in words.lower()


def _given(world: World, text: str, entities: Any) -> list[Json]:
    if entities is None:
        return []
    if not isinstance(entities, list) or len(entities) > 100:
        raise CannotDo("entities must be a list of at most 100", 400)
    given = []
    for entity in entities:
        if not isinstance(entity, dict) or entity.get("type") not in _STYLES:
            raise CannotDo("an entity needs a type of a client's formatting", 400)
        offset, length = entity.get("offset"), entity.get("length")
        if (
            not isinstance(offset, int)
            or not isinstance(length, int)
            or not 0 <= offset < offset + length <= units(text)
        ):
            raise CannotDo("an entity needs offset and length within the text, in UTF-16 code units", 400)
        kept = {"type": entity["type"], "offset": offset, "length": length}
        if entity["type"] == "text_mention":
            kept["user"] = person(world, entity.get("user")).user()
        if entity["type"] == "text_link":
            kept["url"] = str(entity.get("url", ""))
        given.append(kept)
    return given
