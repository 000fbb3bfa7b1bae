"""The methods that send messages to a chat, and getFile."""

from typing import Any

from televent.adapters.sandbox.botapi.call import Call
from televent.adapters.sandbox.botapi.errors import bad_request
from televent.adapters.sandbox.botapi.files import MAX_DOWNLOAD_BYTES
from televent.adapters.sandbox.botapi.markup import read_markup
from televent.adapters.sandbox.botapi.messages import Entry
from televent.adapters.sandbox.botapi.methods import content
from televent.adapters.sandbox.botapi.methods.chats import addressee
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.texts.entities import units
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]


def send(world: World, call: Call, where: Person | Group, carried: Json) -> Json:
    """Add a message of the bot with this content to the chat. Raises BotApiError."""
    inline, keyboard = read_markup(call, in_group=isinstance(where, Group))
    message: Json = {"from": world.bot(), **carried, **_replied(world, call, where)}
    if inline is not None:
        message["reply_markup"] = inline
    if call.flag("protect_content"):
        message["has_protected_content"] = True
    thread_id = call.integer("message_thread_id")
    if thread_id is not None and isinstance(where, Group) and where.is_forum:
        message |= {"message_thread_id": thread_id, "is_topic_message": True}
    return world.add_message(where, message, keyboard).message


def as_replied(entry: Entry) -> Json:
    """A message as the field reply_to_message of another one has it."""
    return {name: value for name, value in entry.message.items() if name != "reply_to_message"}


def _replied(world: World, call: Call, where: Person | Group) -> Json:
    parameters = call.structure("reply_parameters", "reply parameters") or {}
    if not isinstance(parameters, dict):
        raise bad_request("object expected as reply parameters")
    message_id = call.integer("reply_to_message_id")
    if isinstance(parameters.get("message_id"), int):
        message_id = parameters["message_id"]
    if message_id is None:
        return {}
    entry = world.entry(where.id, message_id)
    if entry is None:
        if call.flag("allow_sending_without_reply") or parameters.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    quote = parameters.get("quote")
    if not isinstance(quote, str) or not quote:
        return {"reply_to_message": as_replied(entry)}
    text: str = entry.message.get("text") or entry.message.get("caption") or ""
    if quote not in text:
        raise bad_request("QUOTE_TEXT_INVALID")
    position = units(text[: text.index(quote)])
    return {
        "reply_to_message": as_replied(entry),
        "quote": {"text": quote, "position": position, "is_manual": True},
    }


def send_message(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendmessage"""
    where = addressee(world, call)
    return send(world, call, where, content.message_text(call))


def send_document(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#senddocument"""
    where = addressee(world, call)
    caption = content.message_caption(call)
    return send(world, call, where, {**content.document(world, call), **caption})


def send_photo(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendphoto"""
    where = addressee(world, call)
    caption = content.message_caption(call)
    return send(world, call, where, {**content.photo(world, call), **caption})


def send_location(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendlocation"""
    where = addressee(world, call)
    return send(world, call, where, content.place(call))


def send_contact(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendcontact"""
    where = addressee(world, call)
    return send(world, call, where, content.contact(call))


def get_file(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getfile"""
    known = world.files.known.get(call.text("file_id") or "")
    if known is None:
        raise bad_request("invalid file_id")
    if known["file_size"] > MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {name: known[name] for name in ("file_id", "file_unique_id", "file_size", "file_path")}


METHODS = {
    "sendmessage": send_message,
    "senddocument": send_document,
    "sendphoto": send_photo,
    "sendlocation": send_location,
    "sendcontact": send_contact,
    "getfile": get_file,
}
