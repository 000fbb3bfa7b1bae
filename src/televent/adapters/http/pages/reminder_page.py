"""The page behind the link of a reminder's mail: remind again, or done."""

from __future__ import annotations

from televent.adapters.http.pages.link_html import Answer, Form, choice_form, lines_page, say, short
from televent.application.backend import Backend
from televent.application.mail_records.answer_links import AnswerLink
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.reminders.by_link import DONE, answer_reminder, choices_of, event_of_link
from televent.wording.display import Display
from televent.wording.times import clock_of, when_of


def reminder_answer(
    backend: Backend, account: AccountRow, link: AnswerLink, display: Display, form: Form | None
) -> Answer:
    """The page; after a form, with what has come of it. A reload of that page sends the same form, which is once."""
    language, now = display.language, backend.clock()
    event = event_of_link(backend, account, link)
    choices = choices_of(event, now)
    if event is None or not choices:
        over = lines_page(language, say(language, "remind-title"), [say(language, "remind-over")])
        return Answer(200 if form is None else 409, over)
    entry = event.entry
    when = when_of(entry.start, entry.end, display, getattr(entry.start, "tzinfo", None))
    lines = [when, *([say(language, "answer-place", place=short(entry.location))] if entry.location.strip() else [])]
    if form is None:
        texts = {each: say(language, f"remind-{each}") for each in choices}
        return Answer(
            200, lines_page(language, entry.summary, lines, form=choice_form(texts, short(account.name), language))
        )
    if form.choice not in choices:
        return Answer(400, lines_page(language, entry.summary, lines, told=say(language, "answer-unread")))
    at = answer_reminder(backend, account, link, choice=form.choice, form=form.form)
    if form.choice == DONE:
        told = say(language, "remind-is-done")
    elif at is None:
        return Answer(409, lines_page(language, entry.summary, lines, told=say(language, "remind-over")))
    else:
        told = say(language, "remind-again", clock=clock_of(at, display))
    return Answer(200, lines_page(language, entry.summary, lines, told=told))
