"""Decides the commands of one person's copy of a calendar object.

A PUT, a tap in the chat and an iTIP message are all decided here. The decision holds the facts and the iTIP messages
that they cause. The messages must be decided in the owner's transaction, because only there the old and the new text
are both at hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never
from uuid import UUID

from televent.domain.calendar_object.commands import (
    AnswerInvitation,
    CalendarObjectCommand,
    DeleteObject,
    MoveObject,
    NoteDelivery,
    Owner,
    PutObject,
    ReceiveMessage,
    RefuseUninvited,
)
from televent.domain.calendar_object.decision import Decision, decided, deleted, known_of, outline_of
from televent.domain.calendar_object.differences import what_changed
from televent.domain.calendar_object.events import (
    AttendeeRemoved,
    CalendarObjectEvent,
    DeliveryNoted,
    EventCreated,
    EventMoved,
    EventRescheduled,
    EventRevised,
    Mark,
    RsvpGiven,
    Splice,
)
from televent.domain.calendar_object.park import park_mail
from televent.domain.calendar_object.parked_mail import ParkMail
from televent.domain.calendar_object.people import (
    answer_in,
    comment_in,
    comment_of,
    invitations,
    name_of,
    people_between,
    place_in,
)
from televent.domain.calendar_object.proposals import AcceptProposal, DeclineProposal, ProposeTime
from televent.domain.calendar_object.propose import accept, decline, propose
from televent.domain.calendar_object.receive import receive_message
from televent.domain.calendar_object.refusals import (
    NotFromThere,
    NotInvited,
    OrganizerStays,
    UidConflict,
    UnknownAnswer,
    UnknownResource,
)
from televent.domain.calendar_object.state import CalendarObject
from televent.domain.calendar_object.text_change import change_between
from televent.domain.calendar_object.uninvited import refuse
from televent.ical.itip.changes import only_answered
from televent.ical.itip.delivery import note_delivery
from televent.ical.itip.receiving import incoming
from televent.ical.itip.results import MarkRow
from televent.ical.itip.sending import allowed, outgoing
from televent.ical.itip.sending.asked import asked_again, made_again
from televent.ical.itip.sending.organizer import with_sequence_from
from televent.ical.itip.sending.replies import refusals
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Attendee, Reading
from televent.ical.text.errors import TooManyInstances

ANSWERS = frozenset({"ACCEPTED", "DECLINED", "TENTATIVE"})


def decide(state: CalendarObject, command: CalendarObjectCommand) -> Decision:
    """The facts and iTIP messages of a command; none where the copy is already so. Raises Refusal."""
    match command:
        case PutObject():
            return _put(state, command)
        case DeleteObject():
            return _delete(state, command)
        case MoveObject():
            return _move(state, command)
        case AnswerInvitation():
            return _answer(state, command)
        case ReceiveMessage():
            return receive_message(state, command)
        case RefuseUninvited():
            return refuse(state, command)
        case NoteDelivery():
            return _note(state, command)
        case ParkMail():
            return park_mail(state, command)
        case ProposeTime():
            return propose(state, command)
        case AcceptProposal():
            return accept(state, command, _put)
        case DeclineProposal():
            return decline(state, command)
        case _:
            assert_never(command)


def _put(state: CalendarObject, command: PutObject) -> Decision:
    me, text = command.owner.addresses, command.text
    if state.exists and state.uid != command.text.reading.uid:
        raise UidConflict(href=state.href)
    old = state.text if state.exists else None
    role = _role(command.text.reading, me)
    old_role = state.outline.role if state.exists and state.outline else "none"
    dtstamp = state.dtstamp(command.now)
    messages: list[outgoing.OutgoingMessage] = []
    marks: list[Mark] = []
    if (
        old is not None
        and old_role == "organizer"
        and role != "organizer"
        and command.text.reading.organizer is not None
    ):
        _check_alone(old, me)
    if old_role == "organizer" or (role == "organizer" and old_role == "none"):
        text = outgoing.prepare_organizer_put(old, text, me=me, current=command.current)
        again: tuple[MarkRow, ...] = ()
        if old is None and state.outline is not None and state.written is not None:
            floor = state.outline.sequence + 1
            text = with_sequence_from(text, floor, me=me)
            again = made_again(text, floor, dtstamp=dtstamp)
        messages = outgoing.organizer_messages(old, text, me=me, dtstamp=dtstamp)
        rows = asked_again(old, text, me=me, dtstamp=dtstamp) if old is not None else again
        marks = [Mark(*row) for row in rows]
    elif "attendee" in (role, old_role):
        if old is not None:
            text = allowed.mend_attendee_put(old, text, me=me, known=known_of(state), merge=command.merge)
            marks = [Mark(*row) for row in refusals(old, text, me=me, dtstamp=dtstamp)]
        messages = outgoing.attendee_messages(old, text, me=me, dtstamp=dtstamp)
    # RFC 6638 §7.2: SCHEDULE-FORCE-SEND applies to this request only and is never stored.
    text = outgoing.without_force_send(text)
    moved = _moved(state, command.calendar_id, command.href) if state.exists else []
    if text == old:
        return decided(moved, messages, dtstamp)
    after = text.reading
    role = _role(after, me)
    if old is None:
        outline, change = outline_of(after, command.owner), Splice(0, 0, text.raw)
        what = what_changed(None, after)
        made = EventCreated(command.calendar_id, command.href, after.uid, outline, change, what)
        return decided([made, *_guests(None, after, role)], messages, dtstamp, marks, text=text)
    return decided([*moved, *_changed(old, text, after, command.owner, role)], messages, dtstamp, marks, text=text)


def _changed(
    old: CalendarText, text: CalendarText, after: Reading, owner: Owner, role: str
) -> list[CalendarObjectEvent]:
    """The facts of a PUT that replaces a stored text."""
    before, outline, change = old.reading, outline_of(after, owner), change_between(old, text)
    answers = list(_own_answers(before, after, owner.addresses)) if role == "attendee" else []
    what = what_changed(before, after)
    facts: list[CalendarObjectEvent] = []
    if _times(before) != _times(after):
        facts.append(EventRescheduled(outline, change, what))
    elif not answers or not only_answered(old, text, me=owner.addresses):
        facts.append(EventRevised(outline, change, what))
    for attendee, was, recurrence_id in answers:
        facts.append(
            RsvpGiven(
                attendee=attendee.address,
                partstat=attendee.partstat,
                recurrence_id=recurrence_id,
                own=True,
                mark=None,
                outline=outline,
                change=Splice(0, 0, b"") if facts else change,
                name=name_of(attendee),
                was=was,
                occurrence=place_in(after, recurrence_id),
                comment=comment_in(after, recurrence_id),
            )
        )
    return [*facts, *_guests(before, after, role)]


def _delete(state: CalendarObject, command: DeleteObject) -> Decision:
    if not state.exists:
        raise UnknownResource()
    me, dtstamp = command.owner.addresses, state.dtstamp(command.now)
    role = state.outline.role if state.outline else "none"
    messages: list[outgoing.OutgoingMessage] = []
    if role == "organizer":
        messages = outgoing.organizer_messages(state.text, None, me=me, dtstamp=dtstamp)
    elif role == "attendee" and command.reply:
        messages = outgoing.attendee_messages(state.text, None, me=me, dtstamp=dtstamp)
    return decided([deleted(state)], messages, dtstamp)


def _move(state: CalendarObject, command: MoveObject) -> Decision:
    if not state.exists:
        raise UnknownResource()
    return Decision(_moved(state, command.calendar_id, command.href))


def _moved(state: CalendarObject, calendar_id: UUID, href: str) -> list[EventMoved]:
    """The fact that the object stands elsewhere now; none where it is there already."""
    return [EventMoved(calendar_id, href)] if (state.calendar_id, state.href) != (calendar_id, href) else []


def _answer(state: CalendarObject, command: AnswerInvitation) -> Decision:
    if command.partstat not in ANSWERS:
        raise UnknownAnswer(answer=command.partstat)
    if not state.exists:
        raise UnknownResource()
    me, dtstamp = command.owner.addresses, state.dtstamp(command.now)
    before = state.text.reading
    mine = before.attendee(me)
    if mine is None or (state.outline is not None and state.outline.role != "attendee"):
        raise NotInvited()
    try:
        text = incoming.apply_answer(
            state.text,
            me=me,
            partstat=command.partstat,
            recurrence_id=command.recurrence_id,
            comment=command.comment,
            now=dtstamp,
            following=command.following,
        )
    except TooManyInstances:
        raise NotFromThere() from None
    if text == state.text:
        return Decision()
    messages = outgoing.attendee_messages(state.text, text, me=me, dtstamp=dtstamp)
    was = answer_in(before, mine.address, command.recurrence_id)
    given = RsvpGiven(
        attendee=mine.address,
        partstat=command.partstat,
        recurrence_id=command.recurrence_id,
        own=True,
        mark=None,
        outline=outline_of(text.reading, command.owner),
        change=change_between(state.text, text),
        name=name_of(mine),
        was=was.partstat if was is not None else None,
        occurrence=place_in(before, command.recurrence_id),
        comment=comment_of(command.comment),
    )
    return decided([given], messages, dtstamp, text=text)


def _note(state: CalendarObject, command: NoteDelivery) -> Decision:
    if not state.exists or state.outline is None:
        return Decision()
    text = note_delivery(state.text, command.deliveries, late=command.late)
    if text == state.text:
        return Decision()
    statuses = dict.fromkeys((each.address, each.status) for each in command.deliveries)
    noted = DeliveryNoted(tuple(statuses), state.outline, change_between(state.text, text))
    return Decision([noted], text=text)


def _check_alone(old: CalendarText, me: frozenset[str]) -> None:
    """Checks that an event with a new organizer has no other attendees. Raises OrganizerStays."""
    if any(attendee.address not in me for each in old.reading.instances() for attendee in each.attendees):
        raise OrganizerStays()


def _role(reading: Reading, me: frozenset[str]) -> str:
    if reading.organizer is None:
        return "none"
    if reading.organizer.address in me:
        return "organizer"
    return "attendee" if reading.attendee(me) is not None else "none"


def _times(reading: Reading) -> frozenset[tuple[object, ...]]:
    """The values whose change means a reschedule (RFC 6638 §3.2.8); the place too, because iMIP clients show it so."""
    return frozenset(
        (each.recurrence_id, each.start, each.end, each.rrule, each.location) for each in reading.instances()
    )


def _own_answers(
    before: Reading, after: Reading, me: frozenset[str]
) -> Iterable[tuple[Attendee, str | None, str | None]]:
    """The owner's changed answers: the ATTENDEE line, the earlier answer and the RECURRENCE-ID.

    A person whose answer stands in several lines of one component gave one answer.
    """
    old = {
        (each.recurrence_id, attendee.address): attendee.partstat
        for each in before.instances()
        for attendee in each.attendees
    }
    for each in after.instances():
        for attendee in each.attendees:
            address = attendee.address
            earlier = old.get((each.recurrence_id, address)) or old.get((None, address))
            if address in me and attendee.partstat != earlier:
                yield attendee, earlier, each.recurrence_id
                break


def _guests(before: Reading | None, after: Reading, role: str) -> list[CalendarObjectEvent]:
    """The facts of attendees who were invited or removed; none in a copy that is not the organizer's."""
    if role != "organizer":
        return []
    people = people_between(before, after, but={after.organizer.address} if after.organizer else ())
    removed = [
        AttendeeRemoved(each.address, each.name, each.occurrences, each.unlisted, each.entirely)
        for each in people.removed
    ]
    return [*invitations(people.invited), *removed]
