"""The refusal of an act that a person cannot do, and readers of the values that the control API takes."""

from typing import Any

Json = dict[str, Any]


class CannotDo(Exception):
    """The action is impossible; the text says why. `status` is the HTTP status of the control API."""

    def __init__(self, sentence: str, status: int = 409) -> None:
        super().__init__(sentence)
        self.status = status


def whole(values: Json, name: str) -> int | None:
    """A whole number, or None where it is absent. Raises CannotDo for anything else."""
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 19:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise CannotDo(f"{name} must be a whole number", 400)
    return value


def text(values: Json, name: str, most: int) -> str:
    """A text of at most `most` characters, or "" where it is absent. Raises CannotDo for anything else."""
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise CannotDo(f"{name} must be text", 400)
    if len(value) > most:
        raise CannotDo(f"{name} has at most {most} characters", 400)
    return value
