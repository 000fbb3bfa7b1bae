"""One content line of a calendar object: RFC 5545 §3.1, §3.2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from televent.ical.text.characters import text_of
from televent.ical.text.lines import Params, compose, fold, parse_params

T = TypeVar("T")


class Property:
    """One content line. ``name`` is upper-case; ``params`` and ``value`` are read when first asked for.

    ``value`` is the raw value text, TEXT escapes and all. Immutable: a changed line is another Property.
    """

    __slots__ = ("_known", "_params", "_unfolded", "_value", "name", "raw")

    def __init__(self, raw: bytes, unfolded: bytes, name: str, colon: int) -> None:
        self.raw = raw
        self.name = name
        self._unfolded: bytes | None = unfolded[colon:]
        self._params: Params = ()
        self._value = ""
        self._known: dict[Callable[[Property], Any], Any] | None = None

    @classmethod
    def of(
        cls, name: str, value: str, params: Sequence[tuple[str, Sequence[str]]] = (), *, ending: bytes = b"\r\n"
    ) -> Property:
        """A new line. ``value`` is written as it is: escape TEXT before."""
        line = compose(name.upper(), params, value)
        return cls(fold(line, ending), line, name.upper(), len(name))

    def _read(self) -> None:
        # Texts in several threads may share a line: both then read the same.
        unfolded = self._unfolded
        if unfolded is not None:
            if unfolded[:1] == b":":
                self._value = text_of(unfolded[1:])
            else:
                self._params, self._value = parse_params(text_of(unfolded))
            self._unfolded = None

    @property
    def params(self) -> Params:
        """Pairs of upper-case name and values, in order."""
        self._read()
        return self._params

    @property
    def value(self) -> str:
        """The raw value text, with TEXT escapes."""
        self._read()
        return self._value

    def param(self, name: str) -> str | None:
        """The first value of a parameter."""
        for key, values in self.params:
            if key == name and values:
                return values[0]
        return None

    def param_values(self, name: str) -> tuple[str, ...]:
        """All values of a parameter."""
        return tuple(value for key, values in self.params if key == name for value in values)

    def once(self, read: Callable[[Property], T]) -> T:
        """``read(self)``, computed once, because a line never changes. ``read`` is a pure function of a module."""
        known = self._known
        if known is None:
            known = self._known = {}
        if read not in known:
            known[read] = read(self)
        value: T = known[read]
        return value

    @property
    def lead(self) -> bytes:
        """The blank lines before the line."""
        return self.raw[: len(self.raw) - len(self.raw.lstrip(b"\r\n"))]

    def after(self, lead: bytes) -> Property:
        """The same line with the blank lines *lead* before it."""
        self._read()
        twin = Property(lead + self.raw, b"", self.name, 0)
        twin._unfolded, twin._params, twin._value = None, self._params, self._value
        return twin

    @property
    def ending(self) -> bytes:
        """This line's own ending."""
        return self.raw[len(self.raw.rstrip(b"\r\n")) :] or b"\r\n"

    def with_value(self, value: str) -> Property:
        """The same line with another value."""
        return Property.of(self.name, value, self.params, ending=self.ending)

    def with_param(self, name: str, *values: str) -> Property:
        """The same line with a parameter set in its place, or added last; without values, taken away."""
        name = name.upper()
        params: list[tuple[str, Sequence[str]]] = []
        done = not values
        for key, old in self.params:
            if key != name:
                params.append((key, old))
            elif not done:
                params.append((key, values))
                done = True
        if not done:
            params.append((name, values))
        return Property.of(self.name, self.value, params, ending=self.ending)

    def __repr__(self) -> str:
        return f"<{self.name} {self.value[:40]!r}>"
