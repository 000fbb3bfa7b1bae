"""The pages behind the links of mails, and that of a meeting with its three answers.

GET and HEAD change nothing, because mail scanners follow every link; only the form's POST answers. The token is the
whole proof: there is no cookie, so no other site can use one.
"""

from __future__ import annotations

import asyncio
import html
import math
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from televent.adapters.http.pages.guest_page import guest_answer
from televent.adapters.http.pages.keep_page import keep_answer
from televent.adapters.http.pages.link_html import (
    ANSWERED,
    CHOICES,
    Answer,
    Form,
    answer_form,
    fault_of,
    filled,
    notice,
    say,
    short,
    source,
)
from televent.adapters.http.pages.off_page import off_answer
from televent.adapters.http.pages.page_policy import page_policy
from televent.adapters.http.pages.parked_page import parked_answer, team_answer
from televent.adapters.http.pages.proposal_page import proposal_answer
from televent.adapters.http.pages.reminder_page import reminder_answer
from televent.adapters.http.pages.share_page import share_answer
from televent.adapters.http.pages.uninvited_page import uninvited_answer
from televent.application.backend import Backend
from televent.application.mail_records.answer_links import KEEP, OFFER, REMINDER, SHARE, TOKEN_LENGTH, AnswerLinks
from televent.application.outage import Outage
from televent.application.refusals import TryAgain
from televent.application.use_cases.mail.parked_cards import parked_view
from televent.application.use_cases.scheduling.answer_by_link import Linked, answer_by_link, open_link
from televent.application.use_cases.scheduling.cards import Card
from televent.application.use_cases.scheduling.guest_by_link import refused_to
from televent.wording.accepted import language_of as language_accepted
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.texts import language_of
from televent.wording.times import when_of
from televent.wording.zones import unknown_zone_of

MAX_BODY: Final = 8192
"""Max bytes of a form."""
MAX_QUERY: Final = 256
"""Max bytes of a query that is read."""
FILE: Final = ".ics"
"""The end of the path at which a guest loads the event as a file."""
_HEX: Final = frozenset("0123456789abcdef")

Scope = MutableMapping[str, Any]
T = TypeVar("T")


class Run(Protocol):
    """Calls synchronous code in a bounded pool of threads."""

    def __call__(self, function: Callable[..., T], *args: object) -> Awaitable[T]: ...


class AnswerPage:
    """The page as an ASGI application below ``/i/``. ``admit`` counts a request, and returns the seconds to wait.
    ``file_of``: the event of a guest's link as a calendar file, None where there is none."""

    def __init__(
        self,
        backend: Backend,
        links: AnswerLinks,
        run: Run,
        admit: Callable[[Scope], Awaitable[float]],
        file_of: Callable[[Linked], str | None],
    ) -> None:
        self._backend, self._links, self._file_of = backend, links, file_of
        self._run, self._admit = run, admit

    async def __call__(self, scope: Scope, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        """Answers GET, HEAD and POST."""
        answer = await self._answer(scope, receive)
        body = answer.page.encode()
        headers = [
            (b"content-type", answer.media_type),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"content-security-policy", page_policy(source(), "'self'")),
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
            return Answer(429, await asyncio.to_thread(notice, language, "answer-busy-title", "answer-busy"), (retry,))
        token = str(scope["path"]).removeprefix("/i/")
        form: Form | None = None
        if scope["method"] == "POST":
            body = await _body(receive)
            if body is None:
                page = await asyncio.to_thread(notice, language, "answer-busy-title", "answer-unread")
                return Answer(413, page)
            form = _read(body)
        try:
            return await self._run(self._made, token, language, form, _picked(scope))
        except (Outage, TryAgain):
            return Answer(503, await asyncio.to_thread(notice, language, "answer-busy-title", "answer-away"))

    def _made(self, path: str, language: str, form: Form | None, picked: str) -> Answer:
        token = path.removesuffix(FILE)
        known = len(token) == TOKEN_LENGTH and _HEX.issuperset(token)
        linked = open_link(self._backend, self._links, token) if known else None
        if linked is None:
            return Answer(404, notice(language, "answer-link-title", "answer-link"))
        if linked.link.guest is not None:
            if path != token:
                return (
                    self._file(linked, language) if form is None else Answer(405, headers=((b"allow", b"GET, HEAD"),))
                )
            return guest_answer(self._backend, linked, language, form, picked)
        if path != token:
            return Answer(404, notice(language, "answer-link-title", "answer-link"))
        display = self._display(linked)
        if linked.link.off is not None:
            return off_answer(self._backend, linked.account, linked.link, display.language, form)
        if linked.link.purpose == KEEP:
            return keep_answer(self._backend, linked.account, linked.link, display, form)
        if linked.link.purpose == REMINDER:
            return reminder_answer(self._backend, linked.account, linked.link, display, form)
        if linked.link.proposal is not None:
            return proposal_answer(self._backend, linked.account, linked.link, display, form)
        if linked.link.purpose == OFFER:
            # It needs the readers of broken files, which take long to import and serve nothing else here.
            from televent.adapters.http.pages.offer_page import offer_answer

            return offer_answer(self._backend, linked.account, linked.link, display, form)
        if linked.link.purpose == SHARE:
            return share_answer(self._backend, linked.account, linked.link, display.language, form)
        if linked.link.team is not None:
            return team_answer(self._backend, linked.account, linked.link, linked.link.team, display, form)
        if linked.link.uninvited is not None:
            return uninvited_answer(self._backend, linked.account, linked.link, display.language, form)
        if linked.card is None:
            view = parked_view(self._backend, linked.link.tenant, linked.link.stream_id)
            if view is not None:
                return parked_answer(self._backend, linked.account, linked.link, view, display, form)
        if form is None:
            return Answer(200, _page(linked, display, picked=picked))
        if fault := fault_of(form, display.language):
            return Answer(400, _page(linked, display, fault))
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
            return Answer(409, _page(now, display, say(display.language, f"answer-{refused}")))
        # The page is shown by GET, so that a reload does not answer again. The path is below one that a proxy may add.
        return Answer(303, headers=((b"location", token.encode()),))

    def _file(self, linked: Linked, language: str) -> Answer:
        """The event as a file. A page says why there is none."""
        refused = refused_to(self._backend, linked)
        found = self._file_of(linked) if refused in (None, "over") else None
        if found is None:
            return Answer(404, notice(language, "guest-file-title", f"guest-{refused or 'gone'}"))
        attached = (b"content-disposition", b'attachment; filename="invite.ics"')
        return Answer(200, found, (attached,), b"text/calendar; charset=utf-8; method=PUBLISH")

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
    return Form(choice[:16], note, values.get("seen", "")[:64], values.get("form", "")[:64])


def _page(linked: Linked, display: Display, told: str = "", picked: str = "") -> str:
    """The page of a meeting. ``told``: a sentence about what was sent just now. ``picked``: the choice of the link."""
    language, card = display.language, linked.card
    said = f'<p class="now" role="status">{html.escape(told)}</p>' if told else ""
    if card is None:
        return filled(language, say(language, "answer-gone"), said)
    lines = "".join(f"<p>{html.escape(each)}</p>" for each in _facts(card, display))
    state = f'<p class="now">{html.escape(_state(card, language))}</p>'
    title = short(card.entry.summary) or say(language, "answer-no-title")
    return filled(language, title, said + lines + state + (_form(linked, language, picked) if card.open else ""))


def _facts(card: Card, display: Display) -> list[str]:
    language, entry = display.language, card.entry
    lines = [when_of(entry.start, entry.end, display, getattr(entry.start, "tzinfo", None))]
    if unknown := unknown_zone_of(entry.unknown_zone, language):
        lines.append(unknown)
    if card.rule is not None:
        rule = rule_of(card.rule, display, card.first)
        lines.append(say(language, "answer-repeats" if card.recurrence_id is None else "answer-one-of", rule=rule))
    if place := short(entry.location):
        lines.append(say(language, "answer-place", place=place))
    lines.append(say(language, "answer-organizer", name=short(entry.organizer_name or entry.organizer or "")))
    return lines


def _state(card: Card, language: str) -> str:
    """The present answer, or why there is none to give."""
    if card.state != "open":
        return say(language, f"answer-{card.state}")
    if not card.open:
        return say(language, "answer-not-invited")
    return say(language, f"answer-you-{ANSWERED.get(card.entry.partstat or '', 'open')}")


def _form(linked: Linked, language: str, picked: str) -> str:
    return answer_form(short(linked.account.name), language, seen=linked.seen, picked=picked)


def _picked(scope: Scope) -> str:
    """The choice that the link names; "" for none."""
    query = parse_qs(bytes(scope.get("query_string", b""))[:MAX_QUERY].decode("latin-1"), errors="replace")
    return next(iter(query.get("answer", [])), "")
