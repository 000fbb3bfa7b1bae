"""Handles the buttons of who may ask when a person is busy, at sign-up and in /settings."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.welcome.busy import CHOICES, VIEWS, busy_view
from televent.adapters.telegram.handlers.welcome.order import advance
from televent.adapters.telegram.handlers.welcome.steps import Welcome, welcome_of
from televent.adapters.telegram.taps import acknowledge, show
from televent.application.use_cases.people.free_busy import open_to_audience

router = Router(name="audience")


@router.callback_query(F.data.startswith("busy:"))
async def choose(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Sets the audience of the tapped button, and shows it in the message that has the button."""
    _, shown, wanted = [*(query.data or "").split(":", 2), "", ""][:3]
    if wanted in (*CHOICES, "keep") and shown in VIEWS:
        if wanted != "keep":
            context = door.context(person.account.tenant, f"busy:{query.id}")
            await door.run(lambda: open_to_audience(door.backend, context, audience=wanted))
        if isinstance(query.message, Message):
            await show(query.message, *await busy_view(shown, door, person))
            if shown == "busy-offer":
                await advance(query.message, door, person, welcome_of(state), Welcome.busy)
    await acknowledge(query)
