"""Answers that a process gave before. Each request compares the marks of the rows, so none of them is ever stale."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final

from litestar import Request, Response

from televent.adapters.rest.events.event_answers import Answer
from televent.adapters.rest.rows_read import MARKS
from televent.application.marks import Mark

MAX_BYTES: Final = 32 * 1024 * 1024
"""Max bytes of all answers, about."""
MAX_ANSWER: Final = 4 * 1024 * 1024
"""Max bytes of an answer that is kept."""
OVERHEAD: Final = 1000
"""Bytes that an answer takes beside its body, about."""


class RememberedAnswers:
    """Keeps the answers used last, each with the marks of its rows. It belongs to one event loop."""

    def __init__(self, most: int = MAX_BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Mark, Answer]] = OrderedDict()
        self._size = 0

    def known(self, key: Hashable, marks: Mark) -> Answer | None:
        """The answer, if the rows have the same marks as then."""
        found = self._kept.get(key)
        if found is None or found[0] != marks:
            return None
        self._kept.move_to_end(key)
        return found[1]

    def keep(self, key: Hashable, marks: Mark, answer: Answer) -> None:
        """Keeps an answer. ``marks`` were read before its rows: where a row changed between, its mark is another one
        already, and the answer is never used."""
        before = self._kept.pop(key, None)
        if before is not None:
            self._size -= len(before[1].body) + OVERHEAD
        if len(answer.body) > MAX_ANSWER:
            return
        self._kept[key] = (marks, answer)
        self._size += len(answer.body) + OVERHEAD
        while self._size > self._most:
            self._size -= len(self._kept.popitem(last=False)[1][1].body) + OVERHEAD


async def remembered(
    request: Request[Any, Any, Any],
    key: Hashable | None,
    make: Callable[[], Awaitable[Answer]],
    has: Callable[[str], bool] | None = None,
) -> Response[bytes]:
    """The answer that was given before, or that ``make`` gives. ``key`` names the account and all that the request
    says; None: the answer depends on more than rows. ``has``: whether the client has that ETag already."""
    state = request.app.state
    marks: Mark | None = request.scope["state"].get(MARKS)
    lasting = key is not None and marks is not None and b"" not in marks
    answer: Answer | None = state.answers.known(key, marks) if lasting else None
    if answer is None:
        answer = await make()
        if lasting and answer.lasting:
            state.answers.keep(key, marks, answer)
    if has is not None and has(answer.headers["etag"].strip('"')):
        return Answer(304, b"", answer.headers).sent()
    return answer.sent()
