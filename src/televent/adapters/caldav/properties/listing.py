"""Writes the responses of many members of a collection at once (RFC 4918 §14.24).

All members have the same requested properties. So the XML around the values is made once for each request, and a row
only has the columns that it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

from televent.adapters.caldav.properties.live import Cell
from televent.adapters.caldav.properties.view import ObjectView, Person
from televent.adapters.caldav.tree import encode, plain
from televent.adapters.caldav.webdav.text import escape
from televent.application.read_models.resources import BARE_FIELDS, ListedRow, ResourceRow

AT_ONCE: Final = 200
"""Max responses that are joined into one string."""


class Listing(Protocol):
    """Writes the members of one collection."""

    columns: tuple[str, ...]
    """The columns that each row needs: fields of ResourceRow."""

    def written(self, rows: Sequence[ListedRow]) -> Iterator[str]:
        """The DAV:response elements in the order of ``rows``. Each row has a live member's name and then
        ``columns``."""
        ...


class Form:
    """Writes members by one format string. ``propstats`` has a %s for each of ``cells``; its other text went through
    ``literal``. At most one of the cells is optional, and ``bare`` is for a member without it."""

    def __init__(self, path: str, propstats: str, cells: Sequence[Cell], bare: str) -> None:
        self.columns = tuple(cell.column for cell in cells)
        head = f"<D:response><D:href>{literal(escape(path))}%s</D:href>"
        self._form, self._bare = f"{head}{propstats}</D:response>", f"{head}{bare}</D:response>"
        self._optional = next((place for place, cell in enumerate(cells, 1) if cell.optional), 0)
        self._reads = [(place, cell.texts) for place, cell in enumerate(cells, 1) if cell.read is not str]

    def written(self, rows: Sequence[ListedRow]) -> Iterator[str]:
        """The responses in the order of ``rows``; see Listing."""
        for start in range(0, len(rows), AT_ONCE):
            yield "".join(self._each(self._ready(rows[start : start + AT_ONCE])))

    def _each(self, rows: Sequence[ListedRow]) -> list[str]:
        form, bare, place = self._form, self._bare, self._optional
        if not place:
            return [form % row for row in rows]
        return [form % row if row[place] is not None else bare % (*row[:place], *row[place + 1 :]) for row in rows]

    def _ready(self, rows: Sequence[ListedRow]) -> Sequence[ListedRow]:
        values: list[Sequence[Any]] = []
        # Most names need no encoding. One check of all names together is faster than one for each.
        if not plain("".join([row[0] for row in rows])):
            values = list(zip(*rows, strict=True))
            values[0] = [encode(name) for name in values[0]]
        if self._reads:
            values = values or list(zip(*rows, strict=True))
            for place, texts in self._reads:
                values[place] = texts(values[place])
        return list(zip(*values, strict=True)) if values else rows


class Views:
    """Writes members one by one, for properties that need more than one column."""

    def __init__(self, path: str, person: Person, response: Callable[[ObjectView], str], *, with_text: bool) -> None:
        self.columns = (*BARE_FIELDS, "ics") if with_text else BARE_FIELDS
        self._path, self._person, self._response = path, person, response

    def written(self, rows: Sequence[ListedRow]) -> Iterator[str]:
        """The responses in the order of ``rows``; see Listing."""
        for name, *values in rows:
            yield self._response(ObjectView(self._path + encode(name), self._person, ResourceRow(*values)))


def literal(text: str) -> str:
    """``text`` escaped for a format string."""
    return text.replace("%", "%%")
