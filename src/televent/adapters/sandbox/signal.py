"""Wakes all tasks that wait for a change."""

import asyncio


class Signal:
    """Any number of waiting tasks in one event loop. After `close` no task waits again."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.closed = False

    def notify(self) -> None:
        """Wake all tasks that wait now; a later `wait` waits for the next `notify`."""
        self._event.set()
        if not self.closed:
            self._event = asyncio.Event()

    def close(self) -> None:
        """Wake all tasks; every later `wait` returns at once."""
        self.closed = True
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Wait up to `seconds` for a `notify`; returns whether it came."""
        if seconds <= 0:
            return False
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return False
        return True
