"""The choice of who may ask when a person is busy: offered at sign-up and in /settings, in both languages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from integration.chat.test_bot_outage import dispatcher_of, our_bot, polling
from support.passwords import CHEAP_PASSWORDS
from support.sandbox import ANN, BOB, Control, sandbox_control
from televent.application.use_cases.people.free_busy import audience_of
from televent.runtime.compose import Core, build_core
from televent.settings import load_settings

pytestmark = pytest.mark.own_database
ENGLISH = ["Everyone here", "✓ People I know", "Nobody"]


@pytest.fixture
def core(database_url: str) -> Iterator[Core]:
    core = build_core(load_settings(pool_size=4), database_url, CHEAP_PASSWORDS)
    yield core
    core.close()


QUESTIONS = {
    ANN: (("Right?", "Skip"), ("please provide your email", "Skip")),
    BOB: (("Верно?", "Пропустить"), ("укажите вашу почту", "Пропустить")),
}
OFFERS = {ANN: "Who may ask when you are busy: those you meet with", BOB: "Кто может узнать, когда вы заняты"}


def audience(core: Core, telegram_id: int) -> str:
    account = core.reads.account_by_telegram(telegram_id)
    assert account is not None
    return audience_of(core.backend, account)[0]


def buttons(message: Any) -> list[str]:
    return [button["text"] for row in message["buttons"] for button in row]


async def sign_up(control: Control, person: int) -> Any:
    """Passes over the questions for zone and address; returns the offer."""
    await control.say(person, "/start")
    for question, button in QUESTIONS[person]:
        await tap(control, person, await control.heard(person, question), button)
    return await control.heard(person, OFFERS[person])


async def tap(control: Control, person: int, message: Any, text: str) -> None:
    await control.tap(person, message_id=message["message_id"], button=text)


def test_sign_up_says_who_may_ask_and_offers_the_choice(core: Core) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot, polling(core, bot, dispatcher_of(core)):
            offer = await sign_up(control, ANN)
            assert buttons(offer) == [*ENGLISH, "Keep it so"]
            assert audience(core, ANN) == "known"
            await tap(control, ANN, offer, "Nobody")
            changed = await control.heard(ANN, "Who may ask when you are busy: nobody")
            assert (changed["message_id"], buttons(changed)[2]) == (offer["message_id"], "✓ Nobody")
            assert audience(core, ANN) == "nobody"
            # A person who has chosen is not asked a second time.
            heard = await control.heard(ANN, "What I can do")
            await control.say(ANN, "/start")
            again = await control.heard(ANN, "please provide your email", after=heard["revision"])
            await tap(control, ANN, again, "Skip")
            await control.heard(ANN, "What I can do", after=again["revision"])
            said = (await control.get(f"/sandbox/people/{ANN}/messages", after=0))["messages"]
            assert not any("Who may ask" in each["text"] for each in said if each["message_id"] > heard["message_id"])

    asyncio.run(steps())


def test_settings_have_a_button_for_each_choice(core: Core) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot, polling(core, bot, dispatcher_of(core)):
            await sign_up(control, ANN)
            await control.say(ANN, "/settings")
            shown = await control.heard(ANN, "Settings")
            first = shown["message_id"]
            await tap(control, ANN, shown, "👀 When I am busy")
            shown = await control.heard(ANN, "Who may ask", after=shown["revision"])
            assert buttons(shown) == [*ENGLISH, "← Back"]
            for text, line, chosen in (
                ("Everyone here", "Now: everyone with an account here", "everyone"),
                ("Nobody", "Now: nobody", "nobody"),
                ("People I know", "Now: those you meet with", "known"),
            ):
                await tap(control, ANN, shown, text)
                shown = await control.heard(ANN, line, after=shown["revision"])
                assert shown["message_id"] == first
                assert audience(core, ANN) == chosen
            await tap(control, ANN, shown, "← Back")
            shown = await control.heard(ANN, "Settings", after=shown["revision"])
            assert (shown["message_id"], "busy: those you meet with" in shown["text"]) == (first, True)

    asyncio.run(steps())


def test_the_choice_is_offered_in_russian_too(core: Core) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot, polling(core, bot, dispatcher_of(core)):
            await control.post("/sandbox/people", id=BOB, language_code="ru")
            offer = await sign_up(control, BOB)
            assert buttons(offer) == ["Все", "✓ Знакомые", "Никто", "Пусть так"]
            await tap(control, BOB, offer, "Все")
            await control.heard(BOB, "когда вы заняты: все, у кого здесь есть учётная запись")
            assert audience(core, BOB) == "everyone"

    asyncio.run(steps())


def test_an_open_question_survives_a_restart(core: Core) -> None:
    async def steps() -> None:
        async with sandbox_control() as control, our_bot(control) as bot:
            async with polling(core, bot, dispatcher_of(core)):
                await control.say(ANN, "/start")
                await control.heard(ANN, "Right?")
            async with polling(core, bot, dispatcher_of(core)):
                await control.say(ANN, "Tokyo")
                await control.heard(ANN, "Your time zone is that of Tokyo.")
                await control.heard(ANN, "please provide your email")

    asyncio.run(steps())
