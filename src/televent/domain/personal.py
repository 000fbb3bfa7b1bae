"""Marks the personal fields of a fact, which are encrypted at rest with that person's key."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Annotated, TypeVar, get_type_hints

_T = TypeVar("_T")

Personal = Annotated[_T, "personal"]
"""``Personal[str]``: its stored form becomes unreadable once the person's key is destroyed."""


def personal_fields(fact: type) -> frozenset[str]:
    """The names of the personal fields of a fact class."""
    return _personal_fields(fact)


@cache
def _personal_fields(fact: Hashable) -> frozenset[str]:
    assert isinstance(fact, type)
    hints = get_type_hints(fact, include_extras=True)
    return frozenset(name for name, hint in hints.items() if "personal" in getattr(hint, "__metadata__", ()))
