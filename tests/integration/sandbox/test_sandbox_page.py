"""The chat page in a headless Chromium of the size of a phone, with a small bot behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.filters import Command
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from integration.sandbox.test_sandbox_telegram import PIXEL
from support.browser import PROGRAM, Browser, browser
from support.sandbox import ANN, BOB, Control, bot_of, sandbox_control

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(PROGRAM is None, reason="this machine has no Chromium"),
]
LAST = "[...document.querySelectorAll('.column.current .row')].at(-1)"
IN_VIEW = (
    f"(() => {{ const row = {LAST}.getBoundingClientRect(), log = document.querySelector('.column.current .log')"
    ".getBoundingClientRect(); return row.bottom <= log.bottom + 1 && row.bottom > log.top; })()"
)
NAMELESS = (
    "[...document.querySelectorAll('button, a, input, select, textarea')].filter(each => !(each.textContent.trim() ||"
    " each.ariaLabel || each.labels?.length || each.querySelector('img[alt]'))).map(each => each.outerHTML)"
)
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"


def keys(*texts: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=text, callback_data=text) for text in texts]]
    )


@asynccontextmanager
async def small_bot(control: Control, may_answer: asyncio.Event) -> AsyncIterator[Bot]:
    """A bot that answers a tap only when the event is set."""
    dispatcher = Dispatcher()

    @dispatcher.message(Command("start"))
    async def start(message: Message) -> None:
        button = KeyboardButton(text="Where I am", request_location=True)
        keyboard = ReplyKeyboardMarkup(keyboard=[[button]], one_time_keyboard=True)
        await message.answer("Where are you?", reply_markup=keyboard)

    @dispatcher.message(F.location)
    async def located(message: Message) -> None:
        await message.answer("Thank you", reply_markup=ReplyKeyboardRemove())
        picture = BufferedInputFile(PIXEL, "week.png")
        await message.answer_photo(picture, caption="Your week " + "x" * 300, reply_markup=keys("Yes", "Alert"))

    @dispatcher.callback_query()
    async def tapped(query: CallbackQuery) -> None:
        await may_answer.wait()
        assert isinstance(query.message, Message)
        await query.answer(f"Noted: {query.data}", show_alert=query.data == "Alert")
        await query.message.edit_caption(caption=f"You tapped {query.data}", reply_markup=keys("Yes", "Alert"))

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.reply(f"echo {message.text}")

    async with bot_of(control) as bot:
        task = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False))
        try:
            yield bot
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def shows(page: Browser, text: str) -> None:
    """The newest message has this text and is in view."""
    await page.until(f"{LAST}?.textContent.includes({text!r}) && {IN_VIEW}")


def test_a_new_person_is_led_from_the_first_step_to_a_tap() -> None:
    async def steps() -> None:
        may_answer = asyncio.Event()
        async with sandbox_control() as control, small_bot(control, may_answer), browser("en") as page:
            await page.shows(control.sandbox.url)
            await page.clicks("/start")
            await shows(page, "Where are you?")
            await page.clicks("Where I am")
            await page.clicks("Yekaterinburg")
            await shows(page, "Your week")
            await page.until("document.querySelector('.photo img')?.naturalWidth === 1")
            # The spinner turns until the bot has answered.
            await page.clicks("Yes")
            await page.until("document.querySelectorAll('.keys [aria-busy=true]').length === 1")
            may_answer.set()
            await page.until("document.querySelector('#toast').textContent === 'Noted: Yes'")
            await page.until("!document.querySelector('.keys [aria-busy=true]')")
            await shows(page, "You tapped Yes")
            await page.until(f"{LAST}?.textContent.includes('edited')")
            await page.clicks("Alert")
            await page.until("document.querySelector('dialog[open] p')?.textContent === 'Noted: Alert'")
            await page.clicks("OK")
            # Enter sends; a reply shows the message that it answers.
            await page.run("document.querySelector('.column.current textarea').focus()")
            await page.types("hello")
            await shows(page, "echo hello")
            await page.until(f"{LAST}?.querySelector('.quote')?.textContent === 'hello'")
            await page.until(f"!({TOO_WIDE})")
            await page.until(f"{NAMELESS}.length === 0")
            assert page.complaints == []

    asyncio.run(steps())


def test_a_person_edits_deletes_replies_and_sends_a_contact_and_a_forward_in_russian() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, browser("ru") as page:
            ann = control.phone(ANN)
            await ann.says("/start")
            await control.call("sendMessage", chat_id=ANN, text="Встреча в 10:00")
            await page.shows(control.sandbox.url, dark=True)
            await shows(page, "Встреча")
            await page.run(f"{LAST}.querySelector('.more').click()")
            await page.clicks("Ответить")
            await page.types("приду")
            await shows(page, "приду")
            assert (await ann.sees())[-1]["reply_to"] == 2
            await page.run(f"{LAST}.querySelector('.more').click()")
            await page.clicks("Изменить")
            await page.types(" позже")
            await shows(page, "изменено")
            assert (await ann.sees())[-1]["text"] == "приду позже"
            await page.run(f"{LAST}.querySelector('.more').click()")
            await page.clicks("Удалить")
            await shows(page, "Встреча")
            await page.clicks("Прикрепить")
            await page.clicks("Контакт…")
            await page.clicks("Bob")
            await shows(page, "Bob")
            assert (await ann.sees())[-1]["contact"]["user_id"] == BOB
            await page.clicks("Прикрепить")
            await page.clicks("Переслать сообщение…")
            await page.until("document.querySelector('dialog[open] textarea')")
            await page.run("document.querySelector('dialog[open] textarea').value = 'Обед?'")
            await page.clicks("ОК")
            await shows(page, "Обед?")
            assert (await ann.sees())[-1]["forwarded_from"] == "Bob"
            await page.until("document.documentElement.lang === 'ru'")
            await page.until(f"!({TOO_WIDE})")
            assert page.complaints == []

    asyncio.run(steps())


def test_two_people_side_by_side_have_their_own_clocks_and_unread_counts() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, browser("en") as page:
            zones = ((ANN, "Asia/Tokyo"), (BOB, "America/New_York"))
            for person, zone in zones:
                await control.post("/sandbox/people", id=person, time_zone=zone)
                await control.phone(person).says("/start")
            await page.shows(control.sandbox.url, width=1280, height=800)
            await shows(page, "/start")
            await page.clicks("Two chats")
            await page.until("document.querySelectorAll('.column .row').length === 2")
            times = "[...document.querySelectorAll('.row .meta span')].map(each => each.textContent)"
            await page.until(f"(both => both.length === 2 && both[0] !== both[1])({times})")
            about = "[...document.querySelectorAll('.top small')].map(each => each.textContent)"
            await page.until(f"(all => all[0].includes('Asia/Tokyo') && all[1].includes('America/New_York'))({about})")
            await control.phone(1003).says("/start")
            await control.call("sendMessage", chat_id=1003, text="<b>for Eve</b>", parse_mode="HTML")
            await page.until("document.querySelector('.unread')?.textContent === '1'")
            await control.post("/sandbox/groups", title="Friends")
            await page.until("document.querySelector('[data-key^=g]')")
            await page.run("document.querySelector('[data-key^=g]').click()")
            await page.until("document.querySelector('.column.current select').options.length === 3")
            await page.types("/week")
            await shows(page, "/week")
            assert page.complaints == []

    asyncio.run(steps())
