"""Wakes everyone who waits for something to change."""

import asyncio


class Signal:
    """Many waiters, one event loop. Once closed nobody waits any more."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.closed = False

    def notify(self) -> None:
        """Wake all who wait now; those who come later wait for the next time."""
        self._event.set()
        if not self.closed:
            self._event = asyncio.Event()

    def close(self) -> None:
        """Wake all and let nobody wait again."""
        self.closed = True
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Wait until notified, at most so long; tells whether it was."""
        if seconds <= 0:
            return False
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return False
        return True
