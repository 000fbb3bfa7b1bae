"""Trees of calendar texts as values that can be compared."""

from typing import Any

from televent.ical.text.tree import Component, Property


def told(tree: Component) -> tuple[Any, ...]:
    """The whole content of a tree: every property as written and as parsed, every component with its line ends."""
    inner = tuple(
        (each.name, each.raw, each.params, each.value) if isinstance(each, Property) else told(each)
        for each in tree.entries
    )
    return tree.name, tree._begin, tree._end, tree._tail, tree.ending, inner
