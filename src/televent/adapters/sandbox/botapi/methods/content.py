"""The content of a message that a call sends or edits: text, caption, picture, document, place, contact."""

from typing import Any

from televent.adapters.sandbox.botapi.call import Call, Upload
from televent.adapters.sandbox.botapi.errors import BotApiError, bad_request
from televent.adapters.sandbox.botapi.files import MAX_UPLOAD_BYTES, picture_size
from televent.adapters.sandbox.botapi.texts.entities import Entity, units, with_found
from televent.adapters.sandbox.botapi.texts.html import parse_html
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]

MAX_TEXT = 4096
"""Max characters of a message."""
MAX_CAPTION = 1024
"""Max characters of a caption."""


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
    text, given = read_text(call, "text")
    if not text:
        raise bad_request("message text is empty")
    if len(text) > MAX_TEXT:
        raise bad_request("message is too long")
    entities = with_found(text, given)
    return {"text": text, **({"entities": entities} if entities else {})}


def message_caption(call: Call) -> Json:
    """The fields caption and caption_entities. Raises BotApiError when too long."""
    text, given = read_text(call, "caption")
    if len(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    entities = with_found(text, given)
    return {**({"caption": text} if text else {}), **({"caption_entities": entities} if entities else {})}


def document(world: World, call: Call, name: str = "document") -> Json:
    """The field document, from an upload or from a file_id in the parameter `name`. Raises BotApiError."""
    known, _ = _file(world, call, name, "documents")
    return {"document": {key: value for key, value in known.items() if key != "file_path"}}


def photo(world: World, call: Call, name: str = "photo") -> Json:
    """The field photo, as `document` has it. Raises BotApiError."""
    known, content = _file(world, call, name, "photos")
    return {"photo": [photo_size(known, content)]}


def photo_size(known: Json, content: bytes) -> Json:
    """The Bot API PhotoSize of this file. Raises BotApiError when it is no picture."""
    width, height = picture_size(content)
    kept = {name: known[name] for name in ("file_id", "file_unique_id", "file_size")}
    return {**kept, "width": width, "height": height}


def place(call: Call) -> Json:
    """The field location. Raises BotApiError."""
    found = {}
    for name, most in (("latitude", 90), ("longitude", 180)):
        value = call.text(name)
        if not value:
            raise bad_request(f"{name} is empty")
        try:
            found[name] = float(value)
        except ValueError:
            raise bad_request(f"{name} must be a Number") from None
        if not -most <= found[name] <= most:
            raise bad_request("wrong location specified")
    return {"location": found}


def contact(call: Call) -> Json:
    """The field contact. Raises BotApiError."""
    phone, first_name = call.text("phone_number"), call.text("first_name")
    if not phone:
        raise bad_request("phone number is empty")
    if not first_name:
        raise bad_request("first name is empty")
    more = {name: value for name in ("last_name", "vcard") if (value := call.text(name))}
    return {"contact": {"phone_number": phone, "first_name": first_name, **more}}


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
