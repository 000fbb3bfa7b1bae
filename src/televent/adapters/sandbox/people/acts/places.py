"""The chat in which a person acts: their own with the bot, or a group; and who is in a group."""

from typing import Any

from televent.adapters.sandbox.botapi.methods.chats import membership
from televent.adapters.sandbox.botapi.people import Group, Person
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.people.cannot import CannotDo, text, whole

Json = dict[str, Any]

MAX_GROUPS = 100
"""Max groups of a sandbox."""


def group(world: World, number: int) -> Group:
    """The group with the id ``-number``. Raises CannotDo where there is none."""
    found = world.groups.get(-number)
    if found is None:
        raise CannotDo(f"there is no group {number}", 404)
    return found


def place(world: World, who: Person, values: Json) -> Person | Group:
    """The chat that `group` names, or the person's own with the bot. Raises CannotDo."""
    number = whole(values, "group")
    if number is None:
        return who
    where = group(world, number)
    if where.members is not None and who.id not in where.members:
        raise CannotDo(f"{who.name} is not in the group")
    return where


def create(world: World, values: Json) -> Group:
    """Add a group with the bot in it: `title`, `is_forum`, `members` (everybody where absent). Raises CannotDo."""
    title = text(values, "title", 128).strip()
    if not title:
        raise CannotDo("title must have 1 to 128 characters", 400)
    if len(world.groups) >= MAX_GROUPS:
        raise CannotDo(f"there are already {MAX_GROUPS} groups")
    members = values.get("members")
    if members is not None and not (isinstance(members, list) and members and all(m in world.people for m in members)):
        raise CannotDo("members must be the ids of people", 400)
    made = Group(min(world.groups, default=-1_001_000_000_000) - 1, title, bool(values.get("is_forum")), members)
    world.save_group(made)
    owner = world.people[members[0]] if members else next(iter(world.people.values()))
    _bot_moved(world, made, owner, inside=True)
    return made


def move(world: World, where: Group, who: Person, *, inside: bool) -> None:
    """Let a person come into a group or leave it; the bot hears of it by a service message. Idempotent."""
    members = list(world.people) if where.members is None else list(where.members)
    if (who.id in members) == inside:
        return
    where.members = [*members, who.id] if inside else [each for each in members if each != who.id]
    world.save_group(where)
    change = {"new_chat_members": [who.user()]} if inside else {"left_chat_member": who.user()}
    entry = world.add_message(where, {"from": who.user(), **change})
    if not where.kicked:
        world.updates.add("message", entry.message)


def move_bot(world: World, where: Group, by: Person, *, inside: bool) -> None:
    """Let `by` add the bot to a group or remove it. Idempotent."""
    if where.kicked != inside:
        return
    where.kicked = not inside
    world.save_group(where)
    _bot_moved(world, where, by, inside=inside)


def _bot_moved(world: World, where: Group, by: Person, *, inside: bool) -> None:
    bot = world.bot()
    change = {"new_chat_members": [bot]} if inside else {"left_chat_member": bot}
    entry = world.add_message(where, {"from": by.user(), **change})
    world.updates.add("my_chat_member", membership(world, where, by, was=not inside, now=inside))
    world.updates.add("message", entry.message)
