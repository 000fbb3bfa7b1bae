"""Snapshots: a state as it is sealed into the store, and back. A snapshot is a shortcut that can be thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from televent.domain.personal import Personal
from televent.ical.objects.calendar_text import CalendarText

S = TypeVar("S")

FORM: Final = "/3"
"""The form of today. A snapshot of another form is not read: its stream is folded from the first fact."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A state as it is sealed: all of it is personal."""

    state: Personal[Mapping[str, Any]]

    @classmethod
    def of(cls, state: Any) -> Picture:
        """The picture of any state: a dataclass whose fields msgspec can write, and calendar texts."""
        return cls({name: _written(getattr(state, name)) for name in state.__dataclass_fields__})


def restored(kind: type[S], fields: Mapping[str, Any]) -> S:
    """The state of that class in the fields of a picture. Raises msgspec.ValidationError."""
    return msgspec.convert(fields, kind, dec_hook=_read)


def _written(value: Any) -> Any:
    return value.raw if isinstance(value, CalendarText) else value


def _read(kind: type, value: Any) -> Any:
    if kind is not CalendarText:
        raise NotImplementedError(f"no state holds a {kind.__qualname__}")
    return CalendarText(value)
