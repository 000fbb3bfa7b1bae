"""Trees of calendar texts as values that can be compared."""

from typing import Any

from televent.ical.text.tree import Component, Property


def told(tree: Component) -> tuple[Any, ...]:
    """All that a tree holds: every property as it is written and as it reads, every component with its line ends."""
    inner = tuple(
        (each.name, each.raw, each.params, each.value) if isinstance(each, Property) else told(each)
        for each in tree.entries
    )
    return tree.name, tree._begin, tree._end, tree._tail, tree.ending, inner
