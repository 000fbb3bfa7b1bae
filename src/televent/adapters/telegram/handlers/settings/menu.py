"""The menu of /settings: all settings with their values, and a page of buttons for each."""

from __future__ import annotations

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.settings.items import ITEMS, is_chosen
from televent.adapters.telegram.texts import LANGUAGES, plain, say
from televent.application.use_cases.people.free_busy import audience_of
from televent.wording.times import clock_there


async def menu(door: BotDoor, person: Person) -> tuple[str, InlineKeyboardMarkup]:
    """All settings with their values, and a button for each, which opens its page."""
    account, language, display = person.account, person.language, person.display
    audience, _ = await door.run(audience_of, door.backend, account)
    lines = [
        say(language, "settings"),
        say(language, "settings-name", value=account.name),
        say(language, "settings-zone", value=clock_there(display, person.zone)),
        say(language, "settings-language", value=plain(language, f"language-{language}")),
    ]
    for name, item in ITEMS.items():
        value = item.words(item.value(account.preferences), display)
        lines.append(say(language, f"settings-{name}", value=value))
    lines.append(say(language, "settings-busy", value=plain(language, f"busy-{audience}")))
    addresses = ", ".join(account.addresses) or plain(language, "settings-no-address")
    lines.append(say(language, "settings-addresses", value=addresses))
    buttons = [
        _button(language, f"button-settings-{name}", f"settings:{name}") for name in ("name", "zone", "language")
    ]
    buttons += [_button(language, f"button-settings-{name}", f"settings:{name}") for name in ITEMS]
    buttons.append(_button(language, "button-settings-busy", "settings:busy"))
    buttons.append(_button(language, "button-settings-believed", "believed:list"))
    buttons.append(_button(language, "button-settings-addresses", "addresses:list"))
    buttons.append(_button(language, "button-settings-feeds", "feeds:home"))
    return "\n".join(lines), InlineKeyboardMarkup(
        inline_keyboard=[buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    )


def page(name: str, person: Person) -> tuple[str, InlineKeyboardMarkup]:
    """One setting of ITEMS, with a button for each value; those that hold are marked."""
    item, chosen, language = ITEMS[name], person.account.preferences, person.language
    buttons = []
    for number, value in enumerate(item.values):
        several = (value,) if name == "reminders" and value != () else value
        mark = "✓ " if is_chosen(name, value, chosen) else ""
        words = mark + item.words(several, person.display)
        buttons.append(InlineKeyboardButton(text=words, callback_data=f"settings:{name}:{number}"))
    rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    if item.typed:
        rows.append([_button(language, "button-settings-typed", f"settings:{name}:typed")])
    rows.append([_back(language)])
    text = say(language, f"setting-{name}", value=item.words(item.value(chosen), person.display))
    return text, InlineKeyboardMarkup(inline_keyboard=rows)


def language_page(person: Person) -> tuple[str, InlineKeyboardMarkup]:
    """The languages, each under its own name."""
    row = [
        InlineKeyboardButton(
            text=("✓ " if each == person.language else "") + plain(each, f"language-{each}"),
            callback_data=f"settings:language:{each}",
        )
        for each in LANGUAGES
    ]
    text = say(person.language, "setting-language")
    return text, InlineKeyboardMarkup(inline_keyboard=[row, [_back(person.language)]])


def _back(language: str) -> InlineKeyboardButton:
    return _button(language, "button-back", "settings:menu")


def _button(language: str, key: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=plain(language, key), callback_data=data)
