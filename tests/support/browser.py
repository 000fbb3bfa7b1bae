"""A headless Chromium, driven over the DevTools protocol, for tests and pictures of the chat page."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from support.waiting import NET

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
"""The path of Chromium; None where the machine has none."""


@dataclass
class Browser:
    """One page of a headless Chromium. ``complaints`` are the page's errors."""

    socket: aiohttp.ClientWebSocketResponse
    complaints: list[str] = field(default_factory=list)
    _number: int = 0

    async def send(self, method: str, **parameters: Any) -> Any:
        """A command of the DevTools protocol and its result."""
        self._number += 1
        number = self._number
        await self.socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = json.loads(await self.socket.receive_str(timeout=NET))
            if message.get("id") == number:
                assert "error" not in message, message
                return message.get("result", {})
            self._note(message)

    async def shows(self, url: str, *, width: int = 390, height: int = 844, dark: bool = False) -> None:
        """Open a URL as a phone or a window of this size shows it."""
        await self.send("Page.enable")
        await self.send("Runtime.enable")
        await self.send("Log.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 600}
        await self.send("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])
        await self.send("Page.navigate", url=url)

    async def run(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        result = await self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    async def until(self, script: str) -> None:
        """Ask again until the expression is true in JavaScript, as an element is."""
        try:
            async with asyncio.timeout(NET):
                # The state is behind a browser, so there is no event to wait for.
                while not await self.run(f"Boolean({script})"):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"not so within {NET:g} s: {script}; the page says {self.complaints}") from None

    async def clicks(self, text: str) -> None:
        """Click the last button or link with this text or label."""
        found = (
            "[...document.querySelectorAll('dialog[open] button, button, a')]"
            f".filter(each => each.textContent.trim() === {json.dumps(text)} || each.ariaLabel === {json.dumps(text)})"
        )
        await self.until(f"{found}.length")
        await self.run(f"{found}.at(-1).click()")

    async def types(self, text: str) -> None:
        """Type a text where the focus is, and press Enter."""
        await self.send("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
            await self.send("Input.dispatchKeyEvent", type=kind, **key)

    async def picture(self, path: Path) -> None:
        """Store what the page shows as a PNG."""
        shot = await self.send("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, b64decode(shot["data"]))

    def _note(self, message: Any) -> None:
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(message["params"]["exceptionDetails"])[:500])
        if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            self.complaints.append(json.dumps(message["params"]["entry"])[:500])


@asynccontextmanager
async def browser(language: str = "en") -> AsyncIterator[Browser]:
    """A new Chromium with an empty profile, in which ``language`` is preferred."""
    assert PROGRAM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", f"--lang={language}"]
        more = [f"--accept-lang={language}", f"--user-data-dir={profile}", "--no-first-run", "about:blank"]
        process = await asyncio.create_subprocess_exec(
            PROGRAM, *arguments, *more, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        try:
            assert process.stderr is not None
            async with asyncio.timeout(NET):
                while not (line := (await process.stderr.readline()).decode()).startswith("DevTools listening on"):
                    assert line, "Chromium ended before it was ready"
            reading = asyncio.create_task(process.stderr.read())
            port = line.partition("127.0.0.1:")[2].partition("/")[0]
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                    pages = [each for each in await answer.json() if each["type"] == "page"]
                async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    yield Browser(socket)
        finally:
            process.terminate()
            await process.wait()
            await reading
