"""Shows a chat as its person sees it, as JSON."""

from typing import Any

from televent.adapters.sandbox.botapi.messages import Entry, Query
from televent.adapters.sandbox.botapi.methods.commands import commands_for
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.texts.rendering import render_html
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.people.acts.tapping import keyboard

Json = dict[str, Any]


def chat_since(world: World, who: Person, after: int) -> Json:
    """The messages changed and taps answered since revision `after`, and the revision to continue from."""
    answered = [q for q in world.queries.values() if q.person_id == who.id and q.answer and q.revision > after]
    below = keyboard(world, who)
    return {
        "revision": world.revision,
        "person": who.stored(),
        "messages": _changed(world, who.id, after),
        "answers": [answer(query) for query in answered],
        "keyboard": [button["text"] for row in below.get("keyboard", ()) for button in row],
        "reply_keyboard": below,
        "commands": commands_for(world, who.id, who.language_code),
        "action": _action(world, who.id, after),
    }


def group_since(world: World, where: Group, after: int) -> Json:
    """The messages of a group that changed since revision `after`."""
    return {
        "revision": world.revision,
        "group": {**where.stored(), "number": -where.id},
        "messages": _changed(world, where.id, after),
        "action": _action(world, where.id, after),
    }


def message(world: World, entry: Entry) -> Json:
    """One message for the control API and the page; `html` is safe to show."""
    raw = entry.message
    if entry.deleted:
        return {"message_id": entry.id, "deleted": True, "revision": entry.revision}
    text: str = raw.get("text") or raw.get("caption") or ""
    entities: list[Json] = raw.get("entities") or raw.get("caption_entities") or []
    return {
        "message_id": entry.id,
        "revision": entry.revision,
        "deleted": False,
        "from": "bot" if raw["from"]["id"] == world.config.bot_id else "person",
        "sender": {"id": raw["from"]["id"], "name": raw["from"]["first_name"]},
        "date": raw["date"],
        "edit_date": raw.get("edit_date"),
        "text": text,
        "html": render_html(text, entities),
        "entities": entities,
        "buttons": raw.get("reply_markup", {}).get("inline_keyboard", []),
        "reply_to": raw.get("reply_to_message", {}).get("message_id"),
        "quote": raw.get("quote", {}).get("text"),
        "forwarded_from": _origin(raw.get("forward_origin")),
        "protected": raw.get("has_protected_content", False),
        "topic": raw.get("message_thread_id"),
        "file": _file(world, raw),
        "location": raw.get("location"),
        "contact": raw.get("contact"),
        "joined": [user["first_name"] for user in raw.get("new_chat_members", ())],
        "left": raw.get("left_chat_member", {}).get("first_name"),
        "reactions": entry.reactions,
    }


def answer(query: Query) -> Json:
    """A tap and the bot's answer, which is None until it arrives."""
    return {
        "callback_query_id": query.id,
        "message_id": query.message_id,
        "data": query.data,
        "revision": query.revision,
        "answer": query.answer,
    }


def _changed(world: World, chat_id: int, after: int) -> list[Json]:
    return [message(world, entry) for entry in world.chats.get(chat_id, {}).values() if entry.revision > after]


def _action(world: World, chat_id: int, after: int) -> Json | None:
    known = world.actions.get(chat_id)
    return known if known and known["revision"] > after else None


def _origin(origin: Json | None) -> str | None:
    if origin is None:
        return None
    chat = origin.get("sender_chat") or origin.get("chat") or {}
    name = origin.get("sender_user_name") or origin.get("sender_user", {}).get("first_name") or chat.get("title")
    return str(name)


def _file(world: World, raw: Json) -> Json | None:
    file_id = raw["photo"][-1]["file_id"] if "photo" in raw else raw.get("document", {}).get("file_id")
    if file_id is None:
        return None
    known = world.files.known.get(file_id, {})
    return {
        "file_id": file_id,
        "name": known.get("file_name", ""),
        "mime_type": known.get("mime_type", ""),
        "size": known.get("file_size", 0),
        "photo": "photo" in raw,
        "url": f"/sandbox/files/{file_id}",
    }
