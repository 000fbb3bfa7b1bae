"""The sparse fields of an answer: ``fields=id,summary`` leaves the others out."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import msgspec

from televent.adapters.rest.mapping.wrong import wrong


@lru_cache(maxsize=64)
def names_of(shape: type[msgspec.Struct]) -> frozenset[str]:
    """The names of a shape's fields in JSON."""
    return frozenset(each.encode_name for each in msgspec.structs.fields(shape))


def wanted(fields: str | None, shape: type[msgspec.Struct]) -> frozenset[str] | None:
    """The fields that a request names; None: all. Raises ValidationException for one that the shape does not have."""
    if fields is None:
        return None
    asked = frozenset(each.strip() for each in fields.split(",") if each.strip())
    if not asked or asked - names_of(shape):
        raise wrong("fields", "These are names of fields, separated by commas.")
    return asked


def only(encoded: bytes, fields: Collection[str] | None) -> bytes:
    """A JSON object with these fields only; None: as it is."""
    if fields is None:
        return encoded
    values: dict[str, msgspec.Raw] = msgspec.json.decode(encoded, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({name: value for name, value in values.items() if name in fields})
