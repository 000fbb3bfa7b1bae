"""The refusals of a calendar object's commands."""

from __future__ import annotations

from televent.domain.refusal import Refusal


class UnknownResource(Refusal):
    """There is no such event."""


class NotInvited(Refusal):
    """You are not invited to this event."""


class NotOrganizer(Refusal):
    """Only the organizer can do that."""


class OrganizerStays(Refusal):
    """A meeting keeps its organizer: delete it, and let the other make one."""


class UidConflict(Refusal):
    """An event with this UID is in the calendar under another name."""


class InvalidObject(Refusal):
    """This is not a valid calendar object."""


class UnknownAnswer(Refusal):
    """The answer must be accepted, declined or tentative."""
