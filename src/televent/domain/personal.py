"""Marks the fields of a fact that are about a person and are sealed at rest with that person's key."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

_MARK = "personal"


def personal(**options: Any) -> Any:
    """A dataclass field whose stored form becomes unreadable once the person's key is destroyed."""
    return dataclasses.field(metadata={_MARK: True}, **options)


@cache
def personal_fields(fact: type) -> frozenset[str]:
    """The names of the personal fields of a fact class."""
    return frozenset(field.name for field in dataclasses.fields(fact) if field.metadata.get(_MARK))
