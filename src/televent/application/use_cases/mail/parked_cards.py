"""Reads what a card about parked mails shows: who they claim to be from, and what each of them would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.living_messages import Living
from televent.application.mail.trust import Sender
from televent.application.mail_records.parked_mails import ParkedMail, State
from televent.application.use_cases.calendars.sharing import inviter_of
from televent.application.use_cases.mail.team_mail import OPEN, managers_of
from televent.application.use_cases.scheduling.receive_itip import would_do
from televent.domain.calendar_object.details import Details
from televent.domain.calendar_object.events import CounterProposed, EventCancelled, InvitationReceived, RsvpGiven
from televent.domain.calendar_object.parked_mail import ParkedFor
from televent.domain.ids import AccountId
from televent.ical.itip.message import FROM_ATTENDEE, Message, message_of, title_in
from televent.ical.itip.receiving.narrowing import attendee_of, narrowed
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.errors import IcalError

MAX_SHOWN: Final = 10
"""Max mails that a card describes; the others are counted."""
SKEW: Final = timedelta(minutes=1)
"""Max difference between the clocks of the machine that takes mail and of the one that sends messages."""
_DOUBTS: Final = (None, "unanswered", "unjudged", "unsigned", "nobody", "broken", "failed")
"""The reasons why a sender is not proven, the worst last: a card about several mails must not hide a forged one."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a mail would change. ``was`` None: it would be new; ``now`` None: it would be gone.

    ``answer``: the PARTSTAT of an answer that would count, ``by``: whose it is.
    """

    kind: Literal["new", "changed", "cancelled", "answer", "proposal", "other"]
    title: str
    was: Details | None = None
    now: Details | None = None
    answer: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class ParkedView:
    """A card. ``sender``: as the mail names them that is proven least. ``more``: waiting mails without ``changes``.

    ``state``: "waiting" while a decision is wanted; else the one that was made. ``newest``: the number of mails so far;
    ``decided``: of those that were decided about before the ones that wait. ``first_at``: when the oldest of those that
    wait came, of all where none waits; ``last_at``: when the newest came. ``decision``: the last one that was made.
    ``team``: the name of the team calendar that got them, "" for a person's; ``settled_by``: the manager who made the
    last decision, ``settler`` their name.
    """

    card_id: UUID
    reason: ParkedFor
    sender: Sender
    state: State
    changes: tuple[Change, ...]
    waiting: int
    more: int
    newest: int
    decided: int
    first_at: datetime
    last_at: datetime
    decision: State | None = None
    team: str = ""
    settled_by: UUID | None = None
    settler: str = ""


def asked_view(backend: Backend, reader: AccountId, card_id: UUID, team: AccountId | None) -> ParkedView | None:
    """The card as somebody who is asked sees it; None where its mails are gone. ``team``: the team calendar that got
    them; somebody who does not manage it any more sees nothing."""
    if team is None:
        return parked_view(backend, reader, card_id)
    view = parked_view(backend, team, card_id) if reader in managers_of(backend, team) else None
    if view is None:
        return None
    name = backend.people.account(team).name
    settler = inviter_of(backend, view.settled_by) if view.settled_by is not None else ""
    return replace(view, team=name, settler=settler)


def parked_view(backend: Backend, tenant: AccountId, card_id: UUID) -> ParkedView | None:
    """The card of the account that got the mails; None where they are gone."""
    mails = backend.parked.on_card(tenant, card_id)
    if not mails:
        return None
    waiting = [each for each in mails if each.state in OPEN]
    last = mails[-1]
    decision = next((each for each in reversed(mails) if each.state not in OPEN), None)
    state: State = "waiting" if waiting else last.state
    changes = [change for each in waiting[:MAX_SHOWN] for change in _changes(backend, tenant, each)]
    shown = tuple(changes[:MAX_SHOWN])
    more = max(0, len(waiting) - MAX_SHOWN)
    decided = len(mails) - len(waiting)
    sender = max((each.sender for each in waiting or mails), key=lambda sender: _DOUBTS.index(sender.doubt))
    counts = (len(waiting), more, len(mails), decided)
    times = ((waiting or mails)[0].at, last.at)
    made = (decision.state, "", decision.settled_by) if decision is not None else ()
    return ParkedView(card_id, last.reason, sender, state, shown, *counts, *times, *made)


def shows_all(told: Living, view: ParkedView) -> bool:
    """Whether a message that was sent shows every mail. Their number alone does not say so: mails are deleted after
    a time, and later ones take their place."""
    return told.shown == view.newest and told.sent_at is not None and view.last_at <= told.sent_at + SKEW


def may_grow(told: Living, view: ParkedView) -> bool:
    """Whether a message that was sent shows one of the mails that wait, and no other decision: others join it."""
    return told.since == view.decided and told.sent_at is not None and view.first_at <= told.sent_at + SKEW


def message_in(mail: ParkedMail) -> Message:
    """The message of a parked mail, narrowed to the attendee whom it names. Raises IcalError."""
    message = message_of(CalendarText(mail.calendar), method=mail.method)
    if message.method not in FROM_ATTENDEE:
        return message
    named = attendee_of(message, mail.sender.speaks_for) or mail.sender.address
    return narrowed(message, named)


def _changes(backend: Backend, tenant: AccountId, mail: ParkedMail) -> Iterator[Change]:
    now = backend.clock()
    # Nothing is recorded in this context.
    context = Context(tenant, "system", "email", now, mail.card_id, mail.mail_key[:32])
    try:
        message = message_in(mail)
        facts = would_do(backend, context, message)
    except IcalError:
        return
    row = backend.reads.by_stream(tenant, mail.stream_id)
    # The title in an answer begins with words such as "Accepted:" (SPEC B6).
    # A message can have what no stored object has, such as two components that both describe the whole series.
    title = _title(row.text) if row is not None and row.ics is not None else title_in(message)
    found = [change for fact in facts for change in _of(fact, title)]
    # A CANCEL that is about other guests only does not call the event off.
    off = mail.method == "CANCEL" and row is None
    yield from found or [Change("cancelled" if off else "other", title)]


def _of(fact: Any, title: str) -> Iterator[Change]:
    match fact:
        case InvitationReceived() | EventCancelled():
            gone = isinstance(fact, EventCancelled)
            what = fact.what
            if what.was is None and what.now is not None and not gone:
                yield Change("new", title, None, what.now)
                return
            if what.was is not None and (gone or what.was != what.now):
                off = gone and not what.occurrences
                yield Change("cancelled" if off else "changed", title, what.was, what.now)
            for each in what.occurrences:
                off = each.now is None or each.now.status == "CANCELLED"
                new = each.was is None
                yield Change("cancelled" if off else "new" if new else "changed", title, each.was, each.now)
        case RsvpGiven():
            yield Change("answer", title, answer=fact.partstat, by=fact.name or fact.attendee)
        case CounterProposed():
            yield Change("proposal", title, fact.was, fact.now, by=fact.name or fact.attendee)
        case _:
            return


def _title(text: CalendarText) -> str:
    return next((each.summary for each in text.reading.instances() if each.summary), "")
