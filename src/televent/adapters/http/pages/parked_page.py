"""The page of mails that wait for a decision, for people without a chat: Apply, Ignore, and to believe the sender."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import cast
from uuid import NAMESPACE_URL, uuid5

from televent.adapters.http.pages.link_html import Answer, Form, filled, lines_page, say
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.mail_records.answer_links import AnswerLink
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import NotManager
from televent.application.use_cases.mail.parked_cards import ParkedView, asked_view
from televent.application.use_cases.mail.settle_parked import Choice, settle_parked
from televent.domain.ids import AccountId
from televent.wording.display import Display
from televent.wording.parked import parked_words, settled_by, settled_words, unverified
from televent.wording.texts import text_of


def team_answer(
    backend: Backend, account: AccountRow, link: AnswerLink, team: AccountId, display: Display, form: Form | None
) -> Answer:
    """The page of mails to a team calendar. Somebody who does not manage it any more learns nothing and decides
    nothing. Raises TryAgain."""
    view = asked_view(backend, link.tenant, link.stream_id, team)
    try:
        if view is not None:
            return parked_answer(backend, account, link, view, display, form)
    except NotManager:
        pass
    language = display.language
    return Answer(404, lines_page(language, say(language, "answer-link-title"), [_say(language, "parked-not-asked")]))


def parked_answer(
    backend: Backend, account: AccountRow, link: AnswerLink, view: ParkedView, display: Display, form: Form | None
) -> Answer:
    """The page of mails that wait for a decision. GET changes nothing here either. Raises TryAgain."""
    if form is None:
        return Answer(200, filled(display.language, *parked_page(view, account.name, display)))
    choice = next((each for each in parked_words(view, display).choices if each == form.choice), None)
    if choice is None:
        return Answer(400, filled(display.language, *parked_page(view, account.name, display)))
    told = decided(backend, link, view, choice, display.language)
    now = asked_view(backend, link.tenant, link.stream_id, link.team) or view
    page = filled(display.language, *parked_page(now, account.name, display, told))
    return Answer(200 if view.state == "waiting" else 409, page)


def parked_page(view: ParkedView, reader: str, display: Display, told: str = "") -> tuple[str, str]:
    """The title of the page, and its body as HTML. ``told``: a sentence about what was sent just now."""
    language, words = display.language, parked_words(replace(view, waiting=max(1, view.waiting)), display)
    if not told and view.state != "waiting" and view.settled_by is not None:
        told = settled_by(view, language)
    if not told and view.state != "waiting":
        told = _say(language, "parked-done-was-ignored" if view.state == "ignored" else "parked-done-was-applied")
    said = f'<p class="now" role="status">{html.escape(told)}</p>' if told else ""
    if view.state != "waiting":
        return words.lead, said
    lines = "".join(f"<p>{html.escape(each)}</p>" for each in words.lines)
    buttons = "".join(
        f'<button name="answer" value="{each}">{html.escape(_say(language, f"parked-button-{each}"))}</button>'
        for each in words.choices
    )
    closing = (
        f'<p class="soft">{html.escape(text_of("televent.adapters.http", language, "answer-for", name=reader))}</p>'
    )
    return words.lead, f'{said}{lines}<form method="post">{buttons}</form>{closing}'


def decided(backend: Backend, link: AnswerLink, view: ParkedView, choice: str, language: str) -> str:
    """Stores the decision; returns a sentence on what it did. Raises TryAgain."""
    command = uuid5(NAMESPACE_URL, f"televent:parked:{link.tenant}:{link.stream_id}:{backend.ids()}")
    context = Context(link.tenant, str(link.tenant), "email", backend.clock(), command, command.hex)
    name = unverified(view.sender, language)
    settled = settle_parked(backend, context, view.card_id, cast(Choice, choice), name, link.team)
    if settled.by is not None:
        view = asked_view(backend, link.tenant, view.card_id, link.team) or view
    return settled_words(settled, choice, language, view)


def _say(language: str, key: str) -> str:
    return text_of("televent.wording", language, key)
