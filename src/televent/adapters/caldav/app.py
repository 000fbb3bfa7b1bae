"""The CalDAV adapter as an ASGI application: it signs the client in and calls the method's handler.

It uses the path exactly as the client sent it, and it handles every HTTP method itself."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import structlog

from televent.adapters.caldav.answers.encoding import compress, keep_untransformed, short
from televent.adapters.caldav.answers.streaming import stream
from televent.adapters.caldav.door import discovery
from televent.adapters.caldav.door.auth import Authenticator
from televent.adapters.caldav.door.credentials import client_of
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.door.last_use import LastUse
from televent.adapters.caldav.door.limits import Limiter, RateLimits
from televent.adapters.caldav.door.origin import origin
from televent.adapters.caldav.door.preconditions import check_if
from televent.adapters.caldav.door.run import Run
from televent.adapters.caldav.door.upload import Incoming
from televent.adapters.caldav.door.watch import signed_in
from televent.adapters.caldav.errors import DavError, need_privileges, of_outage, of_refusal, precondition, unprivileged
from televent.adapters.caldav.http import (
    BodyTooLarge,
    Header,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    read_body,
)
from televent.adapters.caldav.methods import (
    acl,
    copy,
    delete,
    get,
    mkcalendar,
    move,
    options,
    post,
    propfind,
    proppatch,
    put,
    report,
)
from televent.adapters.caldav.methods.attachments import change_attachments
from televent.adapters.caldav.properties.live import COLLECTIONS
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.public_path import PublicPath
from televent.adapters.caldav.tree import BadPath, Kind, Target, encode, parse
from televent.application.backend import Backend
from televent.application.marks import Marks
from televent.application.outage import Outage
from televent.application.push import Offer
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.calendars import CalendarRow
from televent.application.rows import Rows
from televent.domain.refusal import Refusal

log = structlog.get_logger("televent.caldav")

_CLOSE: Final[Header] = (b"connection", b"close")
Method = Callable[[Door, Request, Person], Awaitable[Response]]

METHODS: Final[dict[str, Method]] = {
    "OPTIONS": options.options,
    "PROPFIND": propfind.propfind,
    "REPORT": report.report,
    "GET": get.get,
    "HEAD": get.get,
    "PUT": put.put,
    "DELETE": delete.delete,
    "COPY": copy.copy,
    "MOVE": move.move,
    "PROPPATCH": proppatch.proppatch,
    "MKCALENDAR": mkcalendar.mkcalendar,
    "MKCOL": mkcalendar.mkcol,
    "POST": post.post,
    "ACL": acl.acl,
}


_WEAK: Final = re.compile(rb'(?:\A|,)\s*W/"')
_WEAKENED: Final = (
    'If-Match has a weak ETag (W/"..."), which matches nothing (RFC 9110 §13.1.1). This server sends strong ETags: a '
    "proxy in front of it has made this one weak. Its compression must be off for calendars."
)
_OF_THE_PAST: Final = frozenset({"OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT"})
_READING: Final = frozenset({"GET", "HEAD", "PROPFIND"})
_BODILESS: Final = frozenset({"GET", "HEAD", "DELETE", "COPY", "MOVE"})


class CaldavDoor:
    """The ASGI application for all CalDAV requests of one process.

    ``run`` calls synchronous code in a bounded thread pool; ``rows`` reads single rows without one. ``marks`` None: no
    answer is kept. ``public_url`` is the operator's URL of this server without
    a trailing slash; None: scheme and host of each request. ``rate_limits`` None: no limits. ``push`` None: no
    WebDAV-Push."""

    def __init__(
        self,
        backend: Backend,
        run: Run,
        rows: Rows,
        *,
        marks: Marks | None = None,
        public_url: str | None = None,
        rate_limits: RateLimits | None = None,
        push: Offer | None = None,
    ) -> None:
        self._run = run
        self._door = Door(backend, run, rows, marks, public_url, push)
        self._limiter = Limiter(rate_limits, run) if rate_limits is not None else None
        self._authenticator = Authenticator(backend, run, rows, self._limiter)
        self.last_use = LastUse(backend, run)
        self._public_url = public_url
        self._public_path = PublicPath(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        assert scope["type"] == "http"
        head = scope["method"] == "HEAD"
        try:
            response = await self._answer(scope, receive)
            keep_untransformed(response.headers)
            response.headers, response.body = self._public_path.leave(response.headers, response.body)
            if not head and not short(response):
                compress(response, _accepted(scope))
            body, rest = await self._begin(response)
        except (DavError, Refusal) as error:
            response, body, rest = self._error(_explained(error, scope))
        except Outage as outage:
            log.warning("request not answered", method=scope["method"], outage=outage.name, error=str(outage))
            response, body, rest = self._error(of_outage(outage))
        except ConnectionResetError:
            return
        except Exception:
            log.exception("request failed", method=scope["method"])
            response, body, rest = self._error(DavError(500, text="An internal error occurred on the server."))
        await self._send(response, body, rest, head, receive, send)

    def _error(self, error: DavError) -> tuple[Response, bytes, None]:
        content_type, body = error.body()
        headers: list[Header] = [*error.headers]
        if body:
            headers.append((b"content-type", content_type))
        headers, shown = self._public_path.leave(headers, body)
        assert isinstance(shown, bytes)
        return Response(error.status, shown, headers), shown, None

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        method = scope["method"]
        headers = _headers(scope["headers"])
        incoming = Incoming(receive) if method == "POST" and _posts_to_object(scope) else None
        if incoming is not None:
            # An attachment is too large to buffer before the client has signed in.
            return await self._posted(scope, headers, incoming)
        body, too_large = b"", False
        if "content-length" in headers or "transfer-encoding" in headers:
            # The body is read before any answer: a client that is still sending would not read a 401.
            try:
                body = await read_body(receive, headers.get("content-length"))
            except BodyTooLarge:
                too_large = True
        return await self._dispatch(scope, headers, body, None, too_large)

    async def _posted(self, scope: Scope, headers: dict[str, str], incoming: Incoming) -> Response:
        expect = headers.get("expect", "")
        try:
            response = await self._dispatch(scope, headers, b"", incoming)
        except (DavError, Refusal, Outage) as reason:
            error = reason if isinstance(reason, DavError) else _answer_to(reason)
            if await incoming.settle(expect):
                error.headers += (_CLOSE,)
            raise error from None
        if await incoming.settle(expect):
            response.headers.append(_CLOSE)
        return response

    async def _dispatch(
        self, scope: Scope, headers: dict[str, str], body: bytes, incoming: Incoming | None, too_large: bool = False
    ) -> Response:
        method = scope["method"]
        target = _target(scope)
        login = headers.get("authorization")
        if target is not None and target.kind is Kind.WELL_KNOWN and method != "OPTIONS":
            return discovery.redirect(self._public_url)
        if method == "OPTIONS" and target is not None and (login is None or not target.user):
            return discovery.options(target.kind, push=self._door.push is not None)
        if target is None:
            # RFC 4791 §5.3.1: calendars are created in the home only.
            deeper = method in ("MKCALENDAR", "MKCOL")
            raise (
                precondition("calendar-collection-location-ok")
                if deeper
                else DavError(404, text="No resource has this URL.")
            )
        client = client_of(scope)
        early_read = self._door.start_early_read(method, target) if login is not None else None
        early_find = None
        if login is not None and method == "PUT" and "if" not in headers:
            # The If header is checked against rows of its own, which must not be newer.
            early_find = self._door.start_early_find(target, body)
        account, device = await self._authenticator.sign_in(login, client)
        signed_in(account.tenant, device.device_id)
        self.last_use.note(account.tenant, device.device_id)
        if self._limiter is not None and await self._limiter.count_request(str(account.tenant)):
            early_read = early_find = (
                None  # It is older than the answers that the client got while this request waited.
            )
        try:
            person, granted = await self._person(account, target)
        except DavError:
            if method == "OPTIONS":
                return discovery.options(target.kind, discovery.CLOSED)
            raise
        if granted is not None:
            # The early read does not know about sharing: it would return the row as its owner sees it.
            target, early_read, early_find = replace(target, calendar=granted.name), None, None
        person.device, person.push = device.device_id, self._door.push
        if granted is None:
            person.past = await self._door.past_of(person, target)
        if person.past is not None and method not in _OF_THE_PAST:
            raise DavError(403, text="This calendar is shown as it stood in the past, so nothing in it can be changed.")
        if too_large:
            # PUT and POST to the outbox have a precondition for this (RFC 4791 §5.3.2.1, RFC 6638 §5.2).
            bounded = method == "PUT" or target.kind is Kind.OUTBOX
            raise precondition("max-resource-size") if bounded else DavError(413, text="The body is too large.")
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if (body or incoming is not None) and encoding not in ("", "identity"):
            text = "Send the body as it is, without a Content-Encoding."
            raise DavError(415, text=text, headers=((b"accept-encoding", b"identity"),))
        correlation = _correlation(scope, self._door.backend)
        base = self._public_url or origin(scope, headers.get("host", ""))
        self._public_path.enter(headers)
        request = Request(
            method,
            target,
            headers,
            body,
            client,
            correlation,
            base,
            self._public_path,
            early_read,
            early_find,
            granted=granted,
        )
        handler = METHODS.get(method)
        lease, posts = target.kind is Kind.PUSH_REGISTRATION, target.kind in post.KINDS or incoming is not None
        attached = target.kind is Kind.ATTACHMENT and method not in ("OPTIONS", "GET", "HEAD")
        if handler is None or attached or (lease and method != "DELETE") or (method == "POST" and not posts):
            raise await options.not_allowed(self._door, request, person)
        if body and method in _BODILESS:
            # RFC 4918 §8.4: a body that the method would ignore is refused.
            raise DavError(415, text="This method takes no body.")
        await check_if(self._door, request, person)
        if incoming is not None:
            query = scope.get("query_string", b"").decode("latin-1")
            return await change_attachments(self._door, request, person, query, incoming)
        try:
            response = await handler(self._door, request, person)
        except Refusal as refusal:
            raise unprivileged(refusal, method, target.path) or refusal from None
        if not target.slash and target.kind in COLLECTIONS and method in _READING:
            # RFC 4918 §5.2: Content-Location gives the canonical URL, with the slash.
            response.headers.append((b"content-location", target.path.encode()))
        return response

    async def _person(self, account: AccountRow, target: Target) -> tuple[Person, CalendarRow | None]:
        """The signed-in person, and the shared calendar if the URL names one in its owner's tree. Raises DavError 403
        for anything else in another person's tree."""
        home = f"/caldav/{account.tenant}/"
        person = Person(account, self._door.backend.people.addresses_of, home)
        if not target.user:
            return person, None
        if target.kind is Kind.ATTACHMENT:
            # Any account that has the attachment in an event may read it. The method checks that.
            return person, None
        if target.user == home[8:-1]:
            return person, None
        user = target.user.lower()
        if user in (str(account.tenant), str(account.telegram_id)) or user in person.addresses:
            person.home = f"/caldav/{encode(target.user)}/"
            return person, None
        granted = None
        if target.kind in (Kind.CALENDAR, Kind.OBJECT):
            granted = await self._door.run(self._granted, user, target.calendar, account)
        if granted is None:
            raise need_privileges(target.path, "read")
        person.elsewhere[granted.name] = f"/caldav/{encode(target.user)}/{encode(target.calendar)}/"
        return person, granted

    def _granted(self, user: str, calendar: str, account: AccountRow) -> CalendarRow | None:
        """The calendar that ``user`` shares with ``account``, None if there is none."""
        backend = self._door.backend
        owner = backend.people.account_of_name(user)
        return backend.reads.granted(owner.tenant, calendar, account.tenant) if owner is not None else None

    async def _begin(self, response: Response) -> tuple[bytes, Iterator[bytes] | None]:
        """The first bytes of the body, and an iterator over the rest if there is more.

        Two chunks are made before the headers are sent. So an early failure becomes an error status instead of a
        truncated answer, and a short answer has a Content-Length."""
        if isinstance(response.body, bytes):
            return response.body, None
        rest = response.body
        begun, more = await self._door.run(_two, rest)
        return begun, rest if more else None

    async def _send(
        self, response: Response, body: bytes, rest: Iterator[bytes] | None, head: bool, receive: Receive, send: Send
    ) -> None:
        headers = response.headers
        sized = any(name == b"content-length" for name, _ in headers)
        if rest is None and response.status not in (204, 304) and not sized:
            headers = [*headers, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        if rest is None:
            await send({"type": "http.response.body", "body": b"" if head else body})
            return
        await stream(b"" if head else body, rest, self._door.run, receive, send)


def _two(rest: Iterator[bytes]) -> tuple[bytes, bool]:
    """The first two chunks joined, and whether more may follow."""
    first = next(rest, b"")
    second = next(rest, b"") if first else b""
    return first + second if second else first, bool(second)


def _explained(error: DavError | Refusal, scope: Scope) -> DavError:
    answer = error if isinstance(error, DavError) else of_refusal(error)
    if answer.status == 412 and any(name == b"if-match" and _WEAK.search(value) for name, value in scope["headers"]):
        answer.text = _WEAKENED
    return answer


def _answer_to(reason: Refusal | Outage) -> DavError:
    return of_refusal(reason) if isinstance(reason, Refusal) else of_outage(reason)


def _accepted(scope: Scope) -> str | None:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-encoding"]
    return ",".join(values) if values else None


def _headers(raw: Any) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _target(scope: Scope) -> Target | None:
    raw = scope.get("raw_path") or scope["path"].encode()
    if raw == b"*":
        raw = b"/"
    try:
        return parse(raw.partition(b"?")[0].decode("latin-1"))
    except BadPath:
        raise DavError(400, text="The path cannot be read.") from None


def _posts_to_object(scope: Scope) -> bool:
    """True if the URL names a calendar object. A body posted there may be an attachment (RFC 8607 §3.3)."""
    try:
        target = _target(scope)
    except DavError:
        return False
    return target is not None and target.kind is Kind.OBJECT


def _correlation(scope: Scope, backend: Backend) -> str:
    given = scope.get("state", {}).get("request_id")
    return given if isinstance(given, str) else backend.ids().hex
