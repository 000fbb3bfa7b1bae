"""Shows a chat as its person sees it, as JSON."""

from typing import Any

from televent.adapters.sandbox.botapi.methods.profile import commands_for
from televent.adapters.sandbox.botapi.people import Person
from televent.adapters.sandbox.botapi.rendering import render_html
from televent.adapters.sandbox.botapi.world import Entry, Query, World
from televent.adapters.sandbox.people.acts import lower_keyboard

Json = dict[str, Any]


def chat_since(world: World, who: Person, after: int) -> Json:
    """The messages changed and taps answered since revision `after`, and the revision to continue from."""
    entries = [e for e in world.chats.get(who.id, {}).values() if e.revision > after]
    answered = [q for q in world.queries.values() if q.person_id == who.id and q.answer and q.revision > after]
    return {
        "revision": world.revision,
        "person": who.stored(),
        "messages": [message(world, entry) for entry in entries],
        "answers": [answer(query) for query in answered],
        "keyboard": lower_keyboard(world, who),
        "commands": commands_for(world, who.id, who.language_code),
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
        "date": raw["date"],
        "edit_date": raw.get("edit_date"),
        "text": text,
        "html": render_html(text, entities),
        "buttons": raw.get("reply_markup", {}).get("inline_keyboard", []),
        "reply_to": raw.get("reply_to_message", {}).get("message_id"),
        "protected": raw.get("has_protected_content", False),
        "topic": raw.get("message_thread_id"),
        "file": _file(world, raw),
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
