"""A person answers a meeting by the link of a mail. The token stands for the person: it answers this meeting only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from televent.application.backend import Backend
from televent.application.event_store.context import by_link
from televent.application.mail_records.answer_links import AnswerLink, AnswerLinks
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import NotFromThere, NotInvited, UnknownResource
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.application.use_cases.scheduling.cards import Card, Rows, card_of
from televent.ical.zones.moments import utc_of

KEPT: Final = timedelta(days=30)
"""Time after the end of an event for which a link is valid."""
KEPT_ENDLESS: Final = timedelta(days=400)
"""Time after the last mail for which the link of a series without end is valid."""

Refused = Literal["gone", "cancelled", "over", "not-invited", "moved", "not-from-there"]
"""Why an answer does not count."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The meeting behind a link. ``card`` None: the event has been deleted since."""

    link: AnswerLink
    account: AccountRow
    card: Card | None

    @property
    def seen(self) -> str:
        """A mark of the time that the reader is shown: an answer to another time does not count."""
        if self.card is None:
            return ""
        shown = (self.card.entry.start, self.card.entry.end, self.card.rule)
        return hashlib.sha256(repr([str(each) for each in shown]).encode()).hexdigest()[:16]


def issue_link(backend: Backend, links: AnswerLinks, card: Card, read: Rows, purpose: str = "") -> str:
    """The token by which a person answers what the card asks, which was made of ``read``. ``purpose``: as in
    AnswerLink."""
    now, tenant, stream_id = backend.clock(), read.account.tenant, card.entry.stream_id
    end: datetime | None = utc_of(card.entry.end, ZoneInfo(read.account.timezone))
    if card.recurrence_id is None and card.recurs:
        end = read.row.text.reading.span[1]
    expires = now + KEPT_ENDLESS if end is None else min(max(end, now), now + 100 * KEPT_ENDLESS) + KEPT
    return links.issue(tenant, stream_id, card.recurrence_id, expires, purpose)


def open_link(backend: Backend, links: AnswerLinks, token: str) -> Linked | None:
    """The meeting behind a token; None where the token is unknown, expired, or its person's account is erased."""
    now = backend.clock()
    link = links.find(token, now)
    account = backend.reads.account(link.tenant) if link is not None else None
    if link is None or account is None:
        return None
    return Linked(link, account, card_of(backend, link.tenant, link.stream_id, link.recurrence_id, now=now))


def answer_by_link(
    backend: Backend,
    links: AnswerLinks,
    linked: Linked,
    *,
    partstat: str,
    comment: str | None,
    seen: str,
    form: str,
) -> Refused | None:
    """Stores the answer, or returns why it does not count. ``seen``: the mark of the time that was shown. ``form``: the
    id of the form; one that comes twice gives one note. Raises TryAgain."""
    card, link = linked.card, linked.link
    if card is None:
        return "gone"
    if not card.open:
        return "not-invited" if card.state == "open" else card.state
    if seen != linked.seen:
        return "moved"
    if comment is not None and not links.take_form(link.token, form):
        return None
    try:
        answer_invitation(
            backend,
            by_link(backend.ids(), link.tenant, backend.clock()),
            stream_id=link.stream_id,
            partstat=partstat,
            recurrence_id=link.recurrence_id,
            comment=comment,
        )
    except (UnknownResource, NotInvited):
        return "gone"
    except NotFromThere:
        return "not-from-there"
    return None
