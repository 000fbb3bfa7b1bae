"""The methods for the bot's name, texts, commands and menu button, and getChat."""

import json
import re
from collections.abc import Callable
from typing import Any

from televent.adapters.sandbox.botapi.call import Call
from televent.adapters.sandbox.botapi.errors import bad_request
from televent.adapters.sandbox.botapi.methods.sending import addressee
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]

MAX_COMMANDS = 100
"""Max commands of a menu."""
_COMMAND = re.compile(r"/?([a-z0-9_]{1,32})")
# Max characters of each text that a bot has per language.
_TEXTS = {"name": 64, "description": 512, "short_description": 120}


def get_me(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getme"""
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return {**world.bot(), **abilities, "can_connect_to_business": False, "has_main_web_app": False}


def get_chat(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchat"""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    more = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, True)}
    return {**addressee(world, call).chat(), **more}


def _commands_key(call: Call) -> str:
    scope = call.structure("scope", "BotCommandScope") or {"type": "default"}
    if not isinstance(scope, dict) or not isinstance(scope.get("type"), str):
        raise bad_request("BotCommandScope must be an Object")
    return f"commands:{json.dumps(scope, sort_keys=True)}:{call.text('language_code') or ''}"


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


def commands_for(world: World, person_id: int, language_code: str) -> list[Json]:
    """The menu that this person sees: of the narrowest scope that has one, and there in their language if it exists."""
    scopes: tuple[Json, ...] = (
        {"type": "chat", "chat_id": person_id},
        {"type": "all_private_chats"},
        {"type": "default"},
    )
    for scope in scopes:
        for language in (language_code, ""):
            found: list[Json] = world.settings.get(f"commands:{json.dumps(scope, sort_keys=True)}:{language}", [])
            if found:
                return found
    return []


def _setter(name: str, most: int) -> Callable[[World, Call], bool]:
    def set_text(world: World, call: Call) -> bool:
        text = (call.text(name) or "").strip()
        if len(text) > most:
            raise bad_request(f"bot {name.replace('_', ' ')} is too long")
        world.set(f"{name}:{call.text('language_code') or ''}", text)
        return True

    return set_text


def _getter(name: str) -> Callable[[World, Call], Json]:
    def get_text(world: World, call: Call) -> Json:
        text = world.settings.get(f"{name}:{call.text('language_code') or ''}") or world.settings.get(f"{name}:")
        return {name: text or (world.config.bot_name if name == "name" else "")}

    return get_text


def set_chat_menu_button(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#setchatmenubutton"""
    button = call.structure("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: invalid type specified")
    world.set(f"menu:{call.integer('chat_id') or ''}", button)
    return True


def get_chat_menu_button(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchatmenubutton"""
    default: Json = world.settings.get("menu:", {"type": "default"})
    button: Json = world.settings.get(f"menu:{call.integer('chat_id') or ''}", default)
    return button


METHODS: dict[str, Callable[[World, Call], Any]] = {
    "getme": get_me,
    "getchat": get_chat,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "setchatmenubutton": set_chat_menu_button,
    "getchatmenubutton": get_chat_menu_button,
    **{f"setmy{name.replace('_', '')}": _setter(name, most) for name, most in _TEXTS.items()},
    **{f"getmy{name.replace('_', '')}": _getter(name) for name in _TEXTS},
}
