"""The actions of a person in the chat with the bot. Each adds the update that Telegram would send."""

import time
from typing import Any

from televent.adapters.sandbox.botapi.entities import units
from televent.adapters.sandbox.botapi.files import MAX_UPLOAD_BYTES
from televent.adapters.sandbox.botapi.methods.sending import MAX_CAPTION, MAX_TEXT, photo_size
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.world import Entry, Query, World

Json = dict[str, Any]

MAX_PEOPLE = 10_000
"""Max people of a sandbox."""


class CannotDo(Exception):
    """The action is impossible; the text says why. `status` is the HTTP status of the control API."""

    def __init__(self, sentence: str, status: int = 409) -> None:
        super().__init__(sentence)
        self.status = status


def person(world: World, person_id: int) -> Person:
    """The person with this id. Raises CannotDo when there is none."""
    found = world.people.get(person_id)
    if found is None:
        raise CannotDo(f"there is no person {person_id}", 404)
    return found


def create(world: World, values: Json) -> Person:
    """Add a person, or change the name and language of an existing one. Raises CannotDo."""
    person_id = values.get("id", max(world.people, default=1000) + 1)
    if not isinstance(person_id, int) or isinstance(person_id, bool) or not 0 < person_id < 2**52:
        raise CannotDo("id must be a positive whole number below 2^52, as Telegram's are", 400)
    if len(world.people) >= MAX_PEOPLE and person_id not in world.people:
        raise CannotDo(f"there are already {MAX_PEOPLE} people")
    known = world.people.get(person_id)
    name = str(values.get("name") or (known.name if known else "")).strip()
    if not 1 <= len(name) <= 64:
        raise CannotDo("name must have 1 to 64 characters", 400)
    language = values.get("language_code") or (known.language_code if known else "en")
    made = Person(
        person_id,
        name,
        str(values["username"])[:32] if values.get("username") else (known.username if known else None),
        str(language)[:12],
        bool(values.get("started", known.started if known else False)),
        known.blocked if known else False,
    )
    world.save_person(made)
    return made


def say(world: World, who: Person, text: str, reply_to: int | None = None) -> Entry:
    """Send a text to the bot. Raises CannotDo when it is empty or longer than MAX_TEXT."""
    text = text.strip()
    if not text:
        raise CannotDo("a message needs text", 400)
    if len(text) > MAX_TEXT:
        raise CannotDo(f"a message has at most {MAX_TEXT} characters", 400)
    message: Json = {"text": text}
    if text.startswith("/"):
        message["entities"] = command_entities(text)
    return _send(world, who, message, reply_to)


def command_entities(text: str) -> list[Json]:
    """The entities of a message that begins with a command; an empty list for any other text."""
    if not text.startswith("/"):
        return []
    return [{"type": "bot_command", "offset": 0, "length": units(text.split(maxsplit=1)[0])}]


def send_file(
    world: World, who: Person, name: str, mime_type: str, content: bytes, caption: str = "", *, as_photo: bool = False
) -> Entry:
    """Send a file or a picture to the bot.

    Raises CannotDo where it is empty or too big, BotApiError where a picture has an unknown format.
    """
    if not content or len(content) > MAX_UPLOAD_BYTES:
        raise CannotDo(f"a file has 1 to {MAX_UPLOAD_BYTES} bytes", 400)
    if len(caption) > MAX_CAPTION:
        raise CannotDo(f"a caption has at most {MAX_CAPTION} characters", 400)
    message: Json = {"caption": caption} if caption else {}
    if as_photo:
        photo_size({"file_id": "", "file_unique_id": "", "file_size": 0}, content)
        message["photo"] = [photo_size(world.files.add(name, mime_type, content, "photos"), content)]
    else:
        known = world.files.add(name, mime_type, content, "documents")
        message["document"] = {key: value for key, value in known.items() if key != "file_path"}
    return _send(world, who, message, None)


def _send(world: World, who: Person, message: Json, reply_to: int | None) -> Entry:
    if who.blocked:
        block(world, who, blocked=False)
    if reply_to is not None:
        replied = world.entry(who.id, reply_to)
        if replied is None:
            raise CannotDo(f"there is no message {reply_to} to reply to", 404)
        message["reply_to_message"] = {k: v for k, v in replied.message.items() if k != "reply_to_message"}
    if not who.started:
        who.started = True
        world.save_person(who)
    entry = world.add_message(who, {"from": who.user(), **message})
    world.updates.add("message", entry.message)
    return entry


def tap(
    world: World, who: Person, message_id: int | None = None, data: str | None = None, button: str | None = None
) -> Query | Entry:
    """Tap the button with this callback data or text, on this message or on the last message that has it.

    A button of the lower keyboard sends its text and returns a message instead of a query. Raises CannotDo.
    """
    try:
        return tap_button(world, who, who, message_id, data, button)
    except CannotDo as error:
        if error.status == 404 and button is not None and message_id is None and button in lower_keyboard(world, who):
            return say(world, who, button)
        raise


def tap_button(
    world: World, who: Person, where: Person | Group, message_id: int | None, data: str | None, button: str | None
) -> Query:
    """Tap a button with a callback in the person's own chat or in a group. Raises CannotDo."""
    if data is None and button is None:
        raise CannotDo("name the button by its data or by its text", 400)
    for entry in reversed(world.chats.get(where.id, {}).values()):
        if entry.deleted or (message_id is not None and entry.id != message_id):
            continue
        found = _button(entry, data, button)
        if found is None:
            continue
        if "callback_data" not in found:
            raise CannotDo(f"this button has no callback_data: {found}")
        query = world.add_query(who, entry.id, found["callback_data"])
        update = {
            "id": query.id,
            "from": who.user(),
            "message": entry.message,
            "chat_instance": str(-where.id),
            "data": query.data,
        }
        world.updates.add("callback_query", update)
        return query
    place = f"message {message_id}" if message_id is not None else "the chat"
    raise CannotDo(f"{place} has no button {data if data is not None else button!r}", 404)


def _button(entry: Entry, data: str | None, text: str | None) -> Json | None:
    buttons: list[Json] = [b for row in entry.message.get("reply_markup", {}).get("inline_keyboard", ()) for b in row]
    for found in buttons:
        if (data is None or found.get("callback_data") == data) and (text is None or found["text"] == text):
            return found
    return None


def lower_keyboard(world: World, who: Person) -> list[str]:
    """The buttons of the keyboard under the chat, from the last message that set or removed one."""
    for entry in reversed(world.chats.get(who.id, {}).values()):
        if entry.keyboard is not None and not entry.deleted:
            return [text for row in entry.keyboard.get("keyboard", ()) for text in row]
    return []


def block(world: World, who: Person, *, blocked: bool) -> None:
    """Block or unblock the bot, which gets a my_chat_member update. Idempotent."""
    if who.blocked == blocked:
        return
    who.blocked = blocked
    world.save_person(who)
    bot = world.bot()
    member, kicked = {"user": bot, "status": "member"}, {"user": bot, "status": "kicked", "until_date": 0}
    change = {
        "chat": who.chat(),
        "from": who.user(),
        "date": int(time.time()),
        "old_chat_member": member if blocked else kicked,
        "new_chat_member": kicked if blocked else member,
    }
    world.updates.add("my_chat_member", change)
