"""A person taps a button: inline, or of the keyboard under the chat."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from televent.adapters.sandbox.botapi.messages import Entry, Query
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.people.acts.sending import located, named, post, say, start
from televent.adapters.sandbox.people.cannot import CannotDo

Json = dict[str, Any]


def tap(
    world: World, who: Person, where: Person | Group, message_id: int | None, data: str | None, button: str | None
) -> Query | Entry:
    """Tap the inline button with this callback data or text, on this message or on the last message that has it. A link
    to the bot itself opens the private chat and returns the message with /start. Raises CannotDo."""
    if data is None and button is None:
        raise CannotDo("name the button by its data or by its text", 400)
    for entry in reversed(world.chats.get(where.id, {}).values()):
        if entry.deleted or (message_id is not None and entry.id != message_id):
            continue
        found = _button(entry, data, button)
        if found is None:
            continue
        if "callback_data" in found:
            return _query(world, who, where, entry, found["callback_data"])
        payload = deep_link(world, str(found.get("url", "")))
        if payload is None:
            raise CannotDo(f"this button has no callback_data: {found}")
        return start(world, who, payload)
    place = f"message {message_id}" if message_id is not None else "the chat"
    raise CannotDo(f"{place} has no button {data if data is not None else button!r}", 404)


def tap_keyboard(world: World, who: Person, button: str, values: Json) -> Entry | None:
    """Tap a button of the keyboard under the private chat: it sends its text, the person's contact, or the place that
    `latitude` and `longitude` name. None where the keyboard has no such button. Raises CannotDo."""
    for row in keyboard(world, who).get("keyboard", ()):
        for found in row:
            if found["text"] != button:
                continue
            if found.get("request_location"):
                return post(world, who, who, located(values.get("latitude"), values.get("longitude")))
            if found.get("request_contact"):
                return post(world, who, who, named(world, who, {}))
            return say(world, who, who, button)
    return None


def keyboard(world: World, who: Person) -> Json:
    """The keyboard under the private chat, from the last message that set or removed one: rows of buttons in
    `keyboard`."""
    for entry in reversed(world.chats.get(who.id, {}).values()):
        if entry.keyboard is not None and not entry.deleted:
            rows = entry.keyboard.get("keyboard", ())
            # A journal of an older sandbox has the texts only.
            return {
                **entry.keyboard,
                "keyboard": [[b if isinstance(b, dict) else {"text": b} for b in r] for r in rows],
            }
    return {}


def deep_link(world: World, url: str) -> str | None:
    """The payload of a link to the bot, t.me/<bot>?start=<payload>; None for any other link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path, host = parts.path.strip("/").lower(), (parts.hostname or "").lower()
    if host not in ("t.me", "telegram.me") or path != world.config.bot_username.lower():
        return None
    return parse_qs(parts.query, keep_blank_values=True).get("start", [""])[0]


def _query(world: World, who: Person, where: Person | Group, entry: Entry, data: str) -> Query:
    query = world.add_query(who, entry.id, data)
    update = {
        "id": query.id,
        "from": who.user(),
        "message": entry.message,
        "chat_instance": str(-where.id),
        "data": query.data,
    }
    world.updates.add("callback_query", update)
    return query


def _button(entry: Entry, data: str | None, text: str | None) -> Json | None:
    buttons: list[Json] = [b for row in entry.message.get("reply_markup", {}).get("inline_keyboard", ()) for b in row]
    for found in buttons:
        if (data is None or found.get("callback_data") == data) and (text is None or found["text"] == text):
            return found
    return None
