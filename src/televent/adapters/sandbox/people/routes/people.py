"""The bot, and the people: who they are and whether they want the bot."""

from typing import Any

from litestar import get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.people.acts import people

Json = dict[str, Any]


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
    """Add a person, or change the given fields of an existing one."""
    return people.create(state.world, data).stored()


@post("/sandbox/people/{person_id:int}/block")
async def block(person_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Block the bot (`blocked`: true) or unblock it."""
    world: World = state.world
    who = people.person(world, person_id)
    people.block(world, who, blocked=bool(data.get("blocked", True)))
    return who.stored()


ROUTES = [describe, list_people, create_person, block]
