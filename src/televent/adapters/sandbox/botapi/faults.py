"""Faults that a test orders for the next calls of the bot."""

import asyncio
from dataclasses import dataclass
from typing import Any

from televent.adapters.sandbox.botapi.errors import BotApiError

_SENTENCES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    429: "Too Many Requests: retry after {retry_after}",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(slots=True)
class Fault:
    """Refuse the next `times` calls of `method` ("*" for any but getUpdates), optionally only those for one chat.

    With `performed` the call takes effect and only its answer is lost. `delay` and `retry_after` are in seconds.
    """

    status: int
    method: str = "*"
    times: int = 1
    chat_id: int | None = None
    retry_after: int | None = None
    description: str | None = None
    performed: bool = False
    delay: float = 0.0

    def error(self) -> BotApiError:
        """The refusal that the bot sees."""
        retry_after = self.retry_after or 1
        sentence = self.description or _SENTENCES.get(self.status, "Error").format(retry_after=retry_after)
        return BotApiError(self.status, sentence, {"retry_after": retry_after} if self.status == 429 else None)


class Faults:
    """The ordered faults that no call has used up yet, oldest first."""

    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    def take(self, method: str, chat_id: Any) -> Fault | None:
        """The first fault that matches this call, or None. It then applies to one call fewer."""
        for fault in self.ordered:
            if fault.method.lower() != method.lower() and (fault.method != "*" or method.lower() == "getupdates"):
                continue
            if fault.chat_id is not None and str(chat_id) != str(fault.chat_id):
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.ordered.remove(fault)
            return fault
        return None

    async def hold(self, fault: Fault) -> None:
        """Wait for the delay of the fault."""
        if fault.delay > 0:
            await asyncio.sleep(fault.delay)
