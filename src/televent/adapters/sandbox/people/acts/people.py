"""People come, change their name, block the bot, and leave Telegram."""

import re
import zoneinfo
from typing import Any

from televent.adapters.sandbox.botapi.methods.chats import membership
from televent.adapters.sandbox.botapi.people import Person
from televent.adapters.sandbox.botapi.world import World
from televent.adapters.sandbox.people.cannot import CannotDo, text

Json = dict[str, Any]

MAX_PEOPLE = 10_000
"""Max people of a sandbox."""
_USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,31}")
_FLAGS = ("started", "hidden", "deactivated")


def person(world: World, person_id: Any) -> Person:
    """The person with this id. Raises CannotDo when there is none."""
    found = world.people.get(person_id) if isinstance(person_id, int) else None
    if found is None:
        raise CannotDo(f"there is no person {person_id}", 404)
    return found


def create(world: World, values: Json) -> Person:
    """Add a person, or change the given fields of an existing one; a `username` of null or "" is taken away.

    Raises CannotDo.
    """
    person_id = values.get("id", max(world.people, default=1000) + 1)
    if not isinstance(person_id, int) or isinstance(person_id, bool) or not 0 < person_id < 2**52:
        raise CannotDo("id must be a positive whole number below 2^52, as Telegram's are", 400)
    known = world.people.get(person_id)
    if len(world.people) >= MAX_PEOPLE and known is None:
        raise CannotDo(f"there are already {MAX_PEOPLE} people")
    fields = known.stored() if known else {"id": person_id, "name": ""}
    name = str(values.get("name") or fields["name"]).strip()
    if not 1 <= len(name) <= 64:
        raise CannotDo("name must have 1 to 64 characters", 400)
    fields["name"] = name
    if "username" in values:
        fields["username"] = _username(world, person_id, values)
    if "last_name" in values:
        fields["last_name"] = text(values, "last_name", 64).strip() or None
    if values.get("language_code"):
        fields["language_code"] = str(values["language_code"])[:12]
    if "phone" in values:
        fields["phone"] = text(values, "phone", 20)
    if "time_zone" in values:
        fields["time_zone"] = _time_zone(values)
    fields |= {flag: bool(values[flag]) for flag in _FLAGS if flag in values}
    made = Person(**fields)
    world.save_person(made)
    return made


def _username(world: World, person_id: int, values: Json) -> str | None:
    wanted = text(values, "username", 33).removeprefix("@")
    if not wanted:
        return None
    if not _USERNAME.fullmatch(wanted):
        raise CannotDo("username has 3 to 32 Latin characters, digits and _, and begins with one that is no digit", 400)
    for other in list(world.people.values()):
        if other.id != person_id and (other.username or "").lower() == wanted.lower():
            if other.started:
                raise CannotDo(f"the username {wanted} is taken")
            # Ann, Bob and Eve, who are there from the start, give way until somebody plays them.
            other.username = None
            world.save_person(other)
    return wanted


def _time_zone(values: Json) -> str:
    name = text(values, "time_zone", 64)
    try:
        if name:
            zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise CannotDo("time_zone must be a name such as Europe/Berlin", 400) from None
    return name


def block(world: World, who: Person, *, blocked: bool) -> None:
    """Block or unblock the bot, which gets a my_chat_member update. Idempotent."""
    if who.blocked == blocked:
        return
    who.blocked = blocked
    world.save_person(who)
    world.updates.add("my_chat_member", membership(world, who, who, was=blocked, now=not blocked))
