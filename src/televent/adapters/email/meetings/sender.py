"""Sends news of meetings by mail to people here who have no chat: the outbox's handler of MeetingMail.

The mail is read from the facts when it is sent, as a card in the chat is: several changes are one mail, and one that
comes late or twice finds nothing new. The version that was told is noted in the same row as for the chat, so that a
person who connects Telegram, or unblocks the bot, is not told again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Final

from televent.adapters.email.meetings.card_mail import card_mail
from televent.adapters.email.meetings.organizer_mail import answers_mail, declined_mail, proposal_mail
from televent.adapters.email.meetings.own_mails import OwnMails
from televent.adapters.email.meetings.written import Written
from televent.adapters.email.outgoing.outbound import MailIdentity
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.application.backend import Backend
from televent.application.living_messages import Kind, Living
from televent.application.mail_records.answer_links import AnswerLinks
from televent.application.messages.mail import MeetingMail
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp, RetryLater, Undeliverable
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.scheduling.answer_by_link import issue_link
from televent.application.use_cases.scheduling.cards import Card, Rows, card_of, open_question, rows_of
from televent.application.use_cases.scheduling.news import Events, accepted_before, answers_of, events_of, news_of
from televent.application.use_cases.scheduling.proposal_by_link import issue_proposal_link
from televent.application.use_cases.scheduling.proposals import open_proposals
from televent.application.use_cases.scheduling.unreached import Enqueue, Text, tell_organizer
from televent.domain.calendar_object.events import CounterProposed
from televent.domain.calendar_object.proposals import ProposalAnswerReceived, proposal_key
from televent.wording.display import Display

SOON: Final = 1.0
"""Seconds until a mail is tried again that meets another sender of messages about the same event."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A mail that tells of facts later than version ``after``. ``in_reply_to``: the first mail about the event."""

    written: Written
    after: int
    in_reply_to: str | None


class MeetingMailSender:
    """Sends MeetingMail to the primary verified address. Its Message-ID derives from the outbox id."""

    kinds: tuple[type[Message], ...] = (MeetingMail,)

    def __init__(
        self, mailer: SmtpMailer, backend: Backend, links: AnswerLinks, identity: MailIdentity, enqueue: Enqueue
    ) -> None:
        self._mails, self._backend = OwnMails(mailer, backend, identity), backend
        self._links, self._identity, self._enqueue = links, identity, enqueue

    async def handle(self, message: Claimed) -> None:
        """Sends one message, or drops it where it tells nothing new. An organizer here is told of a guest whose address
        nobody has. Raises Undeliverable where the person has no
        verified address, RetryLater in quiet hours, GiveUp where the server refuses the mail for good, MailError
        where a retry may help."""
        mail = message.message
        if not isinstance(mail, MeetingMail):
            raise GiveUp(f"no mail about a meeting is made of {message.name}")
        found = await self._mails.reader(message)
        if found is None:
            return
        account, display = found
        if mail.what in ("card", "answers"):
            try:
                await self._tell(message, mail, account, display)
            except Undeliverable:
                if mail.what == "card":
                    cause = message.correlation_id
                    text: Text = "guest-mail-unreachable"
                    await asyncio.to_thread(
                        tell_organizer, self._backend, self._enqueue, mail.stream_id, account, text, cause
                    )
                raise
            return
        written = await asyncio.to_thread(self._proposal, mail, account, display)
        if written is not None:
            in_reply_to = await asyncio.to_thread(self._thread, message, mail, account)
            await self._mails.send(message, account, written.content, in_reply_to=in_reply_to)

    async def _tell(self, message: Claimed, mail: MeetingMail, account: AccountRow, display: Display) -> None:
        """Sends what the person was not told yet, and notes that they were told it."""
        living, tenant = self._backend.living, account.tenant
        kind: Kind = "card" if mail.what == "card" else "answers"
        ready = await asyncio.to_thread(self._ready, message, mail, account, display, kind)
        if ready is None:
            return
        now: Living | None = None
        try:
            await self._mails.send(message, account, ready.written.content, in_reply_to=ready.in_reply_to)
            # The newest message about the event is this mail: a card in a chat is not the living one any more.
            now = Living(None, None, ready.after, ready.written.version, self._backend.clock())
        finally:
            await asyncio.to_thread(living.release, tenant, mail.stream_id, kind, now)

    def _ready(
        self, message: Claimed, mail: MeetingMail, account: AccountRow, display: Display, kind: Kind
    ) -> _Ready | None:
        """The mail, with its event held until it is sent; None where it tells nothing new. Raises RetryLater.

        All reads are one call: each change of threads waits for other work of the process.
        """
        living, tenant = self._backend.living, account.tenant
        was = living.hold(tenant, mail.stream_id, kind, self._backend.clock())
        if was is None:
            raise RetryLater(SOON, "another message about this event is being sent")
        ready: _Ready | None = None
        try:
            if mail.version and was.shown >= mail.version:
                return None
            after = was.shown if kind == "answers" else was.shown or max(mail.version - 1, 0)
            make = self._card if kind == "card" else self._answers
            written = make(mail, account, display, after)
            if written is not None:
                ready = _Ready(written, after, self._thread(message, mail, account))
            return ready
        finally:
            if ready is None:
                living.release(tenant, mail.stream_id, kind)

    def _card(self, mail: MeetingMail, account: AccountRow, display: Display, after: int) -> Written | None:
        """The mail for an attendee; None where there is nothing that they were not told."""
        backend, tenant = self._backend, account.tenant
        # Before the card: a change that comes between the two would count as told, and no mail would show it.
        events = events_of(backend, tenant, mail.stream_id, after=after)
        news = news_of(backend, tenant, mail.stream_id, after=after, events=events)
        read = rows_of(backend, tenant, mail.stream_id, account)
        card = open_question(backend, tenant, mail.stream_id, now=backend.clock(), read=read) if read else None
        if read is None or card is None:
            return None
        # The organizer's mail does not say that Televent shows the event at another time than it means.
        if card.entry.unknown_zone is None and self._has_the_mail(mail, read, events):
            return None
        if not (news.made or news.changed or (news.asks and card.unanswered)):
            return None
        if not account.preferences.notify_on_invite and not accepted_before(backend, tenant, mail.stream_id):
            return None
        return card_mail(card, news, display, self._link(card, read))

    def _link(self, card: Card, read: Rows) -> str | None:
        if self._identity.public_url is None or not card.open:
            return None
        return f"{self._identity.public_url}/i/{issue_link(self._backend, self._links, card, read)}"

    def _has_the_mail(self, mail: MeetingMail, read: Rows, events: Events) -> bool:
        """Whether the organizer, who is elsewhere, has sent a mail of their own to an address of this person.
        ``events``: those that were read already; an earlier one is read again."""
        found = _about(mail, events) if mail.version else None
        if (found or self._fact(mail, read.account) or ("", None))[0] != "email":
            return False
        invited = {each.address for one in read.row.text.reading.instances() for each in one.attendees}
        return not invited.isdisjoint(read.account.addresses)

    def _answers(self, mail: MeetingMail, account: AccountRow, display: Display, after: int) -> Written | None:
        """The mail for an organizer; None where nobody has answered since the last one, or the event is gone."""
        backend, tenant = self._backend, account.tenant
        told = answers_of(backend, tenant, mail.stream_id, after=after)
        card = card_of(backend, tenant, mail.stream_id, now=backend.clock())
        return answers_mail(card, told, display) if told.answers and card is not None else None

    def _proposal(self, mail: MeetingMail, account: AccountRow, display: Display) -> Written | None:
        """The mail about a proposal; None where it was answered, or replaced, in the meantime."""
        if mail.what == "declined":
            _, fact = self._fact(mail, account) or ("", None)
            return declined_mail(fact, display) if isinstance(fact, ProposalAnswerReceived) else None
        waiting = open_proposals(self._backend, account.tenant, mail.stream_id)
        if all(each.proposal.key != mail.proposal for each in waiting):
            return None
        _, fact = self._fact(mail, account) or ("", None)
        if not isinstance(fact, CounterProposed):
            return None
        url = self._identity.public_url
        make = partial(issue_proposal_link, self._backend, self._links, account.tenant, mail.stream_id)
        return proposal_mail(fact, display, f"{url}/i/{make(mail.proposal)}" if url is not None else None)

    def _fact(self, mail: MeetingMail, account: AccountRow) -> tuple[str, object] | None:
        """The door and the fact that the mail is about; without a version, the newest one that is of its kind."""
        return _about(mail, events_of(self._backend, account.tenant, mail.stream_id, after=max(mail.version - 1, 0)))

    def _thread(self, message: Claimed, mail: MeetingMail, account: AccountRow) -> str | None:
        """The Message-ID of the first mail about the event; None where this mail is the first."""
        own_id = self._mails.own_id(message)
        first_id = self._links.thread(account.tenant, mail.stream_id, own_id)
        return first_id if first_id != own_id else None


def _about(mail: MeetingMail, events: Events) -> tuple[str, object] | None:
    """The door and the fact among ``events`` that the mail is about."""
    if mail.version:
        return next(((e.door, fact) for e, fact in events if e.originator_version == mail.version), None)
    return next(((e.door, fact) for e, fact in reversed(events) if _is_about(fact, mail)), None)


def _is_about(fact: object, mail: MeetingMail) -> bool:
    if mail.what == "declined":
        return isinstance(fact, ProposalAnswerReceived) and not fact.accepted
    return (
        isinstance(fact, CounterProposed)
        and proposal_key(fact.attendee, fact.recurrence_id, fact.mark.dtstamp) == mail.proposal
    )
