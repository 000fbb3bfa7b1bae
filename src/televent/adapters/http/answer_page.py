"""The page behind the link of a mail: the meeting and the three answers.

GET and HEAD change nothing, because mail scanners follow every link; only the form's POST answers. The token is the
whole proof: there is no cookie, so no other site can use one.
"""

from __future__ import annotations

import asyncio
import html
import math
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from televent.adapters.http.page_policy import page_policy
from televent.adapters.http.start_page import language_of as language_accepted
from televent.application.answer_links import TOKEN_LENGTH, AnswerLinks
from televent.application.backend import Backend
from televent.application.outage import Outage
from televent.application.refusals import TryAgain
from televent.application.use_cases.scheduling.answer_by_link import Linked, answer_by_link, open_link
from televent.application.use_cases.scheduling.cards import Card
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.texts import language_of, text_of
from televent.wording.times import when_of

MAX_BODY: Final = 8192
"""Max bytes of a form."""
MAX_NOTE: Final = 500
"""Max characters of a note."""
MAX_TEXT: Final = 256
"""Max characters of a title, a place or a name on the page."""
CHOICES: Final = {"accept": "ACCEPTED", "tentative": "TENTATIVE", "decline": "DECLINED"}
"""The value of each button, and its PARTSTAT."""
_ANSWERED: Final = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}
_HEX: Final = frozenset("0123456789abcdef")

Scope = MutableMapping[str, Any]
T = TypeVar("T")


class Run(Protocol):
    """Calls synchronous code in a bounded pool of threads."""

    def __call__(self, function: Callable[..., T], *args: object) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. ``location``: where the browser goes instead of showing the page."""

    status: int
    page: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """The form that a person sent. ``choice`` is "" where it is none of CHOICES."""

    choice: str
    note: str
    seen: str
    form: str


class AnswerPage:
    """The page as an ASGI application below ``/i/``. ``admit`` counts a request, and returns the seconds to wait."""

    def __init__(
        self, backend: Backend, links: AnswerLinks, run: Run, admit: Callable[[Scope], Awaitable[float]]
    ) -> None:
        self._backend, self._links = backend, links
        self._run, self._admit = run, admit

    async def __call__(self, scope: Scope, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        """Answers GET, HEAD and POST."""
        answer = await self._answer(scope, receive)
        body = answer.page.encode()
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"content-security-policy", page_policy(_source(), "'self'")),
            (b"x-content-type-options", b"nosniff"),
            (b"x-robots-tag", b"noindex, nofollow"),
            (b"referrer-policy", b"no-referrer"),
            *answer.headers,
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _answer(self, scope: Scope, receive: Any) -> Answer:
        accepted = [value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"]
        language = language_accepted(",".join(accepted))
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return Answer(405, headers=((b"allow", b"GET, HEAD, POST"),))
        wait = await self._admit(scope)
        if wait > 0:
            retry = (b"retry-after", str(max(1, math.ceil(wait))).encode())
            return Answer(429, await asyncio.to_thread(_notice, language, "answer-busy-title", "answer-busy"), (retry,))
        token = str(scope["path"]).removeprefix("/i/")
        form: Form | None = None
        if scope["method"] == "POST":
            body = await _body(receive)
            if body is None:
                page = await asyncio.to_thread(_notice, language, "answer-busy-title", "answer-unread")
                return Answer(413, page)
            form = _read(body)
        try:
            return await self._run(self._made, token, language, form)
        except (Outage, TryAgain):
            return Answer(503, await asyncio.to_thread(_notice, language, "answer-busy-title", "answer-away"))

    def _made(self, token: str, language: str, form: Form | None) -> Answer:
        known = len(token) == TOKEN_LENGTH and _HEX.issuperset(token)
        linked = open_link(self._backend, self._links, token) if known else None
        if linked is None:
            return Answer(404, _notice(language, "answer-link-title", "answer-link"))
        display = self._display(linked)
        if form is None:
            return Answer(200, _page(linked, display))
        if not form.choice:
            return Answer(400, _page(linked, display, _say(display.language, "answer-unread")))
        if len(form.note) > MAX_NOTE:
            long = _say(display.language, "answer-note-long", limit=MAX_NOTE, length=len(form.note))
            return Answer(400, _page(linked, display, long))
        refused = answer_by_link(
            self._backend,
            self._links,
            linked,
            partstat=CHOICES[form.choice],
            comment=form.note or None,
            seen=form.seen,
            form=form.form,
        )
        if refused is not None:
            now = open_link(self._backend, self._links, token) or linked
            return Answer(409, _page(now, display, _say(display.language, f"answer-{refused}")))
        # The page is shown by GET, so that a reload does not answer again. The path is below one that a proxy may add.
        return Answer(303, headers=((b"location", token.encode()),))

    def _display(self, linked: Linked) -> Display:
        account, chosen = linked.account, linked.account.preferences
        zone = ZoneInfo(account.timezone)
        now = self._backend.clock().astimezone(zone)
        return Display(zone, language_of(account.locale), now, chosen.clock24, chosen.week_start)


async def _body(receive: Any) -> bytes | None:
    """The body of a request; None where it is longer than MAX_BODY."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return body


def _read(body: bytes) -> Form:
    """The fields of a form. A field that is missing, doubled or unreadable is ""."""
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=10, errors="replace")
    except ValueError:
        fields = {}
    values = {name: given[0] for name, given in fields.items() if len(given) == 1}
    lines = values.get("note", "").replace("\r\n", "\n").replace("\r", "\n")
    note = "".join(each for each in lines if each == "\n" or each.isprintable()).strip()
    choice = values.get("answer", "")
    return Form(choice if choice in CHOICES else "", note, values.get("seen", "")[:64], values.get("form", "")[:64])


def _notice(language: str, title: str, text: str) -> str:
    """A page with one sentence."""
    return _filled(language, _say(language, title), f"<p>{html.escape(_say(language, text))}</p>")


def _page(linked: Linked, display: Display, told: str = "") -> str:
    """The page of a meeting. ``told``: a sentence about what was sent just now."""
    language, card = display.language, linked.card
    said = f'<p class="now" role="status">{html.escape(told)}</p>' if told else ""
    if card is None:
        return _filled(language, _say(language, "answer-gone"), said)
    lines = "".join(f"<p>{html.escape(each)}</p>" for each in _facts(card, display))
    state = f'<p class="now">{html.escape(_state(card, language))}</p>'
    title = _short(card.entry.summary) or _say(language, "answer-no-title")
    return _filled(language, title, said + lines + state + (_form(linked, language) if card.open else ""))


def _facts(card: Card, display: Display) -> list[str]:
    language, entry = display.language, card.entry
    lines = [when_of(entry.start, entry.end, display, getattr(entry.start, "tzinfo", None))]
    if card.rule is not None:
        rule = rule_of(card.rule, display, entry.start)
        lines.append(_say(language, "answer-repeats" if card.recurrence_id is None else "answer-one-of", rule=rule))
    if place := _short(entry.location):
        lines.append(_say(language, "answer-place", place=place))
    lines.append(_say(language, "answer-organizer", name=_short(entry.organizer_name or entry.organizer or "")))
    return lines


def _state(card: Card, language: str) -> str:
    """The present answer, or why there is none to give."""
    if card.state != "open":
        return _say(language, f"answer-{card.state}")
    if not card.open:
        return _say(language, "answer-not-invited")
    return _say(language, f"answer-you-{_ANSWERED.get(card.entry.partstat or '', 'open')}")


def _form(linked: Linked, language: str) -> str:
    buttons = "".join(
        f'<button name="answer" value="{each}">{html.escape(_say(language, f"answer-{each}"))}</button>'
        for each in CHOICES
    )
    return (
        f'<form method="post"><input type="hidden" name="seen" value="{linked.seen}">'
        f'<input type="hidden" name="form" value="{secrets.token_hex(16)}">'
        f'<label for="note">{html.escape(_say(language, "answer-note"))}</label>'
        f'<textarea id="note" name="note" maxlength="{MAX_NOTE}"></textarea>{buttons}</form>'
        f'<p class="soft">{html.escape(_say(language, "answer-for", name=_short(linked.account.name)))}</p>'
    )


def _filled(language: str, title: str, body: str) -> str:
    """The whole page. ``title`` is plain text, ``body`` is HTML."""
    head, _, rest = _source().partition("{{body}}")
    head = head.replace("{{language}}", language).replace("{{title}}", html.escape(title))
    return head + body + rest


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _say(language: str, key: str, **values: str | int) -> str:
    return text_of("televent.adapters.http", language, key, **values)


@cache
def _source() -> str:
    return files("televent.adapters.http").joinpath("answer.html").read_text("utf-8")
