"""A calendar object as a tree that gives back the bytes it was read from (RFC 5545 §3.4, §3.6).

``parse(data).to_bytes() == data`` for anything that parses. An edit touches its own lines and no others, and writes
with the line ending that the text has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from televent.ical.text.characters import text_of
from televent.ical.text.errors import InvalidCalendarData, TooLarge
from televent.ical.text.lines import name_of, split_raw, unfold
from televent.ical.text.property import Property

__all__ = ["KINDS", "MAX_DEPTH", "MAX_LINES", "Component", "Property", "parse"]

KINDS: Final = ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY")
"""The components that a calendar object is made of (RFC 4791 §4.1, RFC 7953 §3.1)."""
MAX_LINES: Final = 200_000
"""Max lines of a text."""
MAX_DEPTH: Final = 20
"""Max nesting of components."""

MAX_SHARED: Final = 4096
"""Max ATTENDEE lines that are shared between texts."""
MAX_SHARED_BYTES: Final = 512
"""Max bytes of a shared line."""

_BOM = b"\xef\xbb\xbf"
_shared: dict[bytes, Property] = {}


class Component:
    """A component: its properties and sub-components in the order of the text."""

    __slots__ = ("__weakref__", "_begin", "_end", "_tail", "ending", "entries", "name")

    def __init__(self, name: str, begin: bytes, ending: bytes) -> None:
        self.name = name
        self.entries: list[Property | Component] = []
        self.ending = ending
        self._begin = begin
        self._end = b""
        self._tail = b""

    @classmethod
    def new(cls, name: str, *, ending: bytes = b"\r\n") -> Component:
        """An empty component."""
        name = name.upper()
        component = cls(name, b"BEGIN:" + name.encode() + ending, ending)
        component._end = b"END:" + name.encode() + ending
        return component

    # ---- reading
    def all(self, name: str) -> list[Property]:
        """Every property of that name."""
        # The name is compared first, because most lines have another one: a call for each line would cost more.
        return [each for each in self.entries if each.name == name and isinstance(each, Property)]

    def get(self, name: str) -> Property | None:
        """The first property of that name."""
        for each in self.entries:
            if each.name == name and isinstance(each, Property):
                return each
        return None

    def value(self, name: str) -> str | None:
        """The value of the first property of that name; None where there is none."""
        found = self.get(name)
        return None if found is None else found.value

    @property
    def properties(self) -> list[Property]:
        """The direct properties, in the order of the text."""
        return [each for each in self.entries if isinstance(each, Property)]

    def components(self, name: str | None = None) -> list[Component]:
        """The direct sub-components, of that name if one is given."""
        return [each for each in self.entries if isinstance(each, Component) and (name is None or each.name == name)]

    def walk(self) -> Iterator[Component]:
        """This component and all components below it."""
        yield self
        for each in self.components():
            yield from each.walk()

    def to_bytes(self) -> bytes:
        """The text of the component as bytes."""
        parts: list[bytes] = []
        self._write(parts)
        return b"".join(parts)

    def _write(self, parts: list[bytes]) -> None:
        parts.append(self._begin)
        for each in self.entries:
            if isinstance(each, Property):
                parts.append(each.raw)
            else:
                each._write(parts)
        parts.append(self._end)
        if self._tail:
            parts.append(self._tail)

    # ---- editing
    def make(self, name: str, value: str, params: Sequence[tuple[str, Sequence[str]]] = ()) -> Property:
        """A property with this text's line ending; it is not added yet."""
        return Property.of(name, value, params, ending=self.ending)

    def add(self, entry: Property | Component) -> None:
        """Adds a property after the last property, or a component at the end."""
        if isinstance(entry, Component):
            self.entries.append(entry)
            return
        place = len(self.entries)
        while place and not isinstance(self.entries[place - 1], Property):
            place -= 1
        self.entries.insert(place, entry)

    def replace(self, old: Property | Component, new: Property | Component) -> None:
        """Replaces ``old`` by ``new``; blank lines before it stay. Raises ValueError where ``old`` is not in here."""
        place = self._place(old)
        if isinstance(new, Property) and isinstance(old, Property) and old.lead and not new.lead:
            new = new.after(old.lead)
        self.entries[place] = new

    def remove(self, entry: Property | Component) -> None:
        """Removes the entry. Raises ValueError where it is not in here."""
        del self.entries[self._place(entry)]

    def remove_if(self, condition: Callable[[Property | Component], bool]) -> None:
        """Removes every entry for which the condition holds."""
        self.entries = [each for each in self.entries if not condition(each)]

    def put(self, name: str, value: str, params: Sequence[tuple[str, Sequence[str]]] = ()) -> None:
        """Sets the one property of that name: replaces the first, removes the others, adds it where there is none.

        A line with the same content stays as it is.
        """
        standing = self.all(name)
        wanted = tuple((key.upper(), tuple(values)) for key, values in params)
        if len(standing) == 1 and standing[0].value == value and standing[0].params == wanted:
            return
        new = self.make(name, value, params)
        if not standing:
            self.add(new)
            return
        self.replace(standing[0], new)
        for extra in standing[1:]:
            self.remove(extra)

    def drop(self, name: str) -> None:
        """Removes every property of that name."""
        self.remove_if(lambda each: isinstance(each, Property) and each.name == name)

    def copy(self) -> Component:
        """A deep copy; properties are shared, being immutable."""
        twin = Component(self.name, self._begin, self.ending)
        twin._end, twin._tail = self._end, self._tail
        twin.entries = [each.copy() if isinstance(each, Component) else each for each in self.entries]
        return twin

    def _place(self, entry: Property | Component) -> int:
        for place, each in enumerate(self.entries):
            if each is entry:
                return place
        raise ValueError(f"{entry!r} is not in {self.name}")

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self.entries)} entries>"


def parse(data: bytes) -> Component:
    """The VCALENDAR in a text. Blank lines and a byte order mark are kept; any other line must be a content line.

    Raises InvalidCalendarData where it is not one balanced VCALENDAR, TooLarge past 200,000 lines or 20 levels.
    """
    raws = split_raw(data)
    if len(raws) > MAX_LINES:
        raise TooLarge(f"more than {MAX_LINES} lines")
    ending = b"\r\n" if not raws or raws[0].endswith(b"\r\n") else b"\n"
    root: Component | None = None
    stack: list[Component] = []
    pending: list[bytes] = []
    people: set[tuple[int, bytes]] = set()
    for number, raw in enumerate(raws, 1):
        shared = _shared.get(raw)
        if shared is not None and stack and not pending and (once := (id(stack[-1]), raw)) not in people:
            people.add(once)
            stack[-1].entries.append(shared)
            continue
        unfolded = unfold(raw)
        if number == 1 and unfolded.startswith(_BOM):
            unfolded = unfolded[3:]
        head = name_of(unfolded)
        if head is None:
            if unfolded.strip():
                raise InvalidCalendarData(f"line {number} is not a content line")
            pending.append(raw)  # a blank line: kept with the next entry
            continue
        name, colon = head
        if pending:
            raw = b"".join([*pending, raw])
            pending.clear()
        if name == "BEGIN":
            kind = text_of(unfolded[colon + 1 :]).strip().upper()
            if not stack and root is not None:
                raise InvalidCalendarData("more than one VCALENDAR")
            component = Component(kind, raw, ending)
            if stack:
                stack[-1].entries.append(component)
            elif kind == "VCALENDAR":
                root = component
            else:
                raise InvalidCalendarData(f"the text begins with {kind[:40]}, not with VCALENDAR")
            stack.append(component)
            if len(stack) > MAX_DEPTH:
                raise TooLarge(f"components more than {MAX_DEPTH} deep")
        elif name == "END":
            kind = text_of(unfolded[colon + 1 :]).strip().upper()
            if not stack or stack[-1].name != kind:
                raise InvalidCalendarData(f"line {number}: END:{kind[:40]} closes nothing")
            stack.pop()._end = raw
        elif not stack:
            raise InvalidCalendarData(f"line {number} is outside VCALENDAR")
        else:
            line = Property(raw, unfolded, name, colon)
            stack[-1].entries.append(line)
            if name == "ATTENDEE" and (once := (id(stack[-1]), raw)) not in people:
                people.add(once)
                _share(raw, line)
    if root is None:
        raise InvalidCalendarData("there is no VCALENDAR")
    if stack:
        raise InvalidCalendarData(f"{stack[-1].name} is not closed")
    root._tail = b"".join(pending)
    return root


def _share(raw: bytes, line: Property) -> None:
    """Shares an ATTENDEE line with the texts that have the same line and are parsed later.

    The copies of a meeting and the messages about it have nearly the same attendees: in a meeting of 200 people each of
    200 texts has 200 such lines. A shared line is read once. A component never has the same line twice, because an edit
    finds a line by its identity.
    """
    if len(raw) <= MAX_SHARED_BYTES:
        if len(_shared) >= MAX_SHARED:
            _shared.clear()
        _shared[raw] = line
