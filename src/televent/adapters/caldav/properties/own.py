"""Properties that a person sets on his own collections, home and inbox: they are kept with the account."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties.live import Getter, Live
from televent.adapters.caldav.tree import Kind


def own_key(kind: Kind, name: str) -> str:
    """Under which key it is kept."""
    return f"{kind.value} {name}"


def own(kind: Kind, name: str, *, kept_as: str | None = None) -> Live:
    """Such a property; ``kept_as`` is the name of one that says the same."""
    key = own_key(kind, kept_as or name)
    OWN.setdefault(kind, {})[name] = key
    getter: Getter = lambda view: view.person.own.get(key)  # noqa: E731
    return Live(name, {kind: getter}, settable=True)


OWN: Final[dict[Kind, dict[str, str]]] = {}
"""By kind of resource: the names, and the keys they are kept under."""
