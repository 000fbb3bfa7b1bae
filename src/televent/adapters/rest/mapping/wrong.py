"""Values that a request may not have."""

from __future__ import annotations

from litestar.exceptions import ValidationException


def wrong(name: str, message: str) -> ValidationException:
    """The error about one value: the answer names it, and does not repeat it."""
    return ValidationException(extra=[{"key": name, "message": message}])
