"""Pages of a sorted list: an opaque cursor names the last item, so that changes of others hide and repeat nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

import msgspec
from litestar.params import QueryParameter

from televent.adapters.rest.mapping.wrong import wrong

T = TypeVar("T")
MAX_LIMIT: Final = 1000
"""Max items of a page."""
LIMIT: Final = 100
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="Max items of the answer.")]
Cursor = Annotated[
    str | None,
    QueryParameter(max_length=2000, description="`next_cursor` of the answer before; else the first page."),
]
Key = tuple[str, str]
"""The value by which an item is sorted, and a text that tells it from others with the same value."""


class _Place(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    order: str
    value: str
    tie: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page. ``cursor``: of the next one; None: this is the last."""

    items: list[T]
    cursor: str | None


def written(order: str, key: Key) -> str:
    """The cursor of the page after the item with that key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(_Place(order, *key))).decode().rstrip("=")


def read(cursor: str | None, order: str) -> Key | None:
    """The key in a cursor of a list in that order; None for the first page. Raises ValidationException."""
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place = msgspec.json.decode(raw, type=_Place)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise wrong("cursor", "This is no cursor of an answer.") from None
    if place.order != order:
        raise wrong("cursor", "This cursor belongs to another sort order.")
    return place.value, place.tie


def page_of(items: Iterable[tuple[Key, T]], *, order: str, limit: int, cursor: str | None) -> Page[T]:
    """The page after the cursor. ``order`` names the sort order; with "-" before it, the last comes first. Raises
    ValidationException for a cursor of another list."""
    backwards = order.startswith("-")
    after = read(cursor, order)
    left = [each for each in items if after is None or (each[0] < after if backwards else each[0] > after)]
    left.sort(key=lambda each: each[0], reverse=backwards)
    shown = left[:limit]
    more = len(left) > limit
    return Page([item for _, item in shown], written(order, shown[-1][0]) if more else None)
