"""Asks people here who have no chat by a mail with the link of a page: about people who would come uninvited, calendars
that came by mail, and calendars that others share with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, assert_never
from uuid import UUID, uuid5

import msgspec

from televent.adapters.email import texts
from televent.adapters.email.meetings.own_mails import OwnMails
from televent.adapters.email.meetings.written import short, title_of
from televent.adapters.email.outgoing.outbound import MailIdentity
from televent.adapters.email.outgoing.smtp import SmtpMailer
from televent.adapters.email.templates.content import Content, Link
from televent.application.backend import Backend
from televent.application.drafts import KEEP
from televent.application.mail_records.answer_links import OFFER, SHARE, UNINVITED, AnswerLinks
from televent.application.messages.mail import OfferMail, ShareMail, UninvitedMail
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp
from televent.application.messages.share_local import STATUS_OF
from televent.application.refusals import NotOrganizer, UnknownResource
from televent.application.use_cases.calendars.sharing import inviter_of
from televent.application.use_cases.importing.offers import Offer, keep_offer, offer_of
from televent.application.use_cases.scheduling.uninvited import mark_of, uninvited_of
from televent.domain.ids import AccountId
from televent.domain.sharing.access import MANAGER, READ_WRITE
from televent.wording.display import Display
from televent.wording.offered import offered_line, unknown_zones
from televent.wording.texts import text_of

KEPT: Final = timedelta(days=60)
"""Time after the mail for which its link is valid; that of an offered calendar is valid as long as drafts are kept."""
ASKS: Final = ("offered", "invited")
"""The news of a share that ask for an answer."""
SHOWN: Final = 5
"""Max events of an offered calendar that the mail lists."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A mail with a link for ``stream_id``, and the content around the link. ``purpose`` "": nothing is asked."""

    purpose: str
    stream_id: UUID
    kept: timedelta
    content: Callable[[str | None], Content]


class QuestionMails:
    """Sends one mail for each question."""

    kinds: tuple[type[Message], ...] = (UninvitedMail, OfferMail, ShareMail)

    def __init__(self, mailer: SmtpMailer, backend: Backend, links: AnswerLinks, identity: MailIdentity) -> None:
        self._mails = OwnMails(mailer, backend, identity)
        self._backend, self._links, self._url = backend, links, identity.public_url

    async def handle(self, message: Claimed) -> None:
        """Sends one message; nothing where its calendar is imported, or its share is answered. Raises Undeliverable
        where the reader has no verified address, RetryLater in quiet hours, GiveUp where the server refuses the mail
        for good, MailError where a retry may help."""
        mail = message.message
        if not isinstance(mail, UninvitedMail | OfferMail | ShareMail):
            raise GiveUp(f"no question is made of {message.name}")
        found = await self._mails.reader(message)
        if found is None:
            return
        account, display = found
        question = await asyncio.to_thread(self._question, mail, account.tenant, message.outbox_id, display)
        if question is not None:
            link = await asyncio.to_thread(self._link, account.tenant, question)
            await self._mails.send(message, account, question.content(link))

    def _link(self, tenant: AccountId, question: _Question) -> str | None:
        if self._url is None or not question.purpose:
            return None
        until = self._backend.clock() + question.kept
        return f"{self._url}/i/{self._links.issue(tenant, question.stream_id, None, until, question.purpose)}"

    def _question(
        self, mail: UninvitedMail | OfferMail | ShareMail, tenant: AccountId, outbox_id: UUID, display: Display
    ) -> _Question | None:
        language = display.language
        match mail:
            case UninvitedMail():
                try:
                    person = uninvited_of(self._backend, tenant, mail.stream_id, mark_of(mail.address))
                except (UnknownResource, NotOrganizer):
                    return None
                if person.invited:
                    return None
                purpose = UNINVITED + mail.address
                shown = self._backend.people.shown(mail.address)
                return _Question(
                    purpose, mail.stream_id, KEPT, lambda link: uninvited_content(mail, language, link, shown)
                )
            case OfferMail():
                offer_id = uuid5(outbox_id, "offer")
                keep_offer(self._backend, tenant, offer_id, mail.text, mail.sender)
                offer = offer_of(self._backend, tenant, offer_id)
                if offer is None or not offer.news:
                    return None
                return _Question(OFFER, offer_id, KEEP, lambda link: offer_content(offer, display, link))
            case ShareMail():
                rows = self._backend.reads.shares_of(tenant)
                if not any(
                    row.share_id == mail.share_id and row.status == STATUS_OF.get(mail.what, mail.what) for row in rows
                ):
                    return None
                purpose = SHARE if mail.what in ASKS else ""
                name = inviter_of(self._backend, mail.inviter) or "?" if mail.what == "invited" else mail.name
                named = msgspec.structs.replace(mail, name=name)
                return _Question(purpose, mail.share_id, KEPT, lambda link: share_content(named, language, link))
            case _:
                assert_never(mail)


def uninvited_content(mail: UninvitedMail, language: str, link: str | None, shown: str) -> Content:
    """The question about a person, who is ``shown`` so. ``link``: the page that decides, None where there is none."""
    title, person = title_of(mail.summary, language), short(shown)
    key = "uninvited-delegate" if mail.delegator else "uninvited-answer"
    values = {"title": title, "person": person, "delegator": short(mail.delegator)}
    subject, lead = texts.say(language, "uninvited-subject", **values), texts.say(language, key, **values)
    return _content(language, subject, lead, [], link, "uninvited-decide", "uninvited-elsewhere")


def offer_content(offer: Offer, display: Display, link: str | None) -> Content:
    """The question about a calendar that came by mail. ``link``: the page that imports it."""
    language, objects = display.language, offer.file.objects
    sender = short(offer.sender) or "?"
    lines = []
    for each in objects[:SHOWN]:
        title, when = offered_line(each, display)
        lines.append(" · ".join(filter(None, (title or texts.say(language, "untitled"), when))))
    if len(objects) > SHOWN:
        lines.append(texts.say(language, "offer-more", count=str(len(objects) - SHOWN)))
    subject = texts.say(language, "offer-subject", sender=sender)
    lead = text_of("televent.adapters.email", language, "offer-lead", sender=sender, count=len(objects))
    lines += unknown_zones(objects, language)
    return _content(language, subject, lead, lines, link, "offer-look", "offer-elsewhere")


_ACCESS: Final = {READ_WRITE: "share-access-write", MANAGER: "share-access-manager"}


def share_content(mail: ShareMail, language: str, link: str | None) -> Content:
    """The question about a calendar that somebody shares, or the news that it changed or ended."""
    access = texts.say(language, _ACCESS.get(mail.access, "share-access-read"))
    values = {"name": short(mail.name), "title": title_of(mail.title, language), "access": access}
    subject = texts.say(language, f"share-{mail.what}-subject", **values)
    lead = texts.say(language, f"share-{mail.what}", **values)
    elsewhere = "share-elsewhere" if mail.what in ASKS else ""
    return _content(language, subject, lead, [], link, "share-look", elsewhere)


def _content(
    language: str, subject: str, lead: str, lines: list[str], link: str | None, button: str, elsewhere: str
) -> Content:
    """``button`` and ``elsewhere`` are keys: the words of the link, and how to decide without one, "" for no way."""
    buttons = [Link(texts.say(language, button), link, main=True)] if link is not None else []
    note = "meeting-answer-private" if link is not None else elsewhere
    notes = [texts.say(language, note)] if note else []
    return Content(language, subject, lead, lines=lines, buttons=buttons, notes=notes)
