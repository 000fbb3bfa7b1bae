"""The methods for the bot's name, texts and menu button."""

from collections.abc import Callable
from typing import Any

from televent.adapters.sandbox.botapi.call import Call
from televent.adapters.sandbox.botapi.errors import bad_request
from televent.adapters.sandbox.botapi.world import World

Json = dict[str, Any]

# Max characters of each text that a bot has per language.
_TEXTS = {"name": 64, "description": 512, "short_description": 120}


def get_me(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getme"""
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return {**world.bot(), **abilities, "can_connect_to_business": False, "has_main_web_app": False}


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
    "setchatmenubutton": set_chat_menu_button,
    "getchatmenubutton": get_chat_menu_button,
    **{f"setmy{name.replace('_', '')}": _setter(name, most) for name, most in _TEXTS.items()},
    **{f"getmy{name.replace('_', '')}": _getter(name) for name in _TEXTS},
}
