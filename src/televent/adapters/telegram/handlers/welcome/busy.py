"""The choice of who may ask when a person is busy."""

from __future__ import annotations

from typing import Final

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.people.free_busy import audience_of

CHOICES: Final = ("everyone", "known", "nobody")
VIEWS: Final = ("busy-offer", "busy-setting")
"""The texts above the choices: at sign-up, and in /settings."""
WORDS: Final = {
    "everyone": "everyone", "known": "known", "nobody": "nobody",
    "все": "everyone", "знакомые": "known", "никто": "nobody",
}  # fmt: skip


async def busy_view(key: str, door: BotDoor, person: Person) -> tuple[str, InlineKeyboardMarkup]:
    """The text of this key, one of VIEWS, and a button for each choice; the one that holds is marked. The last button
    leads on."""
    language = person.language
    audience, _ = await door.run(audience_of, door.backend, person.account)
    text = say(language, key, busy=plain(language, f"busy-{audience}"))
    buttons = [
        InlineKeyboardButton(
            text=("✓ " if each == audience else "") + plain(language, f"button-busy-{each}"),
            callback_data=f"busy:{key}:{each}",
        )
        for each in CHOICES
    ]
    on = ("button-keep-so", "busy:busy-offer:keep") if key == "busy-offer" else ("button-back", "settings:menu")
    last = InlineKeyboardButton(text=plain(language, on[0]), callback_data=on[1])
    return text, InlineKeyboardMarkup(inline_keyboard=[buttons, [last]])
