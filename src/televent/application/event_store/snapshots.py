"""Snapshots: translates a state into stored fields and back. A snapshot is a cache and can be deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from televent.domain.personal import Personal
from televent.ical.objects.calendar_text import CalendarText

S = TypeVar("S")

FORM: Final = "/5"
"""The current form of snapshots. One of another form is not read; its stream is folded from the first fact."""


@dataclass(frozen=True, slots=True)
class SealedState:
    """A state in the form that is encrypted. All of it is personal."""

    state: Personal[Mapping[str, Any]]

    @classmethod
    def of(cls, state: Any) -> SealedState:
        """The snapshot of a state: a dataclass whose fields are calendar texts or values that msgspec can encode."""
        return cls({name: _written(getattr(state, name)) for name in state.__dataclass_fields__})


def restored(kind: type[S], fields: Mapping[str, Any]) -> S:
    """The state of that class from a snapshot's fields. Raises msgspec.ValidationError."""
    return msgspec.convert(fields, kind, dec_hook=_read)


def _written(value: Any) -> Any:
    return value.raw if isinstance(value, CalendarText) else value


def _read(kind: type, value: Any) -> Any:
    if kind is not CalendarText:
        raise NotImplementedError(f"no state holds a {kind.__qualname__}")
    return CalendarText(value)
