"""The parts of the pages behind the links of mails."""

from __future__ import annotations

import html
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from televent.wording.texts import text_of

MAX_TEXT: Final = 256
"""Max characters of a title, a place or a name on a page."""
MAX_NOTE: Final = 500
"""Max characters of a note."""
CHOICES: Final = {"accept": "ACCEPTED", "tentative": "TENTATIVE", "decline": "DECLINED"}
"""The value of each button, and its PARTSTAT."""
ANSWERED: Final = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}
"""The end of the text keys for each answer."""
HTML: Final = b"text/html; charset=utf-8"
_MAIN: Final = ' class="main"'


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    page: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    media_type: bytes = HTML


@dataclass(frozen=True, slots=True)
class Form:
    """The form that a person sent. ``choice``: the value of the pressed button, "" for none. ``seen``: a mark of what
    was shown. ``form``: the id of the form."""

    choice: str
    note: str
    seen: str
    form: str


def fault_of(form: Form, language: str) -> str:
    """A sentence about why an answer with a note cannot be read; "" where it can."""
    if form.choice not in CHOICES:
        return say(language, "answer-unread")
    if len(form.note) > MAX_NOTE:
        return say(language, "answer-note-long", limit=MAX_NOTE, length=len(form.note))
    return ""


def answer_form(name: str, language: str, *, seen: str, picked: str = "") -> str:
    """The form with the three answers and a note. ``picked``: the choice of the link that was followed; its button
    comes first. Nothing is answered before a button is pressed."""
    order = sorted(CHOICES, key=lambda each: each != picked)
    choices = {each: say(language, f"answer-{each}") for each in order}
    note = say(language, "answer-note")
    return choice_form(choices, name, language, seen=seen, note=note, max_note=MAX_NOTE, first=picked in CHOICES)


def again(token: str) -> Answer:
    """Leads to the page by GET, so that a reload does not answer again. The path is below one that a proxy may add."""
    return Answer(303, headers=((b"location", token.encode()),))


def notice(language: str, title: str, text: str) -> str:
    """A page with one sentence. ``title`` and ``text`` are keys."""
    return filled(language, say(language, title), f"<p>{html.escape(say(language, text))}</p>")


def lines_page(
    language: str, title: str, lines: Sequence[str], *, told: str = "", state: str = "", form: str = ""
) -> str:
    """A page with lines of plain text. ``told``: a sentence about what was sent just now. ``form`` is HTML."""
    body = f'<p class="now" role="status">{html.escape(told)}</p>' if told else ""
    body += "".join(f"<p>{html.escape(each)}</p>" for each in lines)
    body += f'<p class="now">{html.escape(state)}</p>' if state else ""
    return filled(language, short(title) or say(language, "answer-no-title"), body + form)


def choice_form(
    choices: Mapping[str, str],
    name: str,
    language: str,
    *,
    seen: str = "",
    note: str = "",
    max_note: int = 0,
    first: bool = False,
) -> str:
    """A form with a button for each choice, as HTML. ``name``: the person for whom it acts. ``note``: the label of a
    field for a note, "" for none. ``first``: the first button stands out."""
    buttons = "".join(
        f'<button name="answer" value="{value}"{_MAIN if first and not number else ""}>{html.escape(text)}</button>'
        for number, (value, text) in enumerate(choices.items())
    )
    field = (
        f'<label for="note">{html.escape(note)}</label>'
        f'<textarea id="note" name="note" maxlength="{max_note}"></textarea>'
        if note
        else ""
    )
    return (
        f'<form method="post"><input type="hidden" name="seen" value="{seen}">'
        f'<input type="hidden" name="form" value="{secrets.token_hex(16)}">{field}{buttons}</form>'
        f'<p class="soft">{html.escape(say(language, "answer-for", name=name))}</p>'
    )


def filled(language: str, title: str, body: str) -> str:
    """The whole page. ``title`` is plain text, ``body`` is HTML."""
    head, _, rest = source().partition("{{body}}")
    head = head.replace("{{language}}", language).replace("{{title}}", html.escape(title))
    return head + body + rest


def short(text: str) -> str:
    """One line of at most MAX_TEXT characters."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def say(language: str, key: str, **values: str | int) -> str:
    """A text of these pages, without HTML."""
    return text_of("televent.adapters.http", language, key, **values)


@cache
def source() -> str:
    """The page without its contents."""
    return files("televent.adapters.http.pages").joinpath("answer.html").read_text("utf-8")
