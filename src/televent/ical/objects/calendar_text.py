"""One calendar text: its bytes and the values that were read from them (RFC 5545 §3.4).

A text is parsed at its first use and never again: the same object goes from the door through the decision to the
projection. Texts with equal bytes are equal. The tree of a text must not be edited; an edit works on a copy of the tree
and gives another text.
"""

from __future__ import annotations

from typing import Final, NoReturn

from televent.ical.objects.reading import Reading, read_tree
from televent.ical.recurrence.recurrence_set import RecurrenceSet
from televent.ical.text.characters import mended
from televent.ical.text.errors import IcalError
from televent.ical.text.tree import MAX_LINES, Component, parse


class CalendarText:
    """A text as a client sent it, as the store holds it, or as an edit made it. ``raw`` are its bytes. Immutable."""

    __slots__ = ("_error", "_reading", "_recurrence", "_tree", "raw")

    raw: bytes
    _tree: Component | None
    _reading: Reading | None
    _recurrence: RecurrenceSet | None
    _error: IcalError | None

    def __init__(self, raw: bytes) -> None:
        self._keep("raw", raw)
        self._keep("_tree", None)
        self._keep("_reading", None)
        self._keep("_recurrence", None)
        self._keep("_error", None)

    @classmethod
    def of_tree(cls, tree: Component) -> CalendarText:
        """The text of a tree that an edit has made, without another parse. The tree now belongs to the text.

        The tree equals the one that a parse of the bytes would give (tests/properties/test_calendar_text.py).
        """
        for component in tree.walk():
            # A component from another text keeps its lines, but new lines in it get the line ending of this text.
            component.ending = tree.ending
        text = cls(tree.to_bytes())
        if text.raw.count(b"\n") <= MAX_LINES:  # beyond that the parser must refuse it
            text._keep("_tree", tree)
        return text

    @property
    def tree(self) -> Component:
        """The components in the bytes. Shared: to edit them, take :meth:`copy`. Raises IcalError."""
        if self._tree is None:
            if self._error is not None:
                raise self._error.with_traceback(None)
            try:
                self._keep("_tree", parse(self.raw))
            except IcalError as error:
                self._keep("_error", error)
                raise
        assert self._tree is not None
        return self._tree

    @property
    def reading(self) -> Reading:
        """The text as values. Raises IcalError."""
        if self._reading is None:
            self._keep("_reading", read_tree(self.tree, self._recurrence))
        assert self._reading is not None
        return self._reading

    @property
    def recurrence(self) -> RecurrenceSet:
        """The occurrences. Each caller sets the max work of an expansion (``budget``). Raises IcalError."""
        if self._recurrence is None:
            self._keep("_recurrence", RecurrenceSet(self.tree))
        assert self._recurrence is not None
        return self._recurrence

    def mended(self) -> CalendarText:
        """The text without characters that no calendar text may have, for an edit by the server. It is this same
        object, unless the text was stored before its characters were checked."""
        raw = mended(self.raw)
        return self if raw is self.raw else CalendarText(raw)

    def copy(self) -> Component:
        """A copy of the tree for editing; :meth:`of_tree` makes a text of it. Raises IcalError."""
        return self.tree.copy()

    def _keep(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a calendar text does not change")

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, CalendarText) and self.raw == other.raw)

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"<CalendarText: {len(self.raw)} bytes>"


EMPTY: Final = CalendarText(b"")
"""The text of an absent object."""
