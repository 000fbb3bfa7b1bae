"""A person edits or deletes an own message, or reacts to one."""

import time
from typing import Any

from televent.adapters.sandbox.botapi.messages import Entry
from televent.adapters.sandbox.botapi.methods.content import MAX_CAPTION
from televent.adapters.sandbox.botapi.methods.copying import react, reaction_update
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.texts.entities import with_found
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.people.acts.sending import reaches_bot, spoken
from televent.adapters.sandbox.people.cannot import CannotDo

Json = dict[str, Any]


def edit(world: World, who: Person, where: Person | Group, message_id: int, text: str, entities: Any = None) -> Entry:
    """Change the text or caption of an own message; the bot gets an edited_message. Raises CannotDo."""
    entry = _own(world, who, where, message_id)
    if "forward_origin" in entry.message:
        raise CannotDo("a forwarded message cannot be edited")
    kept = {name: value for name, value in entry.message.items() if name not in ("entities", "caption_entities")}
    if "text" in entry.message:
        changed = {**kept, **spoken(world, text, entities)}
    elif "photo" in entry.message or "document" in entry.message:
        if len(text) > MAX_CAPTION:
            raise CannotDo(f"a caption has at most {MAX_CAPTION} characters", 400)
        found = with_found(text, [])
        changed = {**kept, "caption": text, **({"caption_entities": found} if found else {})}
    else:
        raise CannotDo("this message has no text to edit")
    entry.message = {**changed, "edit_date": int(time.time())}
    world.save_entry(entry)
    if reaches_bot(world, where, entry.message):
        world.updates.add("edited_message", entry.message)
    return entry


def delete(world: World, who: Person, where: Person | Group, message_id: int) -> Entry:
    """Delete a message for both sides: any in the private chat, an own one in a group. The bot gets no update; Telegram
    has none for it. Raises CannotDo."""
    entry = _own(world, who, where, message_id) if isinstance(where, Group) else _any(world, where, message_id)
    entry.deleted = True
    world.save_entry(entry)
    return entry


def set_reaction(world: World, who: Person, where: Person | Group, message_id: int, emoji: str) -> Entry:
    """React to a message with an emoji, or take the reaction back by "". Raises CannotDo, BotApiError."""
    entry = _any(world, where, message_id)
    was = entry.reactions.get(str(who.id), "")
    if was != emoji:
        react(world, entry, who.id, emoji)
        world.updates.add("message_reaction", reaction_update(who, entry, was, emoji))
    return entry


def _any(world: World, where: Person | Group, message_id: int) -> Entry:
    entry = world.entry(where.id, message_id)
    if entry is None:
        raise CannotDo(f"there is no message {message_id}", 404)
    return entry


def _own(world: World, who: Person, where: Person | Group, message_id: int) -> Entry:
    entry = _any(world, where, message_id)
    if entry.message["from"]["id"] != who.id:
        raise CannotDo("only an own message can be changed")
    return entry
