"""Requests that come twice: with an Idempotency-Key the second one gets the answer of the first (ADR 85).

It works in one place, before the handler and around its answer, so every POST has it that is not in EXCEPTIONS.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import Final
from uuid import UUID, uuid4, uuid5

from litestar.datastructures import Headers
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

from televent.adapters.rest.mapping.wrong import wrong
from televent.adapters.rest.problems import KeyBusy, KeyReused
from televent.adapters.rest.signing_in.auth import COMMAND, PERSON, Auth
from televent.adapters.rest.signing_in.scopes import SIGNED_IN
from televent.application.accounts.kept_answers import Claim, KeptAnswer
from televent.application.outage import Outage
from televent.domain.ids import AccountId

HEADER: Final = "Idempotency-Key"
PATTERN: Final = r"^[\x21-\x7e]{1,64}$"
_KEY: Final = re.compile(PATTERN)
_LEFT_OUT: Final = frozenset({b"content-length"})
"""Headers that a kept answer gets again when it is sent."""

_NOBODY: Final = "nobody is signed in yet, whose key it could be"
_SECRET: Final = "its answer has a secret that is shown once, and must not be kept"
_READS: Final = "it changes nothing"
_URL: Final = "its answer has the URL, which is often a secret and must not be kept"
EXCEPTIONS: Final[dict[str, str]] = {
    "addAttachment": "the bytes are not kept to be compared; read the list of files after a lost answer",
    "addDevice": _SECRET,
    "askFreeBusy": _READS,
    "changePassword": "its body has passwords, and a hash of it would be kept",
    "createFeed": _SECRET,
    "createKey": _SECRET,
    "createSubscription": f"{_URL}; the same URL again is the same subscription",
    "createWebhook": _SECRET,
    "forgotPassword": _NOBODY,
    "login": _NOBODY,
    "loginByTelegram": _NOBODY,
    "logout": "it ends the session, without which a repeat has no answer",
    "parseSentence": _READS,
    "refreshSubscription": f"{_URL}; a calendar is read once a minute at most",
    "refreshToken": _NOBODY,
    "register": _NOBODY,
    "resendCode": _NOBODY,
    "resetPassword": _NOBODY,
    "rotateWebhookSecret": _SECRET,
    "verifyRegistration": _NOBODY,
}
"""The POST operations that read no Idempotency-Key, each with its reason."""


def takes_key(method: str, operation_id: str) -> bool:
    """Whether the operation reads an Idempotency-Key."""
    return method.upper() == "POST" and operation_id not in EXCEPTIONS


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request with a key. ``holder`` names it among those that use the key."""

    auth: Auth
    tenant: AccountId
    key: str
    request: bytes
    holder: UUID

    def claim(self) -> Claim | None:
        return self.auth.backend.kept_answers.claim(
            self.tenant, self.key, self.request, self.holder, self.auth.backend.clock()
        )

    def keep(self, answer: KeptAnswer) -> None:
        self.auth.backend.kept_answers.keep(self.tenant, self.key, self.holder, answer)

    def release(self) -> None:
        self.auth.backend.kept_answers.release(self.tenant, self.key, self.holder)


class Once(ASGIMiddleware):
    """Answers a repeat with the kept answer. Answers are kept before they are sent; refusals are not kept."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Passes the request on, or answers it. Raises KeyReused for another request with the key, KeyBusy while the
        first one is at work."""
        handler = scope.get("route_handler")
        key = Headers.from_scope(scope).get(HEADER) if scope.get("method") == "POST" else None
        if key is None or not isinstance(handler, HTTPRouteHandler) or not _reads_key(handler):
            await next_app(scope, receive, send)
            return
        asked = await _asked(scope, receive, send, key)
        claim = await asked.auth.run(asked.claim)
        if claim is None:
            # The account was erased just now: the handler says so.
            await next_app(scope, receive, send)
            return
        if claim.kept.request != asked.request:
            raise KeyReused
        if claim.kept.status:
            await _send(send, claim.kept)
            return
        if not claim.ours:
            raise KeyBusy
        # The same id for each repeat: after a crash before the answer was kept, nothing is done a second time. Once
        # the key is forgotten, the same request is another one.
        name = f"{key}/{asked.request.hex()}/{claim.kept.made_at.astimezone(UTC).isoformat()}"
        scope["state"][COMMAND] = uuid5(asked.tenant, name)
        done = False
        start: HTTPResponseStartEvent | None = None
        body = bytearray()

        async def keep(message: Message) -> None:
            nonlocal start, done
            if message["type"] == "http.response.start":
                start = message
                return
            if start is None or message["type"] != "http.response.body":
                await send(message)
                return
            body.extend(message["body"])
            if message.get("more_body"):
                return
            if 200 <= start["status"] < 300:
                headers = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in start["headers"]
                    if name.lower() not in _LEFT_OUT
                }
                answer = KeptAnswer(asked.request, claim.kept.made_at, start["status"], headers, bytes(body))
                await asked.auth.run(asked.keep, answer)
                done = True
            await send(start)
            await send({"type": "http.response.body", "body": bytes(body), "more_body": False})

        try:
            await next_app(scope, receive, keep)
        finally:
            if not done:
                # Where the database is away, the key is free again after AT_WORK.
                with suppress(Outage):
                    await asked.auth.run(asked.release)


def _reads_key(handler: HTTPRouteHandler) -> bool:
    return bool(handler.opt.get(SIGNED_IN)) and takes_key("POST", str(handler.operation_id))


async def _asked(scope: Scope, receive: Receive, send: Send, key: str) -> _Asked:
    """The request of a signed-in person. Raises ValidationException for a key that is none."""
    request = scope["litestar_app"].request_class(scope, receive=receive, send=send)
    if not _KEY.match(key):
        raise wrong(HEADER, "A key is 1 to 64 visible ASCII characters.")
    auth: Auth = request.app.state.auth
    said = f"POST {request.url.path}?{request.url.query}\n".encode() + await request.body()
    tenant = AccountId(scope["state"][PERSON].tenant)
    return _Asked(auth, tenant, key, hashlib.sha256(said).digest(), uuid4())


async def _send(send: Send, kept: KeptAnswer) -> None:
    headers = {**kept.headers, "idempotency-replayed": "true"}
    if kept.status != 204:
        headers["content-length"] = str(len(kept.body))
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": kept.status, "headers": encoded})
    await send({"type": "http.response.body", "body": kept.body, "more_body": False})
