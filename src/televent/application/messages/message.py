"""The parent class of every outbox message."""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An outbox message, which one handler delivers. Subclasses hold the data and have no behaviour.

    The stored shape of a subclass never changes under its name: a field more or less is a new version in
    ``catalogue.py``, because a worker of the version before must leave the new shape alone.
    """


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parent class of a value inside a message."""
