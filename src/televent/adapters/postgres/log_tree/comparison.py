"""Compares the events with the leaves of the tree: which were altered, moved, removed or inserted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, Literal

from televent.adapters.postgres.log_tree.tiles import StoredLeaf
from televent.application.log_proof.merkle import leaf_hash

Kind = Literal["altered", "moved", "removed", "inserted", "rewritten", "tail cut", "tree", "head"]
MAX_FINDINGS: Final = 10_000
"""Differences that are named one by one; the number of more is only counted."""
MAX_MOVES: Final = 1000
"""Differences among which events that changed places are looked for: the work grows with its square."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was changed behind the program's back. ``place``: stream and version of an event; "" where only
    its position is known."""

    kind: Kind
    position: int | None
    place: str
    detail: str


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event as it is stored now. ``leaf``: the hash of its leaf. ``elsewhere``: that hash if it were at another
    position."""

    position: int
    place: str
    leaf: bytes
    text: str

    def elsewhere(self, position: int) -> bytes:
        """The hash of the leaf that this event would have at another position."""
        first, _, rest = self.text.partition(f"position {self.position}\n")
        return leaf_hash(f"{first}position {position}\n{rest}".encode())


@dataclass(frozen=True, slots=True)
class _Odd:
    event: SeenEvent | None
    leaf: StoredLeaf | None


def differences(events: Iterable[SeenEvent], leaves: Iterable[StoredLeaf]) -> list[Finding]:
    """The differences; both are given in the order of positions. At most MAX_FINDINGS, and one more that says so."""
    odd: list[_Odd] = []
    more = 0
    for pair in _pairs(events, leaves):
        # All are read to the end: the generators count them.
        more += len(odd) == MAX_FINDINGS
        if not more:
            odd.append(pair)
    return [*_named(odd), *([Finding("altered", None, "", f"{more} more events differ")] if more else [])]


def _pairs(events: Iterable[SeenEvent], leaves: Iterable[StoredLeaf]) -> Iterator[_Odd]:
    """The events and leaves that do not agree."""
    known = iter(leaves)
    leaf = next(known, None)
    for position, group in groupby(events, key=lambda each: each.position):
        while leaf is not None and leaf.position < position:
            yield _Odd(None, leaf)
            leaf = next(known, None)
        here = list(group)
        if leaf is None or leaf.position != position:
            yield from (_Odd(event, None) for event in here)
            continue
        right = next((each for each in here if each.leaf == leaf.hash), None)
        if right is None:
            yield _Odd(here[0], leaf)
        yield from (_Odd(each, None) for each in here if each is not (right or here[0]))
        leaf = next(known, None)
    while leaf is not None:
        yield _Odd(None, leaf)
        leaf = next(known, None)


def _named(odd: list[_Odd]) -> list[Finding]:
    missing = {each.leaf.hash: each.leaf.position for each in odd if each.leaf is not None}
    search = list(missing.items()) if len(odd) <= MAX_MOVES else []
    found = []
    taken = set()
    for each in odd:
        event = each.event
        if event is None:
            continue
        was = next((at for leaf, at in search if event.elsewhere(at) == leaf), None)
        if was is not None:
            taken.add(was)
            found.append(Finding("moved", event.position, event.place, f"it was recorded at position {was}"))
        elif each.leaf is not None:
            found.append(Finding("altered", event.position, event.place, "it is not what was recorded"))
        else:
            found.append(Finding("inserted", event.position, event.place, "it was never recorded there"))
    altered = {each.position for each in found if each.kind == "altered"}
    found += [
        Finding("removed", at, "", "the event that was recorded there is gone")
        for at in missing.values()
        if at not in taken and at not in altered
    ]
    return sorted(found, key=lambda each: (each.position or 0, each.kind))


def blamed_on_tree(findings: Iterable[Finding]) -> list[Finding]:
    """The same findings where the published heads prove the events: not they were changed, but the tree."""
    return [
        replace(each, kind="tree", detail="the tree was altered there; the published heads prove the event")
        for each in findings
    ]
