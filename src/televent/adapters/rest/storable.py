"""Texts that the database cannot store: requests with one are refused before a handler sees them.

PostgreSQL stores no U+0000, and its driver fails on one in any parameter, also of a statement that only reads. So each
text that a client sends is checked in this one place, and not where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import ClientException, ValidationException

from televent.adapters.rest.mapping.wrong import wrong

NUL: Final = "\0"
ESCAPED: Final = b"\\u0000"
"""The only form in which JSON can have U+0000 (RFC 8259 §7)."""
MESSAGE: Final = "A text may not have the character U+0000."


class StorableRequest(Request[Any, Any, Any]):
    """A request whose JSON has only texts that can be stored."""

    async def json(self) -> Any:
        """The JSON of the body. Raises ValidationException for U+0000 in it, ClientException for what is no JSON."""
        try:
            value = await super().json()
            path = _path_of_nul(value) if ESCAPED in await self.body() else None
        except (UnicodeDecodeError, RecursionError):
            # The decoder names neither as an error of JSON: bytes that are no UTF-8, and a thousand brackets.
            raise ClientException from None
        if path is not None:
            raise wrong(path, MESSAGE)
        return value


def may_have_nul(scope: MutableMapping[str, Any]) -> bool:
    """Whether a URL may have U+0000: few have a percent sign before two zeros, and to read a query takes a while."""
    query: bytes = scope["query_string"]
    return NUL in scope["path"] or b"%00" in query or NUL.encode() in query


def check_url(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Checks the values in the path and in the query. Raises ValidationException."""
    for name, value in _in_url(connection):
        if NUL in name or NUL in value:
            raise _wrong_name(name)


def _in_url(connection: ASGIConnection[Any, Any, Any, Any]) -> Iterator[tuple[str, str]]:
    for name, value in connection.path_params.items():
        if isinstance(value, str):
            yield name, value
    yield from connection.query_params.multi_items()


def _path_of_nul(value: Any) -> str | None:
    """The path of a text with U+0000, such as ``attendees.0.email``; None: there is none."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        path, each = waiting.pop()
        if isinstance(each, str):
            if NUL in each:
                return path
        elif isinstance(each, list):
            waiting += ((f"{path}.{index}".lstrip("."), item) for index, item in enumerate(each))
        elif isinstance(each, dict):
            if any(NUL in name for name in each):
                return path
            waiting += ((f"{path}.{name}".lstrip("."), item) for name, item in each.items())
    return None


def _wrong_name(name: str) -> ValidationException:
    return wrong(name.replace(NUL, ""), MESSAGE)
