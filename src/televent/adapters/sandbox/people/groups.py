"""Group chats: what people do in them, and the control API for it. The pages show private chats only."""

from typing import Any

from litestar import get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from televent.adapters.sandbox.botapi.methods.sending import MAX_TEXT
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.world import Entry, World
from televent.adapters.sandbox.people import acts, view
from televent.adapters.sandbox.people.routes import After

Json = dict[str, Any]

MAX_GROUPS = 100
"""Max groups of a sandbox."""
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""The sender that Telegram names for every administrator who stays anonymous (Bot API, Message.from)."""


def group(world: World, number: int) -> Group:
    """The group with the id ``-number``. Raises CannotDo where there is none."""
    found = world.groups.get(-number)
    if found is None:
        raise acts.CannotDo(f"there is no group {number}", 404)
    return found


def say(world: World, where: Group, who: Person, text: str, *, topic: int | None, anonymous: bool) -> Entry:
    """Sends a text to the group. The bot gets it as in privacy mode: only a command. Raises CannotDo."""
    text = text.strip()
    if not 1 <= len(text) <= MAX_TEXT:
        raise acts.CannotDo(f"a message has 1 to {MAX_TEXT} characters", 400)
    message: Json = {"text": text, "from": ANONYMOUS if anonymous else who.user()}
    if anonymous:
        message["sender_chat"] = where.chat()
    if topic is not None:
        message |= {"message_thread_id": topic, "is_topic_message": True}
    entities = acts.command_entities(text)
    entry = world.add_message(where, message | ({"entities": entities} if entities else {}))
    if entities:
        world.updates.add("message", entry.message)
    return entry


@post("/sandbox/groups")
async def create_group(data: JSONBody[Json], state: State) -> Json:
    """Add a group: `title`, and `is_forum` for one with topics. `number` in the answer names it in the paths below."""
    world: World = state.world
    title = str(data.get("title", "")).strip()
    if not 1 <= len(title) <= 128:
        raise acts.CannotDo("title must have 1 to 128 characters", 400)
    if len(world.groups) >= MAX_GROUPS:
        raise acts.CannotDo(f"there are already {MAX_GROUPS} groups")
    made = Group(min(world.groups, default=-1_001_000_000_000) - 1, title, bool(data.get("is_forum")))
    world.save_group(made)
    return {**made.stored(), "number": -made.id}


@get("/sandbox/groups/{number:int}/messages")
async def read_group(number: FromPath[int], state: State, after: After = 0) -> Json:
    """The messages of a group that changed since revision `after`."""
    world: World = state.world
    where = group(world, number)
    entries = [entry for entry in world.chats.get(where.id, {}).values() if entry.revision > after]
    return {"revision": world.revision, "messages": [view.message(world, entry) for entry in entries]}


@post("/sandbox/groups/{number:int}/messages")
async def say_in_group(number: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Let `person` send a `text` to the group, optionally in a `topic`, or `anonymous` as an administrator."""
    world: World = state.world
    who = acts.person(world, data.get("person", 0))
    topic = data.get("topic")
    entry = say(
        world,
        group(world, number),
        who,
        str(data.get("text", "")),
        topic=topic if isinstance(topic, int) else None,
        anonymous=bool(data.get("anonymous")),
    )
    return view.message(world, entry)


@post("/sandbox/groups/{number:int}/taps")
async def tap_in_group(number: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Let `person` tap a button in the group, named by `data` or `button`, on the last message that has it."""
    world: World = state.world
    where, who = group(world, number), acts.person(world, data.get("person", 0))
    return view.answer(acts.tap_button(world, who, where, None, data.get("data"), data.get("button")))


ROUTES = [create_group, read_group, say_in_group, tap_in_group]
