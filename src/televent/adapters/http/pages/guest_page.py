"""The page by which a guest elsewhere, who has no calendar and no account here, answers a meeting."""

from __future__ import annotations

import html
from dataclasses import replace
from zoneinfo import ZoneInfo

from televent.adapters.http.pages.link_html import (
    ANSWERED,
    CHOICES,
    Answer,
    Form,
    again,
    answer_form,
    fault_of,
    filled,
    say,
    short,
)
from televent.application.backend import Backend
from televent.application.use_cases.scheduling.answer_by_link import Linked
from televent.application.use_cases.scheduling.cards import Card, card_of
from televent.application.use_cases.scheduling.guest_by_link import answer_as_guest, guest_of, refused_to
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.times import zoned_when_of


def guest_answer(backend: Backend, linked: Linked, language: str, form: Form | None, picked: str) -> Answer:
    """The page; after a form, what has come of it. GET changes nothing. ``picked``: the choice of the link. Raises
    TryAgain."""
    if form is None:
        return Answer(200, guest_page(backend, linked, language, picked=picked))
    if fault := fault_of(form, language):
        return Answer(400, guest_page(backend, linked, language, told=fault))
    refused = answer_as_guest(
        backend,
        linked,
        partstat=CHOICES[form.choice],
        comment=form.note or None,
        seen=form.seen,
        form=form.form,
    )
    if refused is None:
        return again(linked.link.token)
    link = linked.link
    now = replace(linked, card=card_of(backend, link.tenant, link.stream_id, link.recurrence_id, now=backend.clock()))
    told = say(language, "answer-moved") if refused == "moved" else say(language, "guest-not-counted")
    return Answer(409, guest_page(backend, now, language, told=told))


def guest_page(backend: Backend, linked: Linked, language: str, *, told: str = "", picked: str = "") -> str:
    """The meeting as it is now, for the guest. ``told``: a sentence about what was sent just now."""
    said = f'<p class="now" role="status">{html.escape(told)}</p>' if told else ""
    refused, card, guest = refused_to(backend, linked), linked.card, guest_of(backend, linked)
    if card is None or refused == "removed":
        return filled(language, say(language, f"guest-{refused or 'gone'}"), said)
    zone = ZoneInfo(linked.account.timezone)
    display = Display(zone, language, backend.clock().astimezone(zone))
    lines = "".join(f"<p>{html.escape(each)}</p>" for each in _facts(card, linked, display))
    partstat = guest.partstat if guest is not None else ""
    key = f"answer-you-{ANSWERED.get(partstat, 'open')}" if refused is None else f"guest-{refused}"
    state = f'<p class="now">{html.escape(say(language, key))}</p>'
    rest = ""
    if refused is None:
        name = short((guest.cn if guest is not None else None) or linked.link.guest or "")
        file = f'<p><a href="{linked.link.token}.ics">{html.escape(say(language, "guest-file"))}</a></p>'
        rest = answer_form(name, language, seen=linked.seen, picked=picked) + file
    title = short(card.entry.summary) or say(language, "answer-no-title")
    return filled(language, title, said + lines + state + rest)


def _facts(card: Card, linked: Linked, display: Display) -> list[str]:
    language, entry = display.language, card.entry
    lines = [zoned_when_of(entry.start, entry.end, display)]
    if card.rule is not None:
        rule = rule_of(card.rule, display, card.first)
        lines.append(
            say(language, "answer-repeats" if linked.link.recurrence_id is None else "answer-one-of", rule=rule)
        )
    if place := short(entry.location):
        lines.append(say(language, "answer-place", place=place))
    lines.append(say(language, "answer-organizer", name=short(linked.account.name)))
    return lines
