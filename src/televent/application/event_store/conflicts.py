"""Conflicts: reasons why a transaction was rolled back."""

from __future__ import annotations


class Conflict(Exception):
    """Another transaction was first. The caller has to load again and decide again."""


class StaleStream(Conflict):
    """The stream has grown since it was loaded."""


class HrefTaken(Conflict):
    """A resource of that name was created meanwhile."""


class UidTaken(Conflict):
    """Another resource of the calendar has the UID."""


class NameTaken(Conflict):
    """A calendar of that name was created meanwhile, or another account has the address or Telegram id."""


class AlreadyApplied(Conflict):
    """This message was applied before; nothing was recorded."""
