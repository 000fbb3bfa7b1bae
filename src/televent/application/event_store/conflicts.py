"""Why a transaction did not happen."""

from __future__ import annotations


class Conflict(Exception):
    """Somebody else was first: load again and decide again."""


class StaleStream(Conflict):
    """The stream has grown since it was loaded."""


class HrefTaken(Conflict):
    """A resource of that name appeared meanwhile."""


class UidTaken(Conflict):
    """The UID stands in that calendar under another name."""


class NameTaken(Conflict):
    """A calendar of that name appeared meanwhile, or the address or Telegram id is another account's."""


class AlreadyApplied(Conflict):
    """This message was applied before; nothing was recorded."""
