"""Tells guests elsewhere of a meeting's changes: the outbox's handler of CalendarChange."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Final

from televent.adapters.email.outgoing.outbound import MailSender
from televent.adapters.email.outgoing.smtp import MailUnreachable, NoConnection
from televent.application.backend import Backend
from televent.application.mail_records.answer_links import AnswerLinks
from televent.application.mail_records.sent_mail import Guest, Plan, Sent
from televent.application.messages.mail import CalendarChange
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp, RetryLater
from televent.application.use_cases.mail.tell_guest import GuestMail, GuestMails, mail_id, mails_for, quiet_at
from televent.application.use_cases.scheduling.guest_by_link import issue_guest_link
from televent.application.use_cases.scheduling.standing_answers import keep_answers
from televent.domain.ids import AccountId

SOON: Final = 1.0
"""Seconds until a message is tried again that meets another one for the same guest."""


class GuestMailSender:
    """Sends the mails for one guest after the other, each guest's in order.

    The mails of an attempt that a crash or a broken connection interrupted are finished first, with the same content
    under the same Message-IDs: the server may have taken them.
    """

    kinds: tuple[type[Message], ...] = (CalendarChange,)

    def __init__(self, backend: Backend, sender: MailSender, links: AnswerLinks, public_url: str | None = None) -> None:
        self._backend, self._sender = backend, sender
        self._links, self._public_url = links, public_url
        self._sent = backend.sent_mail

    async def handle(self, message: Claimed) -> None:
        """Sends what the guest was not told yet; nothing where that is nothing.

        Raises RetryLater while changes are gathered, and otherwise as MailSender.
        """
        change = message.message
        if not isinstance(change, CalendarChange):
            raise GiveUp(f"{message.name} is no change of a meeting")
        guest = Guest(AccountId(message.tenant), change.stream_id, change.recipient)
        now = self._backend.clock()
        held = await asyncio.to_thread(self._sent.hold, guest, message.outbox_id, change.before, now)
        if held is None:
            raise RetryLater(SOON, "another mail to this guest is being sent")
        try:
            if held.plan is not None:
                held = await self._finish(message, guest, held.version, held.plan)
            if held.version < change.version:
                await self._tell(message, guest, held.version)
        finally:
            await asyncio.to_thread(self._sent.release, guest, message.outbox_id)

    def _gathered(self, guest: Guest) -> bool:
        """Whether a waiting change asks again. Raises RetryLater while more changes may follow."""
        waiting = self._sent.waiting(guest)
        if waiting is None:
            return False
        left = quiet_at(waiting, self._backend.mail_quiet) - self._backend.clock()
        if left.total_seconds() > 0:
            raise RetryLater(left.total_seconds(), "more changes may follow")
        return waiting.asks

    async def _tell(self, message: Claimed, guest: Guest, since: int) -> None:
        planned = await asyncio.to_thread(self._planned, message, guest, since)
        if planned is None:
            # They still have the version of their last mail, so that is the one which their answers are about.
            return
        plan, found = planned
        await self._send(message, guest, plan, found)
        await asyncio.to_thread(self._sent.sent, guest, found.version)

    def _planned(self, message: Claimed, guest: Guest, since: int) -> tuple[Plan, GuestMails] | None:
        """The mails that tell what the guest was not told yet, with their plan, which is stored; None without one.

        All reads are one call: each change of threads waits for other work of the process. Raises RetryLater.
        """
        asks = self._gathered(guest)
        keep_answers(self._backend, guest, since=since)
        found = mails_for(self._backend, guest, since=since, asks=asks)
        if not found.mails:
            return None
        plan = Plan(message.outbox_id, found.version, asks)
        self._sent.plan(guest, plan)
        return plan, found

    async def _finish(self, message: Claimed, guest: Guest, since: int, plan: Plan) -> Sent:
        found = await asyncio.to_thread(
            mails_for, self._backend, guest, since=since, until=plan.version, asks=plan.asks
        )
        await self._send(message, guest, plan, found)
        await asyncio.to_thread(self._sent.sent, guest, plan.version)
        return Sent(plan.version)

    async def _send(self, message: Claimed, guest: Guest, plan: Plan, found: GuestMails) -> None:
        for part, mail in enumerate(found.mails):
            if part < plan.parts:
                continue
            try:
                own = replace(message, outbox_id=mail_id(plan.outbox_id, part))
                await self._sender.send_to_guest(own, partial(self._linked, guest, mail))
            except Exception as error:
                if part == 0 and (isinstance(error, NoConnection) or not isinstance(error, MailUnreachable)):
                    # Nothing was taken, so the next attempt tells of later changes as well.
                    await asyncio.to_thread(self._sent.plan, guest, None)
                raise
            if part + 1 < len(found.mails):
                # After the last one ``sent`` ends the plan.
                await asyncio.to_thread(self._sent.plan, guest, replace(plan, parts=part + 1))

    def _linked(self, guest: Guest, mail: GuestMail) -> GuestMail:
        """The mail with the page by which the guest answers; without one where no page can be reached."""
        if self._public_url is None or mail.mail.method != "REQUEST":
            return mail
        token = issue_guest_link(self._backend, self._links, guest, mail.recurrence_id)
        return replace(mail, page=f"{self._public_url}/i/{token}") if token is not None else mail
