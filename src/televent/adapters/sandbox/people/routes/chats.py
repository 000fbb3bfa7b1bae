"""News of the chats, taps with their answers, and files."""

import time
from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.people import view
from televent.adapters.sandbox.people.acts.people import person
from televent.adapters.sandbox.people.cannot import CannotDo
from televent.adapters.sandbox.people.routes.waiting import After, Wait

Json = dict[str, Any]

# Types that a browser may show in the page; any other file is a download.
_SHOWN = {"image/png", "image/jpeg", "image/gif"}
_NEWS = ("messages", "answers", "action")


@get("/sandbox/people/{person_id:int}/messages")
async def read_messages(person_id: FromPath[int], state: State, after: After = 0, wait: Wait = 0.0) -> Json:
    """The changes of a chat since revision `after`. Where there is none, wait up to `wait` seconds for one."""
    world: World = state.world
    who = person(world, person_id)
    end = time.monotonic() + wait
    while True:
        found = view.chat_since(world, who, after)
        if any(found[name] for name in _NEWS) or world.changed.closed:
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
        groups = [view.group_since(world, where, after) for where in world.groups.values()]
        chats, groups = [[each for each in found if _is_news(each, after)] for found in (chats, groups)]
        people = [who.stored() for who in world.people.values()] if world.roster > after else []
        if chats or groups or people or world.changed.closed or not await world.changed.wait(end - time.monotonic()):
            return {"revision": world.revision, "chats": chats, "groups": groups, "people": people}


def _is_news(found: Json, after: int) -> bool:
    return after == 0 or any(found.get(name) for name in _NEWS)


@get("/sandbox/taps/{query_id:str}")
async def read_tap(query_id: FromPath[str], state: State, wait: Wait = 0.0) -> Json:
    """A tap with the bot's answer. Where there is none yet, wait up to `wait` seconds for it."""
    world: World = state.world
    query = world.queries.get(query_id)
    if query is None:
        raise CannotDo(f"there was no tap {query_id}", 404)
    end = time.monotonic() + wait
    while query.answer is None and not world.changed.closed and await world.changed.wait(end - time.monotonic()):
        continue
    return view.answer(query)


@get("/sandbox/files/{file_id:str}")
async def read_file(file_id: FromPath[str], state: State) -> Response[bytes]:
    """The content of a file that a person or the bot sent."""
    world: World = state.world
    content = world.files.content(file_id)
    if content is None:
        raise CannotDo(f"there is no file {file_id}", 404)
    mime_type = world.files.known[file_id]["mime_type"]
    shown = mime_type in _SHOWN
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "inline" if shown else "attachment"}
    return Response(content, media_type=mime_type if shown else "application/octet-stream", headers=headers)


ROUTES = [read_messages, read_changes, read_tap, read_file]
