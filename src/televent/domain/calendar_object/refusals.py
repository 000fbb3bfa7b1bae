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


class MeetingIsOver(Refusal):
    """This event is over."""


class MeetingIsCancelled(Refusal):
    """This event is cancelled."""


class ProposalRefusal(Refusal):
    """This proposal of another time is not possible."""


class OwnMeeting(ProposalRefusal):
    """You organize this event: you can move it yourself."""


class NoSuchOccurrence(ProposalRefusal):
    """The event does not take place on that date."""


class ProposeOneOccurrence(ProposalRefusal):
    """This event repeats: propose another time for one date of it."""


class OnlyEventsMove(ProposalRefusal):
    """Another time can be proposed for an event only."""


class EndsBeforeStart(ProposalRefusal):
    """The proposed time ends before it starts."""


class TimeIsOver(ProposalRefusal):
    """That time is over already."""


class SameTime(ProposalRefusal):
    """That is the time and the place that the event has."""


class NotSentFromHere(ProposalRefusal):
    """Your calendar app sends your answers to this organizer itself."""


class UnknownProposal(ProposalRefusal):
    """This proposal is not there any more: perhaps a newer one took its place."""


class OutdatedProposal(ProposalRefusal):
    """The event has changed since this time was proposed."""


class ProposalIsAnswered(ProposalRefusal):
    """You have answered this proposal already."""


class SeriesProposal(ProposalRefusal):
    """The rule of this series cannot move like that: please change the series yourself."""


class NotFromThere(Refusal):
    """Please answer the earlier dates first, or all dates: from this date on alone is not possible here."""
