"""The mail addresses of a person in /settings: add one, choose the primary one, remove one (ADR 64)."""

from __future__ import annotations

import hashlib

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from televent.adapters.telegram.door import BotDoor, Person
from televent.adapters.telegram.handlers.address_codes import ADDRESS, mail_code, verify_code
from televent.adapters.telegram.taps import acknowledge, show
from televent.adapters.telegram.texts import plain, say
from televent.application.use_cases.people import accounts

router = Router(name="addresses")


class Adding(StatesGroup):
    """The next text is an address, or the code that was mailed to the one in the data."""

    address = State()
    code = State()


@router.callback_query(F.data.startswith("addresses:"))
async def tap(query: CallbackQuery, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Opens the list or the page of one address, or does what the button says."""
    _, action, mark = [*(query.data or "").split(":", 2), "", ""][:3]
    language, told = person.language, None
    # The mark of an address and not its number: the list may have changed since it was shown.
    address = next((each for each in person.account.addresses if _mark(each) == mark), None)
    context = door.context(person.account.tenant, f"addresses:{query.id}")
    if not isinstance(query.message, Message):
        await acknowledge(query)
        return
    if action == "add":
        await state.set_state(Adding.address)
        await query.message.answer(say(language, "ask-address"))
    elif address is None:
        told = plain(language, "address-gone") if mark else None
        await show(query.message, *listed(person))
    elif action == "one":
        await show(query.message, *_page(person, address))
    else:
        change = accounts.remove_address if action == "remove" else accounts.prefer_address
        account = await door.run(lambda: change(door.backend, context, address=address))
        told = plain(language, f"address-{'removed' if action == 'remove' else 'preferred'}", address=address)
        await show(query.message, *listed(door.person_of(account)))
    await acknowledge(query, told[:200] if told else None)


@router.message(Adding.address, F.text, ~F.text.startswith("/"))
async def take_address(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Mails a code to the address."""
    address = (message.text or "").strip()
    if address.lower() in person.account.addresses:
        await state.clear()
        await _show_list(message, person)
    elif await mail_code(message, door, person, address):
        await state.set_data({"address": address, "tries": 0})
        await state.set_state(Adding.code)


@router.message(Adding.code, F.text, ~F.text.startswith("/"))
async def take_code(message: Message, door: BotDoor, person: Person, state: FSMContext) -> None:
    """Verifies the address by its code. Another address begins again, and the fifth wrong code ends the dialogue."""
    if ADDRESS.fullmatch((message.text or "").strip()):
        await take_address(message, door, person, state)
        return
    await verify_code(message, door, person, state, state.clear)
    await state.clear()
    account = await door.run(door.backend.people.account, person.account.tenant)
    await _show_list(message, door.person_of(account))


async def add(message: Message, door: BotDoor, person: Person, state: FSMContext, text: str) -> None:
    """ "/settings email ann@example.com": mails a code; without an address, lists those of the person."""
    if not ADDRESS.fullmatch(text.strip()) or text.strip().lower() in person.account.addresses:
        await _show_list(message, person)
    elif await mail_code(message, door, person, text.strip()):
        await state.set_data({"address": text.strip(), "tries": 0})
        await state.set_state(Adding.code)


def listed(person: Person) -> tuple[str, InlineKeyboardMarkup]:
    """All addresses, the primary one first, with a button for each."""
    language, addresses = person.language, person.account.addresses
    lines = [say(language, "addresses" if addresses else "addresses-none")]
    lines += [say(language, "address-other" if place else "address-primary", address=each)
              for place, each in enumerate(addresses)]  # fmt: skip
    rows = [[_button(each, f"addresses:one:{_mark(each)}")] for each in addresses]
    rows.append([_button(plain(language, "button-address-add"), "addresses:add")])
    rows.append([_button(plain(language, "button-back"), "settings:menu")])
    return "\n".join(lines), InlineKeyboardMarkup(inline_keyboard=rows)


def _page(person: Person, address: str) -> tuple[str, InlineKeyboardMarkup]:
    language, mark = person.language, _mark(address)
    rows = []
    if address != person.account.addresses[0]:
        rows.append([_button(plain(language, "button-address-prefer"), f"addresses:prefer:{mark}")])
    rows.append([_button(plain(language, "button-address-remove"), f"addresses:remove:{mark}")])
    rows.append([_button(plain(language, "button-back"), "addresses:list")])
    return say(language, "address-page", address=address), InlineKeyboardMarkup(inline_keyboard=rows)


async def _show_list(message: Message, person: Person) -> None:
    text, buttons = listed(person)
    await message.answer(text, reply_markup=buttons)


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text if len(text) <= 64 else f"{text[:63]}…", callback_data=data)


def _mark(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:16]
