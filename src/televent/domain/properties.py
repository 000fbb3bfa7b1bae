"""The size limit of a collection's properties."""

from __future__ import annotations

from collections.abc import Mapping

from televent.domain.refusal import Refusal


class TooManyProperties(Refusal):
    """The calendar's properties would take more room than there is."""


MAX_PROPERTY_BYTES = 256 * 1024
"""Max bytes of the names and values of one collection's properties."""


def check_room(props: Mapping[str, str]) -> None:
    """Checks the size of a collection's properties. Raises TooManyProperties."""
    if sum(len(name) + len(value.encode()) for name, value in props.items()) > MAX_PROPERTY_BYTES:
        raise TooManyProperties()
