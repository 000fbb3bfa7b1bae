"""A person forwards a message: one of the sandbox, or one that came from elsewhere."""

import time
from typing import Any

from televent.adapters.sandbox.botapi.messages import Entry
from televent.adapters.sandbox.botapi.methods.copying import carried, origin_of
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.people.acts.people import person
from televent.adapters.sandbox.people.acts.places import group
from televent.adapters.sandbox.people.acts.sending import post
from televent.adapters.sandbox.people.cannot import CannotDo, text, whole

Json = dict[str, Any]


def forward_known(world: World, who: Person, where: Person | Group, values: Json) -> Entry:
    """Forward the message `message_id` of the chat of the person `from_person`, of the group `from_group`, or of the
    person's own chat. Raises CannotDo."""
    number, source = whole(values, "from_group"), whole(values, "from_person")
    chat_id = group(world, number).id if number is not None else (person(world, source).id if source else who.id)
    entry = world.entry(chat_id, whole(values, "message_id") or 0)
    if entry is None or not carried(entry):
        raise CannotDo("there is no such message to forward", 404)
    if entry.message.get("has_protected_content"):
        raise CannotDo("a protected message cannot be forwarded")
    return post(world, who, where, {**carried(entry), "forward_origin": origin_of(world, entry)})


def forward_foreign(world: World, who: Person, where: Person | Group, message: Json, origin: Any) -> Entry:
    """Forward a message with the content `message` that came from elsewhere.

    `origin` has a `type`: "user" with the id of a `person`, or with `name` for somebody outside the sandbox;
    "hidden_user" with `name`; "chat" or "channel" with `title` and optionally `username`. Raises CannotDo.
    """
    if not isinstance(origin, dict):
        raise CannotDo("origin must be an object", 400)
    made: Json = {"type": origin.get("type"), "date": int(time.time()) - 60}
    name = text(origin, "name", 64) or "Somebody"
    match made["type"]:
        case "user" if origin.get("person") is not None:
            original = person(world, origin["person"])
            made["sender_user"] = original.user()
            if original.hidden:
                made = {"type": "hidden_user", "date": made["date"], "sender_user_name": original.name}
        case "user":
            made["sender_user"] = {"id": 777000999, "is_bot": False, "first_name": name}
        case "hidden_user":
            made["sender_user_name"] = name
        case "chat":
            made["sender_chat"] = _chat(origin, -1_002_000_000_001, "supergroup")
        case "channel":
            made |= {"chat": _chat(origin, -1_002_000_000_002, "channel"), "message_id": 17}
        case _:
            raise CannotDo("the type of an origin is user, hidden_user, chat or channel", 400)
    return post(world, who, where, {**message, "forward_origin": made})


def _chat(origin: Json, chat_id: int, kind: str) -> Json:
    username = text(origin, "username", 32)
    made = {"id": chat_id, "type": kind, "title": text(origin, "title", 128) or "News"}
    return made | ({"username": username} if username else {})
