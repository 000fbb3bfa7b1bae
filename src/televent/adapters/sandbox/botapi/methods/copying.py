"""The methods copyMessage, forwardMessage and setMessageReaction."""

import time
from typing import Any

from televent.adapters.sandbox.botapi.call import Call
from televent.adapters.sandbox.botapi.errors import bad_request
from televent.adapters.sandbox.botapi.messages import Entry
from televent.adapters.sandbox.botapi.methods import content
from televent.adapters.sandbox.botapi.methods.chats import addressee
from televent.adapters.sandbox.botapi.methods.sending import send
from televent.adapters.sandbox.botapi.people import Person
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]

_CARRIED = ("text", "entities", "caption", "caption_entities", "photo", "document", "location", "contact")
_EMOJI = frozenset(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓"
    "👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡"
)
"""The emoji of https://core.telegram.org/bots/api#reactiontypeemoji, without their variation selector."""


def carried(entry: Entry) -> Json:
    """The fields that a copy of this message takes along."""
    return {name: entry.message[name] for name in _CARRIED if name in entry.message}


def origin_of(world: World, entry: Entry) -> Json:
    """The MessageOrigin of this message: its own where it is forwarded already, otherwise its sender's."""
    message = entry.message
    if "forward_origin" in message:
        known: Json = message["forward_origin"]
        return known
    sender = world.people.get(message["from"]["id"])
    if sender is not None and sender.hidden:
        name = " ".join(part for part in (sender.name, sender.last_name) if part)
        return {"type": "hidden_user", "date": message["date"], "sender_user_name": name}
    if "sender_chat" in message:
        return {"type": "chat", "date": message["date"], "sender_chat": message["sender_chat"]}
    return {"type": "user", "date": message["date"], "sender_user": message["from"]}


def copy_message(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#copymessage"""
    where = addressee(world, call)
    entry = _source(world, call, "message to copy not found")
    if "caption" in call.fields and "text" not in entry.message:
        old = {name: value for name, value in carried(entry).items() if not name.startswith("caption")}
        return {"message_id": send(world, call, where, old | content.message_caption(call))["message_id"]}
    return {"message_id": send(world, call, where, carried(entry))["message_id"]}


def forward_message(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#forwardmessage"""
    where = addressee(world, call)
    entry = _source(world, call, "message to forward not found")
    if entry.message.get("has_protected_content"):
        raise bad_request("message can't be forwarded")
    return send(world, call, where, {**carried(entry), "forward_origin": origin_of(world, entry)})


def _source(world: World, call: Call, missing: str) -> Entry:
    where = addressee(world, call, "from_chat_id")
    entry = world.entry(where.id, call.required_integer("message_id", "message identifier is not specified"))
    if entry is None:
        raise bad_request(missing)
    if not carried(entry):
        raise bad_request("message can't be copied")
    return entry


def set_message_reaction(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#setmessagereaction"""
    where = addressee(world, call)
    entry = world.entry(where.id, call.required_integer("message_id", "message identifier is not specified"))
    if entry is None:
        raise bad_request("message to react not found")
    wanted = call.structure("reaction", "reaction types") or []
    if not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted):
        raise bad_request("can't parse ReactionType: expected an Object")
    if len(wanted) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    react(world, entry, world.config.bot_id, str(wanted[0].get("emoji", "")) if wanted else "")
    return True


def react(world: World, entry: Entry, user_id: int, emoji: str) -> None:
    """Set the reaction of a user to a message, or remove it where `emoji` is "". Raises BotApiError."""
    if emoji and emoji.removesuffix("\ufe0f") not in _EMOJI:
        raise bad_request("REACTION_INVALID")
    if emoji:
        entry.reactions[str(user_id)] = emoji
    else:
        entry.reactions.pop(str(user_id), None)
    world.save_entry(entry)


def reaction_update(who: Person, entry: Entry, was: str, now: str) -> Json:
    """The MessageReactionUpdated of a person's change."""
    return {
        "chat": entry.message["chat"],
        "message_id": entry.id,
        "user": who.user(),
        "date": int(time.time()),
        "old_reaction": [{"type": "emoji", "emoji": was}] if was else [],
        "new_reaction": [{"type": "emoji", "emoji": now}] if now else [],
    }


METHODS = {
    "copymessage": copy_message,
    "forwardmessage": forward_message,
    "setmessagereaction": set_message_reaction,
}
