"""The refusals of sharing and of changes in shared calendars."""

from __future__ import annotations

from televent.domain.refusal import Refusal


class UnknownSharee(Refusal):
    """There is nobody of that name here to share a calendar with."""


class TooManySharees(Refusal):
    """The calendar is shared with two hundred people already."""


class NotManager(Refusal):
    """Only a manager of the team calendar may do this."""


class LastManager(Refusal):
    """A team calendar needs a manager: make somebody else a manager first."""


class NotMember(Refusal):
    """This person is no member of the team calendar."""


class AskedLately(Refusal):
    """This person was invited to the team calendar not long ago, and did not join: wait before you ask again."""


class TooManyOffers(Refusal):
    """Too many invitations to team calendars wait for an answer: some must be answered or taken back first."""


class NotShared(Refusal):
    """This calendar is not shared with you."""


class ReadOnlyShare(Refusal):
    """This calendar is shared with you for reading only."""


class MeetingStays(Refusal):
    """A meeting stays in the calendar of the one who takes part in it."""


class HiddenFromSharees(Refusal):
    """Private and confidential events belong to the calendar's owner alone."""
