"""The methods that send messages, documents and pictures to a chat, and getFile."""

from typing import Any

from televent.adapters.sandbox.botapi.call import Call, Upload
from televent.adapters.sandbox.botapi.entities import Entity, parse_html, units
from televent.adapters.sandbox.botapi.errors import BotApiError, bad_request
from televent.adapters.sandbox.botapi.files import MAX_DOWNLOAD_BYTES, MAX_UPLOAD_BYTES, picture_size
from televent.adapters.sandbox.botapi.markup import read_markup
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]

MAX_TEXT = 4096
"""Max characters of a message."""
MAX_CAPTION = 1024
"""Max characters of a caption."""


def addressee(world: World, call: Call) -> Person | Group:
    """The person or group that chat_id names. Raises BotApiError."""
    chat_id = call.text("chat_id")
    if not chat_id:
        raise bad_request("chat_id is empty")
    try:
        return world.chat_for(int(chat_id))
    except ValueError:
        # A bot cannot name a person by @username.
        raise bad_request("chat not found") from None


def read_text(call: Call, name: str) -> tuple[str, list[Entity]]:
    """The text parameter `name` with its entities, from parse_mode or from the call. Raises BotApiError."""
    source = call.text(name) or ""
    mode = (call.text("parse_mode") or "").lower()
    if mode == "html":
        return parse_html(source)
    if mode:
        raise bad_request("unsupported parse_mode")
    given = call.structure("caption_entities" if name == "caption" else "entities", "message entities") or []
    lead = units(source) - units(source.lstrip())
    text = source.strip()
    entities = []
    for entity in given if isinstance(given, list) else []:
        if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
            raise bad_request("can't parse MessageEntity: expected an Object")
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not isinstance(length, int):
            raise bad_request("can't parse MessageEntity: expected a Number")
        if length > 0 and offset - lead >= 0 and offset - lead + length <= units(text):
            entities.append({**entity, "offset": offset - lead})
    return text, entities


def message_text(call: Call) -> Json:
    """The fields text and entities of a message. Raises BotApiError when empty or too long."""
    text, entities = read_text(call, "text")
    if not text:
        raise bad_request("message text is empty")
    if len(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return {"text": text, **({"entities": entities} if entities else {})}


def message_caption(call: Call) -> Json:
    """The fields caption and caption_entities. Raises BotApiError when too long."""
    text, entities = read_text(call, "caption")
    if len(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return {**({"caption": text} if text else {}), **({"caption_entities": entities} if entities else {})}


def send(world: World, call: Call, where: Person | Group, content: Json) -> Json:
    """Add a message of the bot with this content to the chat."""
    inline, keyboard = read_markup(call)
    message: Json = {"from": world.bot(), **content}
    reply = _replied(world, call, where)
    if reply is not None:
        message["reply_to_message"] = reply
    if inline is not None:
        message["reply_markup"] = inline
    if call.flag("protect_content"):
        message["has_protected_content"] = True
    thread_id = call.integer("message_thread_id")
    if thread_id is not None and isinstance(where, Group) and where.is_forum:
        message |= {"message_thread_id": thread_id, "is_topic_message": True}
    return world.add_message(where, message, keyboard).message


def _replied(world: World, call: Call, where: Person | Group) -> Json | None:
    parameters = call.structure("reply_parameters", "reply parameters") or {}
    if not isinstance(parameters, dict):
        raise bad_request("object expected as reply parameters")
    message_id = call.integer("reply_to_message_id")
    if isinstance(parameters.get("message_id"), int):
        message_id = parameters["message_id"]
    if message_id is None:
        return None
    entry = world.entry(where.id, message_id)
    if entry is not None:
        return {name: value for name, value in entry.message.items() if name != "reply_to_message"}
    if call.flag("allow_sending_without_reply") or parameters.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def send_message(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendmessage"""
    where = addressee(world, call)
    return send(world, call, where, message_text(call))


def send_document(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#senddocument"""
    where = addressee(world, call)
    caption = message_caption(call)
    known, _ = _file(world, call, "document", "documents")
    document = {name: known[name] for name in ("file_id", "file_unique_id", "file_name", "mime_type", "file_size")}
    return send(world, call, where, {"document": document, **caption})


def send_photo(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendphoto"""
    where = addressee(world, call)
    caption = message_caption(call)
    known, content = _file(world, call, "photo", "photos")
    return send(world, call, where, {"photo": [photo_size(known, content)], **caption})


def photo_size(known: Json, content: bytes) -> Json:
    """The Bot API PhotoSize of this file. Raises BotApiError when it is no picture."""
    width, height = picture_size(content)
    kept = {name: known[name] for name in ("file_id", "file_unique_id", "file_size")}
    return {**kept, "width": width, "height": height}


def _file(world: World, call: Call, name: str, kind: str) -> tuple[Json, bytes]:
    upload = _upload(call, name)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        if len(upload.content) > MAX_UPLOAD_BYTES:
            raise BotApiError(413, "Request Entity Too Large")
        if kind == "photos":
            picture_size(upload.content)
        return world.files.add(upload.name, upload.mime_type, upload.content, kind), upload.content
    value = call.text(name)
    if not value:
        raise bad_request(f"there is no {name} in the request")
    if value.startswith(("http://", "https://")):
        # The sandbox never fetches anything from the network.
        raise bad_request("failed to get HTTP URL content")
    content = world.files.content(value)
    if content is None:
        raise bad_request("wrong remote file identifier specified: Wrong string length")
    return world.files.known[value], content


def _upload(call: Call, name: str) -> Upload | None:
    value = call.fields.get(name)
    if isinstance(value, str) and value.startswith("attach://"):
        return call.uploads.get(value.removeprefix("attach://"))
    return call.uploads.get(name)


def get_file(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getfile"""
    known = world.files.known.get(call.text("file_id") or "")
    if known is None:
        raise bad_request("invalid file_id")
    if known["file_size"] > MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {name: known[name] for name in ("file_id", "file_unique_id", "file_size", "file_path")}


def send_chat_action(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#sendchataction"""
    addressee(world, call)
    if not call.text("action"):
        raise bad_request("wrong parameter action in request")
    return True


METHODS = {
    "sendmessage": send_message,
    "senddocument": send_document,
    "sendphoto": send_photo,
    "getfile": get_file,
    "sendchataction": send_chat_action,
}
