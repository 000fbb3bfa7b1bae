"""The methods for the menu of commands, and the menu that a person sees."""

import json
import re
from typing import Any

from televent.adapters.sandbox.botapi.call import Call
from televent.adapters.sandbox.botapi.errors import bad_request
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]

MAX_COMMANDS = 100
"""Max commands of a menu."""
_COMMAND = re.compile(r"/?([a-z0-9_]{1,32})")
# The fields that each scope needs beside its type.
_SCOPES: dict[str, tuple[str, ...]] = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}


def _commands_key(call: Call) -> str:
    scope = call.structure("scope", "BotCommandScope") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope: BotCommandScope must be an Object")
    fields = _SCOPES.get(str(scope.get("type", "")))
    if fields is None:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    kept: Json = {"type": scope["type"]}
    for name in fields:
        try:
            kept[name] = int(scope[name])
        except (KeyError, TypeError, ValueError):
            problem = "Empty chat_id" if name == "chat_id" else "Invalid user_id"
            raise bad_request(f"can't parse BotCommandScope: {problem} specified") from None
    return _key(kept, call.text("language_code") or "")


def _key(scope: Json, language_code: str) -> str:
    return f"commands:{json.dumps(scope, sort_keys=True)}:{language_code}"


def set_my_commands(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#setmycommands"""
    commands = call.structure("commands", "bot commands")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    kept = []
    for command in commands:
        if not isinstance(command, dict):
            raise bad_request("expected a BotCommand to be an Object")
        found = _COMMAND.fullmatch(str(command.get("command", "")))
        description = str(command.get("description", "")).strip()
        if found is None:
            raise bad_request("BOT_COMMAND_INVALID")
        if not description or len(description) > 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        kept.append({"command": found.group(1), "description": description})
    world.set(_commands_key(call), kept)
    return True


def get_my_commands(world: World, call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#getmycommands"""
    commands: list[Json] = world.settings.get(_commands_key(call), [])
    return commands


def delete_my_commands(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#deletemycommands"""
    world.set(_commands_key(call), [])
    return True


def commands_for(world: World, person_id: int, language_code: str, group_id: int | None = None) -> list[Json]:
    """The menu that this person sees in their private chat or in a group: of the narrowest scope that has one.

    There it is in their language if it exists (https://core.telegram.org/bots/api#determining-list-of-commands).
    """
    scopes: tuple[Json, ...]
    if group_id is None:
        scopes = ({"type": "chat", "chat_id": person_id}, {"type": "all_private_chats"})
    else:
        member = {"type": "chat_member", "chat_id": group_id, "user_id": person_id}
        scopes = (member, {"type": "chat", "chat_id": group_id}, {"type": "all_group_chats"})
    for scope in (*scopes, {"type": "default"}):
        for language in (language_code, ""):
            found: list[Json] = world.settings.get(_key(scope, language), [])
            if found:
                return found
    return []


METHODS = {
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
}
