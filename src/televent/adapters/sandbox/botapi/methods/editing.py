"""The methods that change or delete the bot's messages, and answerCallbackQuery."""

import time
from typing import Any

from televent.adapters.sandbox.botapi.call import Call
from televent.adapters.sandbox.botapi.errors import NOT_MODIFIED, QUERY_TOO_OLD, bad_request
from televent.adapters.sandbox.botapi.markup import read_markup
from televent.adapters.sandbox.botapi.messages import Entry
from televent.adapters.sandbox.botapi.methods import content as contents
from televent.adapters.sandbox.botapi.methods.chats import addressee
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]

MAX_ANSWER_TEXT = 200
"""Max characters of the answer to a tap."""
_MEDIA = ("photo", "document")
_TEXTS = ("text", "entities", "caption", "caption_entities")


def _to_edit(world: World, call: Call) -> Entry:
    where = addressee(world, call)
    message_id = call.required_integer("message_id", "message identifier is not specified")
    entry = world.entry(where.id, message_id)
    if entry is None:
        raise bad_request("message to edit not found")
    if entry.message["from"]["id"] != world.config.bot_id:
        raise bad_request("message can't be edited")
    return entry


def _change(world: World, call: Call, entry: Entry, content: Json, replaced: tuple[str, ...]) -> Json:
    inline, _ = read_markup(call)
    if inline is not None:
        content = {**content, "reply_markup": inline}
    # An edit without reply_markup removes the keyboard, as in Telegram.
    gone = {*replaced, "reply_markup"}
    changed = {**{name: value for name, value in entry.message.items() if name not in gone}, **content}
    if all(changed.get(name) == entry.message.get(name) for name in (*_TEXTS, *_MEDIA, "reply_markup")):
        raise bad_request(NOT_MODIFIED)
    entry.message = {**changed, "edit_date": int(time.time())}
    world.save_entry(entry)
    return entry.message


def edit_message_text(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagetext"""
    entry = _to_edit(world, call)
    content = contents.message_text(call)
    if "text" not in entry.message:
        raise bad_request("there is no text in the message to edit")
    return _change(world, call, entry, content, ("text", "entities"))


def edit_message_caption(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagecaption"""
    entry = _to_edit(world, call)
    content = contents.message_caption(call)
    if not any(name in entry.message for name in _MEDIA):
        raise bad_request("there is no caption in the message to edit")
    return _change(world, call, entry, content, ("caption", "caption_entities"))


def edit_message_media(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagemedia; it also adds a picture or a document to a text message."""
    entry = _to_edit(world, call)
    media = call.structure("media", "input media")
    if not isinstance(media, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    if media.get("type") not in _MEDIA:
        raise bad_request("can't parse InputMedia: type must be photo or document")
    given = Call(call.method, media, call.uploads)
    read = contents.photo if media["type"] == "photo" else contents.document
    content = {**read(world, given, "media"), **contents.message_caption(given)}
    return _change(world, call, entry, content, (*_MEDIA, *_TEXTS, "location", "contact"))


def edit_message_reply_markup(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagereplymarkup"""
    return _change(world, call, _to_edit(world, call), {}, ())


def delete_message(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#deletemessage"""
    where = addressee(world, call)
    message_id = call.required_integer("message_id", "message identifier is not specified")
    entry = world.entry(where.id, message_id)
    if entry is None:
        raise bad_request("message to delete not found")
    entry.deleted = True
    world.save_entry(entry)
    return True


def delete_messages(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#deletemessages"""
    where = addressee(world, call)
    wanted = call.structure("message_ids", "message identifiers")
    if not isinstance(wanted, list) or not wanted or len(wanted) > 100:
        raise bad_request("message identifiers are not specified")
    for message_id in wanted:
        entry = world.entry(where.id, message_id) if isinstance(message_id, int) else None
        if entry is not None:
            entry.deleted = True
            world.save_entry(entry)
    return True


def answer_callback_query(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#answercallbackquery"""
    query = world.queries.get(call.text("callback_query_id") or "")
    # Telegram takes one answer to a tap.
    if query is None or query.answer is not None:
        raise bad_request(QUERY_TOO_OLD)
    text = call.text("text") or ""
    if len(text) > MAX_ANSWER_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    world.answer_query(query, {"text": text, "show_alert": call.flag("show_alert"), "url": call.text("url") or None})
    return True


METHODS = {
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagemedia": edit_message_media,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "answercallbackquery": answer_callback_query,
}
