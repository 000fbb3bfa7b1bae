"""Properties that a person sets on their own home and inbox. They are stored with the account."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties.live import Getter, Live
from televent.adapters.caldav.tree import Kind


def own_key(kind: Kind, name: str) -> str:
    """The key under which the account stores the property."""
    return f"{kind.value} {name}"


def own(kind: Kind, name: str, *, kept_as: str | None = None) -> Live:
    """Defines such a property. ``kept_as`` is the name of another property whose value it shares."""
    key = own_key(kind, kept_as or name)
    OWN.setdefault(kind, {})[name] = key
    getter: Getter = lambda view: view.person.own.get(key)  # noqa: E731
    return Live(name, {kind: getter}, settable=True)


OWN: Final[dict[Kind, dict[str, str]]] = {}
"""For each kind of resource: the key of each property by its name."""
