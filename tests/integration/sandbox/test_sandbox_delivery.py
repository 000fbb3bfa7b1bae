"""The sandbox delivers by webhook, and keeps its state over a restart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from support.sandbox import ANN, BOB, Control, bot_of, sandbox_control, until

SECRET = "only-telegram-knows"


@dataclass
class Receiver:
    """A web server with aiogram's own webhook handler, which can be made to refuse."""

    url: str = ""
    refuse: int = 0
    refused: list[Any] = field(default_factory=list)


@asynccontextmanager
async def webhook_bot(bot: Bot, *, in_background: bool = True) -> AsyncIterator[Receiver]:
    dispatcher, receiver = Dispatcher(), Receiver()

    @dispatcher.message()
    async def echo(message: Message) -> Any:
        return message.answer(f"echo {message.text}")

    @web.middleware
    async def door(request: web.Request, handler: Any) -> web.StreamResponse:
        if receiver.refuse:
            receiver.refuse -= 1
            receiver.refused.append(await request.json())
            return web.Response(status=503)
        answer: web.StreamResponse = await handler(request)
        return answer

    app = web.Application(middlewares=[door])
    handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=in_background, secret_token=SECRET)
    handler.register(app, "/hook")
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield receiver
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("in_background", [True, False])
def test_a_webhook_gets_updates_with_its_secret_and_may_answer_by_a_call(in_background: bool) -> None:
    async def steps() -> None:
        async with (
            sandbox_control() as control,
            bot_of(control) as bot,
            webhook_bot(bot, in_background=in_background) as receiver,
        ):
            await control.say(ANN, "before")
            await bot.set_webhook(receiver.url, secret_token=SECRET)
            await control.heard(ANN, "echo before")
            await control.say(ANN, "after")
            await control.heard(ANN, "echo after")
            info = await bot.get_webhook_info()
            assert (info.url, info.pending_update_count, info.last_error_message) == (receiver.url, 0, None)

    asyncio.run(steps())


def test_an_update_is_posted_again_until_it_is_taken() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot, webhook_bot(bot) as receiver:
            receiver.refuse = 2
            await bot.set_webhook(receiver.url, secret_token=SECRET)
            await control.say(ANN, "hi")
            await control.heard(ANN, "echo hi")
            assert receiver.refused[0] == receiver.refused[1]
            assert "503" in str((await bot.get_webhook_info()).last_error_message)

    asyncio.run(steps())


def test_a_webhook_with_the_wrong_secret_gets_nothing_done() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot, webhook_bot(bot) as receiver:
            await bot.set_webhook(receiver.url, secret_token="guessed")
            await control.say(ANN, "hi")

            async def refused() -> bool:
                return "401" in str((await bot.get_webhook_info()).last_error_message)

            await until(refused, "the webhook's 401 is told")
            assert (await bot.get_webhook_info()).pending_update_count == 1
            with pytest.raises(TelegramBadRequest, match="secret token contains unallowed characters"):
                await bot.set_webhook(receiver.url, secret_token="a b")

    asyncio.run(steps())


def test_polling_and_a_webhook_exclude_each_other() -> None:
    async def steps() -> None:
        async with sandbox_control() as control, bot_of(control) as bot:
            waiting = asyncio.create_task(bot.get_updates(timeout=30))
            await control.called("getUpdates")
            await bot.set_webhook("http://127.0.0.1:9/nobody")
            with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
                await waiting
            await control.say(ANN, "dropped")
            await bot.delete_webhook(drop_pending_updates=True)
            assert await bot.get_updates() == []

    asyncio.run(steps())


def test_a_restart_keeps_people_chats_files_updates_and_settings(tmp_path: Path) -> None:
    async def steps() -> None:
        async def seen(control: Control) -> list[Any]:
            chat = await control.get(f"/sandbox/people/{BOB}/messages")
            return [{k: v for k, v in message.items() if k != "revision"} for message in chat["messages"]]

        async with sandbox_control(state_dir=tmp_path) as control, bot_of(control) as bot:
            await control.post("/sandbox/people", id=77, name="Zoë", username="zoe")
            await control.say(BOB, "confirmed")
            (first,) = await bot.get_updates()
            file = await control.post(f"/sandbox/people/{BOB}/files", name="a.ics", base64="QkVHSU4=")
            sent = await bot.send_message(BOB, "<b>bold</b>", parse_mode="HTML")
            gone = await bot.send_message(BOB, "gone")
            await bot.delete_message(BOB, gone.message_id)
            await bot.get_updates(offset=first.update_id + 1)
            await bot.set_my_short_description("kept")
            before = await seen(control)
        async with sandbox_control(state_dir=tmp_path) as control, bot_of(control) as bot:
            assert await seen(control) == before
            assert "Zoë" in [person["name"] for person in await control.get("/sandbox/people")]
            assert (await control.http.get(file["file"]["url"])).content == b"BEGIN"
            (pending,) = await bot.get_updates()
            assert pending.message is not None
            assert pending.message.document is not None
            assert pending.message.document.file_name == "a.ics"
            assert (await bot.get_my_short_description()).short_description == "kept"
            assert (await bot.send_message(BOB, "next")).message_id > sent.message_id

    asyncio.run(steps())
