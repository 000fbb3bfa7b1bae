"""The acts of a person on the chat page, and its pictures."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.browser import Browser

ROWS = "[...document.querySelectorAll('.column.current .row')]"
NEWEST = f"{ROWS}.slice(-3)"
PATIENCE = 150.0
"""Max seconds for what comes at a time of the clock, such as a reminder."""


@dataclass
class ChatPage:
    """The chat page in a browser of the size of a phone. ``folder``: where pictures go."""

    page: Browser
    sandbox: str
    folder: Path

    async def open(self) -> None:
        """Opens the page and waits for its first chat."""
        await self.page.shows(self.sandbox)
        await self.page.until("document.querySelector('.column.current textarea')")

    async def person(self, number: int, **fields: str) -> None:
        """Changes a person of the sandbox."""
        body = json.dumps({"id": number, **fields})
        await self._posts(
            "/sandbox/people", f"headers: {{'content-type': 'application/json'}}, body: {json.dumps(body)}"
        )

    async def turns_to(self, number: int) -> None:
        """Opens the chat of this person."""
        await self.page.run(f"document.querySelector('[data-key=p{number}]').click()")

    async def says(self, text: str) -> None:
        """Types a text, and waits until the bot has answered it."""
        before = await self.page.run(f"{ROWS}.length")
        await self.page.run("document.querySelector('.column.current textarea').focus()")
        await self.page.types(text)
        await self.page.until(f"{ROWS}.length >= {before} + 2")

    async def sends_file(self, number: int, name: str, text: str) -> None:
        """Sends a calendar file to the bot."""
        file = f"new File([{json.dumps(text)}], {json.dumps(name)}, {{type: 'text/calendar'}})"
        form = f"(() => {{ const form = new FormData(); form.append('file', {file}); return form; }})()"
        await self._posts(f"/sandbox/people/{number}/files", f"body: {form}")

    async def taps(self, label: str) -> None:
        """Taps the last button with this in its text, once it is there."""
        await self.offers(label)
        await self.page.run(f"{_buttons(label)}.at(-1).click()")
        await self.page.until("document.querySelectorAll('[aria-busy=true]').length === 0")

    async def offers(self, label: str) -> None:
        """Waits until one of the newest messages has a button with this in its text."""
        await self._waits(f"{_buttons(label)}.length")

    async def sees(self, text: str) -> None:
        """Waits until one of the newest messages has this text."""
        await self._waits(f"{NEWEST}.some(row => row.textContent.includes({json.dumps(text)}))")

    async def picture(self, name: str) -> None:
        """Takes the picture ``name``.png once nothing moves on the page."""
        await self.page.until("document.querySelector('#toast').textContent === ''")
        await self.page.until("[...document.images].every(each => each.complete)")
        await self.page.run("document.activeElement.blur()")
        await asyncio.sleep(1)  # The animation of a new message.
        await self.page.picture(self.folder / f"{name}.png")

    async def _waits(self, script: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                # The state is behind a browser, so there is no event to wait for.
                while not await self.page.run(f"Boolean({script})"):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
        except TimeoutError:
            said = await self.page.run(f"{NEWEST}.map(row => row.innerText).join('\\n---\\n')")
            raise AssertionError(f"not so: {script}; the newest messages are\n{said}") from None

    async def _posts(self, path: str, options: str) -> Any:
        assert await self.page.run(f"fetch({json.dumps(path)}, {{method: 'POST', {options}}}).then(one => one.ok)")


def _buttons(label: str) -> str:
    """The buttons of the newest messages with this in their text."""
    found = f"{NEWEST}.flatMap(row => [...row.querySelectorAll('.keys button')])"
    return f"{found}.filter(each => each.textContent.includes({json.dumps(label)}))"
