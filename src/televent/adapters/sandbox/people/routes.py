"""The control API: people and their actions, as JSON."""

import base64
import binascii
import time
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import State, UploadFile
from litestar.params import FromPath, JSONBody, QueryParameter

from televent.adapters.sandbox.botapi.faults import Fault
from televent.adapters.sandbox.botapi.files import MAX_UPLOAD_BYTES
from televent.adapters.sandbox.botapi.world import Entry, World
from televent.adapters.sandbox.people import acts, view

Json = dict[str, Any]
HttpRequest = Request[Any, Any, State]

MAX_WAIT = 30.0
"""Max seconds that a request may wait."""
After = Annotated[int, QueryParameter(ge=0)]
Wait = Annotated[float, QueryParameter(ge=0, le=MAX_WAIT)]
# Types that a browser may show in the page; any other file is a download.
_SHOWN = {"image/png", "image/jpeg", "image/gif"}


@get("/sandbox")
async def describe(state: State) -> Json:
    """The bot, the revision, and the number of waiting updates."""
    world: World = state.world
    return {"bot": world.bot(), "revision": world.revision, "pending_updates": len(world.updates.pending)}


@get("/sandbox/people")
async def list_people(state: State) -> list[Json]:
    """All people."""
    world: World = state.world
    return [person.stored() for person in world.people.values()]


@post("/sandbox/people")
async def create_person(data: JSONBody[Json], state: State) -> Json:
    """Add a person, or change the name and language of an existing one."""
    return acts.create(state.world, data).stored()


@get("/sandbox/people/{person_id:int}/messages")
async def read_messages(person_id: FromPath[int], state: State, after: After = 0, wait: Wait = 0.0) -> Json:
    """The changes of a chat since revision `after`. Where there is none, wait up to `wait` seconds for one."""
    world: World = state.world
    who = acts.person(world, person_id)
    end = time.monotonic() + wait
    while True:
        found = view.chat_since(world, who, after)
        if found["messages"] or found["answers"] or world.changed.closed:
            return found
        if not await world.changed.wait(end - time.monotonic()):
            return found


@get("/sandbox/changes")
async def read_changes(state: State, after: After = 0, wait: Wait = 0.0) -> Json:
    """The changes of all chats in one request: a browser opens only a few connections to one server."""
    world: World = state.world
    end = time.monotonic() + wait
    while True:
        chats = [view.chat_since(world, who, after) for who in world.people.values()]
        news = [chat for chat in chats if after == 0 or chat["messages"] or chat["answers"]]
        if news or world.changed.closed or not await world.changed.wait(end - time.monotonic()):
            return {"revision": world.revision, "chats": news}


@post("/sandbox/people/{person_id:int}/messages")
async def say(person_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Send a text to the bot."""
    world: World = state.world
    who = acts.person(world, person_id)
    reply_to = data.get("reply_to")
    entry = acts.say(world, who, str(data.get("text", "")), reply_to if isinstance(reply_to, int) else None)
    return view.message(world, entry)


@post("/sandbox/people/{person_id:int}/taps")
async def tap(person_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Tap a button, named by `data` or `button`, on `message_id` or on the last message that has it."""
    world: World = state.world
    who = acts.person(world, person_id)
    message_id = data.get("message_id")
    done = acts.tap(
        world, who, message_id if isinstance(message_id, int) else None, data.get("data"), data.get("button")
    )
    return view.message(world, done) if isinstance(done, Entry) else view.answer(done)


@get("/sandbox/taps/{query_id:str}")
async def read_tap(query_id: FromPath[str], state: State, wait: Wait = 0.0) -> Json:
    """A tap with the bot's answer. Where there is none yet, wait up to `wait` seconds for it."""
    world: World = state.world
    query = world.queries.get(query_id)
    if query is None:
        raise acts.CannotDo(f"there was no tap {query_id}", 404)
    end = time.monotonic() + wait
    while query.answer is None and not world.changed.closed and await world.changed.wait(end - time.monotonic()):
        continue
    return view.answer(query)


@post("/sandbox/people/{person_id:int}/files", request_max_body_size=MAX_UPLOAD_BYTES * 2)
async def send_file(person_id: FromPath[int], request: HttpRequest, state: State) -> Json:
    """Send a file: multipart `file`, `caption`, `photo`, or JSON `name`, `mime_type`, `base64`, `caption`, `photo`."""
    world: World = state.world
    who = acts.person(world, person_id)
    if request.headers.get("content-type", "").startswith("application/json"):
        fields = await request.json()
        try:
            content = base64.b64decode(str(fields.get("base64", "")), validate=True)
        except binascii.Error:
            raise acts.CannotDo("the field base64 is not valid base64", 400) from None
        name, mime_type = str(fields.get("name") or "file"), str(fields.get("mime_type") or "")
    else:
        fields = await request.form()
        file = fields.get("file")
        if not isinstance(file, UploadFile):
            raise acts.CannotDo("the form has no file", 400)
        content, name, mime_type = await file.read(), file.filename, file.content_type
    as_photo = fields.get("photo") in (True, "1", "true", "on")
    entry = acts.send_file(
        world,
        who,
        name,
        mime_type or "application/octet-stream",
        content,
        str(fields.get("caption") or ""),
        as_photo=as_photo,
    )
    return view.message(world, entry)


@post("/sandbox/people/{person_id:int}/block")
async def block(person_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Block the bot (`blocked`: true) or unblock it."""
    world: World = state.world
    who = acts.person(world, person_id)
    acts.block(world, who, blocked=bool(data.get("blocked", True)))
    return who.stored()


@get("/sandbox/files/{file_id:str}")
async def read_file(file_id: FromPath[str], state: State) -> Response[bytes]:
    """The content of a file that a person or the bot sent."""
    world: World = state.world
    content = world.files.content(file_id)
    if content is None:
        raise acts.CannotDo(f"there is no file {file_id}", 404)
    mime_type = world.files.known[file_id]["mime_type"]
    shown = mime_type in _SHOWN
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "inline" if shown else "attachment"}
    return Response(content, media_type=mime_type if shown else "application/octet-stream", headers=headers)


@post("/sandbox/faults")
async def order_fault(data: JSONBody[Json], state: State) -> Json:
    """Order a fault for the next calls of the bot; `Fault` has the fields."""
    world: World = state.world
    try:
        fault = msgspec.convert(data, Fault)
    except msgspec.ValidationError as error:
        raise acts.CannotDo(str(error), 400) from None
    if not 400 <= fault.status < 600 or fault.times < 1 or fault.delay > MAX_WAIT:
        raise acts.CannotDo(f"status must be 400 to 599, times at least 1, delay at most {MAX_WAIT:g}", 400)
    world.faults.ordered.append(fault)
    return {"ordered": len(world.faults.ordered)}


@delete("/sandbox/faults", status_code=200)
async def forget_faults(state: State) -> Json:
    """Forget the ordered faults."""
    world: World = state.world
    world.faults.ordered.clear()
    return {"ordered": 0}


@get("/sandbox/calls")
async def read_calls(state: State) -> list[Json]:
    """The latest calls of the bot, getUpdates included, oldest first."""
    return list(state.calls)


ROUTES = [
    describe,
    list_people,
    create_person,
    read_messages,
    read_changes,
    say,
    tap,
    read_tap,
    send_file,
    block,
    read_file,
    order_fault,
    forget_faults,
    read_calls,
]
