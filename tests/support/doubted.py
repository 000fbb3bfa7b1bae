"""A cache of answers for tests: each cached answer is compared with a fresh answer of the door."""

from typing import Any

from televent.adapters.caldav.answers.cache import AnswerCache, CachedAnswer
from televent.adapters.caldav.http import Receive, Scope, Send


class Doubted(AnswerCache):
    """Gives cached answers. ``lies``: those that differ from a fresh answer although nothing has changed."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.given = 0
        self.lies: list[str] = []

    async def _give(self, known: CachedAnswer, scope: Scope, receive: Receive, send: Send) -> None:
        fresh: list[Any] = []

        async def keep(message: Any) -> None:
            fresh.append(message)

        await self._door(scope, receive, keep)
        start, *parts = fresh
        told = (known.status, known.headers, known.body)
        true = (start["status"], list(start["headers"]), b"".join(part.get("body", b"") for part in parts))
        if told != true and await self._marks.ask(known.keys) == known.marks:
            self.lies.append(f"{scope['method']} {scope['path']}: {told} instead of {true}")
        self.given += 1

        async def nothing() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        await super()._give(known, scope, nothing, send)
