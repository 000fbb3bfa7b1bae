"""The acts of a person in their own chat, or in the `group` with this number: each act is one request."""

import base64
import binascii
from typing import Any

from litestar import Request, delete, post
from litestar.datastructures import State, UploadFile
from litestar.params import FromPath, FromQuery, JSONBody

from televent.adapters.sandbox.botapi.files import MAX_UPLOAD_BYTES
from televent.adapters.sandbox.botapi.messages import Entry
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.people import view
from televent.adapters.sandbox.people.acts import changing, forwarding, sending, tapping
from televent.adapters.sandbox.people.acts.people import person
from televent.adapters.sandbox.people.acts.places import place
from televent.adapters.sandbox.people.cannot import CannotDo, whole

Json = dict[str, Any]
HttpRequest = Request[Any, Any, State]


def actor(world: World, person_id: int, values: Json) -> tuple[Person, Person | Group, sending.Setting]:
    """The person who acts, the chat, and how the message is sent. Raises CannotDo."""
    who = person(world, person_id)
    setting = sending.Setting(whole(values, "reply_to"), whole(values, "topic"), values.get("anonymous") is True)
    return who, place(world, who, values), setting


@post("/sandbox/people/{person_id:int}/messages")
async def say(person_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Send a `text`, optionally with `entities` and `reply_to`."""
    world: World = state.world
    who, where, setting = actor(world, person_id, data)
    said = sending.say(world, who, where, str(data.get("text", "")), setting, data.get("entities"))
    return view.message(world, said)


@post("/sandbox/people/{person_id:int}/start")
async def start(person_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Open the private chat by a deep link: `payload`, or the whole `link`."""
    world: World = state.world
    payload = data.get("payload", "")
    if "link" in data:
        payload = tapping.deep_link(world, str(data["link"]))
        if payload is None:
            raise CannotDo("this is no link to the bot", 400)
    return view.message(world, sending.start(world, person(world, person_id), str(payload)))


@post("/sandbox/people/{person_id:int}/locations")
async def send_location(person_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Send a place: `latitude` and `longitude` in degrees."""
    world: World = state.world
    who, where, setting = actor(world, person_id, data)
    located = sending.located(data.get("latitude"), data.get("longitude"))
    return view.message(world, sending.post(world, who, where, located, setting))


@post("/sandbox/people/{person_id:int}/contacts")
async def send_contact(person_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Send a contact: of the `person` with this id, of `name` and `phone`, or the sender's own."""
    world: World = state.world
    who, where, setting = actor(world, person_id, data)
    return view.message(world, sending.post(world, who, where, sending.named(world, who, data), setting))


@post("/sandbox/people/{person_id:int}/files", request_max_body_size=MAX_UPLOAD_BYTES * 2)
async def send_file(person_id: FromPath[int], request: HttpRequest, state: State) -> Json:
    """Send a file: multipart `file`, `caption`, `photo`, or JSON `name`, `mime_type`, `base64`, `caption`, `photo`."""
    world: World = state.world
    if request.headers.get("content-type", "").startswith("application/json"):
        fields = await request.json()
        if not isinstance(fields, dict):
            raise CannotDo("expected an object", 400)
        content, name, mime_type = _decoded(fields)
    else:
        fields = dict(await request.form())
        file = fields.get("file")
        if not isinstance(file, UploadFile):
            raise CannotDo("the form has no file", 400)
        content, name, mime_type = await file.read(), file.filename, file.content_type
    who, where, setting = actor(world, person_id, fields)
    return view.message(
        world, sending.post(world, who, where, _attached(world, fields, content, name, mime_type), setting)
    )


@post("/sandbox/people/{person_id:int}/forwards", request_max_body_size=MAX_UPLOAD_BYTES * 2)
async def forward(person_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Forward `message_id` of the own chat, of `from_person` or `from_group`; or a message from elsewhere, by `origin`
    and a `text` or file."""
    world: World = state.world
    who, where, _ = actor(world, person_id, data)
    if "message_id" in data:
        return view.message(world, forwarding.forward_known(world, who, where, data))
    if "base64" in data:
        content = _attached(world, data, *_decoded(data))
    else:
        content = sending.spoken(world, str(data.get("text", "")), data.get("entities"))
    return view.message(world, forwarding.forward_foreign(world, who, where, content, data.get("origin")))


@post("/sandbox/people/{person_id:int}/messages/{message_id:int}")
async def edit(person_id: FromPath[int], message_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Change the `text` of an own message."""
    world: World = state.world
    who, where, _ = actor(world, person_id, data)
    edited = changing.edit(world, who, where, message_id, str(data.get("text", "")), data.get("entities"))
    return view.message(world, edited)


@delete("/sandbox/people/{person_id:int}/messages/{message_id:int}", status_code=200)
async def unsay(
    person_id: FromPath[int], message_id: FromPath[int], state: State, group: FromQuery[int | None] = None
) -> Json:
    """Delete a message for both sides."""
    world: World = state.world
    who, where, _ = actor(world, person_id, {"group": group})
    return view.message(world, changing.delete(world, who, where, message_id))


@post("/sandbox/people/{person_id:int}/messages/{message_id:int}/reaction")
async def react(person_id: FromPath[int], message_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """React to a message with an `emoji`; "" takes the reaction back."""
    world: World = state.world
    who, where, _ = actor(world, person_id, data)
    return view.message(world, changing.set_reaction(world, who, where, message_id, str(data.get("emoji", ""))))


@post("/sandbox/people/{person_id:int}/taps")
async def tap(person_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Tap a button, named by `data` or `button`, on `message_id` or on the last message that has it. A button of the
    keyboard below sends its text, the contact, or the place at `latitude` and `longitude`."""
    world: World = state.world
    who, where, _ = actor(world, person_id, data)
    message_id, callback, button = whole(data, "message_id"), data.get("data"), data.get("button")
    try:
        done = tapping.tap(world, who, where, message_id, callback, button)
    except CannotDo as error:
        if error.status != 404 or message_id is not None or not isinstance(button, str) or where is not who:
            raise
        below = tapping.tap_keyboard(world, who, button, data)
        if below is None:
            raise
        done = below
    return view.message(world, done) if isinstance(done, Entry) else view.answer(done)


def _decoded(fields: Json) -> tuple[bytes, str, str]:
    try:
        content = base64.b64decode(str(fields.get("base64", "")), validate=True)
    except (binascii.Error, ValueError):
        raise CannotDo("the field base64 is not valid base64", 400) from None
    return content, str(fields.get("name") or "file")[:255], str(fields.get("mime_type") or "")[:127]


def _attached(world: World, fields: Json, content: bytes, name: str, mime_type: str) -> Json:
    as_photo = fields.get("photo") in (True, "1", "true", "on")
    kind = mime_type or "application/octet-stream"
    return sending.attached(world, name, kind, content, str(fields.get("caption") or ""), as_photo=as_photo)


ROUTES = [say, start, send_location, send_contact, send_file, forward, edit, unsay, react, tap]
