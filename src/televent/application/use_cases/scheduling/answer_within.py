"""A sharee answers an invitation inside the organizer's shared calendar (CalendarServer sharing §5.5.5).

The sharee may write there, and is one of the attendees.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid5

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.read_models.resources import ResourceRow
from televent.application.read_models.share import Share
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Instance, Reading
from televent.ical.text.errors import IcalError

ANSWERS = frozenset(("ACCEPTED", "DECLINED", "TENTATIVE"))


def answer_within(backend: Backend, context: Context, share: Share, before: ResourceRow | None, sent: Reading) -> None:
    """Stores the sharee's changed PARTSTAT as an answer in the sharee's own copy, which sends it to the organizer.

    ``before``: the organizer's copy before the PUT; ``sent``: the text of the PUT. Nothing happens if the sharee has no
    copy, because a deleted copy means that they declined.
    """
    if before is None or sent.organizer is None:
        return
    if sent.organizer.address not in backend.people.owner(backend.people.account(share.owner)).addresses:
        return
    sharee = backend.people.owner(backend.people.account(share.sharee)).addresses
    answers = list(_answers(before.text, sent, sharee))
    copies = backend.reads.by_uid(share.sharee, sent.uid) if answers else []
    for copy in (each for each in copies if each.schedule_tag is not None):
        for ordinal, (recurrence_id, partstat) in enumerate(answers):
            step = context.on_behalf_of(share.sharee, uuid5(context.command_id, f"answer/{ordinal}"), context.door)
            answer_invitation(backend, step, stream_id=copy.stream_id, partstat=partstat, recurrence_id=recurrence_id)


def _answers(before: CalendarText, sent: Reading, addresses: frozenset[str]) -> Iterator[tuple[str | None, str]]:
    """The changed answers: RECURRENCE-ID (None: the whole event) and the new PARTSTAT."""
    try:
        known = {each.recurrence_id: each for each in before.reading.instances()}
    except IcalError:
        return
    for instance in sent.instances():
        new, old = _partstat(instance, addresses), _partstat(known.get(instance.recurrence_id), addresses)
        if old is None:
            old = _partstat(known.get(None), addresses)
        if new in ANSWERS and old is not None and new != old:
            yield instance.recurrence_id, new


def _partstat(instance: Instance | None, addresses: frozenset[str]) -> str | None:
    attendees = instance.attendees if instance is not None else ()
    return next((each.partstat for each in attendees if each.address in addresses), None)
