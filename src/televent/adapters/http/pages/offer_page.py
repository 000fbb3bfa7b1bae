"""The page behind the link of a mail about a calendar that invites nobody: the person imports it, or leaves it."""

from __future__ import annotations

from collections import Counter
from typing import Final

from televent.adapters.http.pages.link_html import Answer, Form, choice_form, lines_page, say, short
from televent.application.backend import Backend
from televent.application.event_store.context import by_link
from televent.application.mail_records.answer_links import AnswerLink
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.importing.import_objects import Standing
from televent.application.use_cases.importing.offers import Offer, Taken, leave_offer, offer_of, take_offer
from televent.wording.display import Display
from televent.wording.offered import offered_line, unknown_zones

SHOWN: Final = 50
"""Max events that the page lists."""
IMPORT, LEAVE = "import", "leave"


def offer_answer(
    backend: Backend, account: AccountRow, link: AnswerLink, display: Display, form: Form | None
) -> Answer:
    """The page, or the answer to its form. GET changes nothing."""
    language, offer = display.language, offer_of(backend, link.tenant, link.stream_id)
    if offer is None:
        return Answer(404, lines_page(language, say(language, "offer-title"), [say(language, "offer-gone")]))
    if form is None:
        return Answer(200, _page(offer, account, display))
    if form.choice == LEAVE:
        leave_offer(backend, link.tenant, link.stream_id)
        return Answer(200, lines_page(language, say(language, "offer-title"), [], told=say(language, "offer-left")))
    if form.choice != IMPORT:
        return Answer(400, _page(offer, account, display, say(language, "answer-unread")))
    taken = take_offer(backend, by_link(backend.ids(), link.tenant, backend.clock()), offer)
    told = _told(taken, offer.file.unreadable, language)
    return Answer(200, lines_page(language, say(language, "offer-title"), told[1:], told=told[0]))


def _page(offer: Offer, account: AccountRow, display: Display, told: str = "") -> str:
    language, objects = display.language, offer.file.objects
    lines = [say(language, "offer-lead", sender=short(offer.sender) or "?", count=len(objects))]
    for each in objects[:SHOWN]:
        title, when = offered_line(each, display)
        lines.append(" · ".join(filter(None, (title or say(language, "answer-no-title"), when))))
    if len(objects) > SHOWN:
        lines.append(say(language, "offer-more", count=len(objects) - SHOWN))
    lines += unknown_zones(objects, language)
    here = Counter(offer.standings)[Standing.HERE]
    if here:
        lines.append(say(language, "offer-here", count=here))
    if offer.file.unreadable:
        lines.append(say(language, "offer-unreadable", count=offer.file.unreadable))
    if any(each.reading.organizer is not None for each in objects):
        lines.append(say(language, "offer-sends-nothing"))
    choices = {IMPORT: say(language, "offer-import", count=offer.news), LEAVE: say(language, "offer-leave")}
    form = choice_form(choices, short(account.name), language, first=True) if offer.news else ""
    state = "" if offer.news else say(language, "offer-nothing-new")
    return lines_page(language, say(language, "offer-title"), lines, told=told, state=state, form=form)


def _told(taken: Taken, unreadable: int, language: str) -> list[str]:
    """The sentences about an import."""
    lines = [say(language, "offer-imported", count=taken.done[Standing.NEW] + taken.done[Standing.NEWER])]
    if taken.done[Standing.HERE]:
        lines.append(say(language, "offer-here", count=taken.done[Standing.HERE]))
    if taken.refused or unreadable:
        lines.append(say(language, "offer-refused", count=len(taken.refused) + unreadable))
    return lines
