"""Group chats: who is in them, and what people do there."""

import time
from typing import Any

from litestar import get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from televent.adapters.sandbox.botapi.messages import Entry
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.people import view
from televent.adapters.sandbox.people.acts import places, sending, tapping
from televent.adapters.sandbox.people.acts.people import person
from televent.adapters.sandbox.people.cannot import whole
from televent.adapters.sandbox.people.routes.acts import actor
from televent.adapters.sandbox.people.routes.waiting import After, Wait

Json = dict[str, Any]


@post("/sandbox/groups")
async def create_group(data: JSONBody[Json], state: State) -> Json:
    """Add a group: `title`, `is_forum` for one with topics, `members` (everybody where absent). `number` in the answer
    names it in the paths below."""
    made = places.create(state.world, data)
    return {**made.stored(), "number": -made.id}


@get("/sandbox/groups")
async def list_groups(state: State) -> list[Json]:
    """All groups."""
    world: World = state.world
    return [{**where.stored(), "number": -where.id} for where in world.groups.values()]


@get("/sandbox/groups/{number:int}/messages")
async def read_group(number: FromPath[int], state: State, after: After = 0, wait: Wait = 0.0) -> Json:
    """The messages of a group that changed since revision `after`. Where there is none, wait up to `wait` seconds."""
    world: World = state.world
    where = places.group(world, number)
    end = time.monotonic() + wait
    while not (found := view.group_since(world, where, after))["messages"] and not world.changed.closed:
        if not await world.changed.wait(end - time.monotonic()):
            break
    return found


@post("/sandbox/groups/{number:int}/members")
async def move(number: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Let `person` come in (`inside`: true) or leave; with `bot`: true let them add the bot or remove it."""
    world: World = state.world
    where, who = places.group(world, number), person(world, data.get("person"))
    inside = data.get("inside") is not False
    (places.move_bot if data.get("bot") is True else places.move)(world, where, who, inside=inside)
    return {**where.stored(), "number": number}


@post("/sandbox/groups/{number:int}/messages")
async def say_in_group(number: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Let `person` send a `text` to the group, optionally in a `topic`, or `anonymous` as an administrator."""
    world: World = state.world
    who, where, setting = actor(world, data.get("person", 0), {**data, "group": number})
    said = sending.say(world, who, where, str(data.get("text", "")), setting, data.get("entities"))
    return view.message(world, said)


@post("/sandbox/groups/{number:int}/taps")
async def tap_in_group(number: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Let `person` tap a button in the group, named by `data` or `button`, on `message_id` or the last that has it."""
    world: World = state.world
    who, where, _ = actor(world, data.get("person", 0), {"group": number})
    message_id = whole(data, "message_id")
    done = tapping.tap(world, who, where, message_id, data.get("data"), data.get("button"))
    return view.message(world, done) if isinstance(done, Entry) else view.answer(done)


ROUTES = [create_group, list_groups, read_group, move, say_in_group, tap_in_group]
