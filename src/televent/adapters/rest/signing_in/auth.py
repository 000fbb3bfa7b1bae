"""The sign-in of requests: access tokens (RFC 7519), API keys, and limits for those who are signed in or try to be."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.security.jwt import Token

from televent.adapters.rest.problems import NotSignedIn, TooManyRequests, WrongScope
from televent.adapters.rest.rows_read import MARKS, ROWS, Rows, no_rows
from televent.adapters.rest.signing_in.cookies import READING, Cookies
from televent.adapters.rest.signing_in.scopes import SCOPE, SIGNED_IN
from televent.adapters.rest.signing_in.scopes import Scope as Part
from televent.adapters.rest.signing_in.telegram_proof import TelegramProofs
from televent.adapters.rest.signing_in.verified_tokens import VerifiedTokens
from televent.adapters.rest.storable import check_url, may_have_nul
from televent.application.accounts.origins import Origin
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.marks import Marks
from televent.application.outage import Outage
from televent.application.rows import Rows as RowReader
from televent.application.use_cases.people import api_keys
from televent.application.use_cases.people.sign_in import SignedIn
from televent.application.use_cases.people.telegram_sign_in import account_of_telegram
from televent.domain.ids import AccountId
from televent.wording.accepted import language_of

ALGORITHM: Final = "HS256"
"""The only algorithm; the one that a token names does not count (RFC 8725 §3.1)."""
AUDIENCE: Final = "televent-rest"
REQUIRED: Final = ("exp", "iat", "sub", "aud", "jti")
LIFETIME: Final = timedelta(minutes=15)
"""Time for which an access token is valid, where its session does not end before."""
SKEW: Final = timedelta(minutes=1)
"""Time by which a token is older than it is: a node whose clock is behind would take a new one for forged."""
KEYS_KNOWN: Final = 60.0
"""Seconds for which a process knows the keys."""
HASHES: Final = 4
"""Max passwords that one process hashes at once."""

SESSION: Final = "session"
KEY: Final = "key"
TELEGRAM: Final = "telegram"
INIT_DATA: Final = "x-telegram-init-data"
KEY_PREFIX: Final = "tvk_"
"""The begin of every API key, by which programs that look for lost secrets find it."""
PERSON: Final = "televent_person"
"""The key of the person in a request's state."""
COMMAND: Final = "televent_command"
"""The key, in a request's state, of the id of its first command, where its Idempotency-Key chooses it."""
MAX_TOKEN: Final = 2048
"""Max characters of a token or key."""

T = TypeVar("T")
Scope = MutableMapping[str, Any]
Admit = Callable[[Scope], Awaitable[float]]
"""Counts a request by its client's address, and returns the seconds that it has to wait."""


class Run(Protocol):
    """Calls synchronous code in a bounded pool of threads."""

    def __call__(self, function: Callable[..., T], *args: object) -> Awaitable[T]: ...


class Count(Protocol):
    """A limit that all nodes share."""

    def held(self, key: str) -> bool:
        """Uses one admission that this process has; False where none is left."""
        ...

    def __call__(self, key: str, patience: float = 0.0) -> float:
        """Counts one request; returns the seconds that it has to wait. It blocks."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """The signed-in person of a request.

    ``session_id``: of their session; of the API key where ``kind`` is KEY; the account's where it is TELEGRAM.
    ``scopes``: what the request may do.
    ``name``: of the key; "" for a session. ``origin``: of the commands of this request (application.origins); None for
    a request that only reads. ``expires``: when the token or key of the request does; None: never.
    """

    tenant: AccountId
    session_id: UUID
    kind: str = SESSION
    scopes: frozenset[str] = frozenset(Part)
    name: str = ""
    origin: UUID | None = None
    expires: datetime | None = None


@dataclass
class Auth:
    """The parts with which one process signs requests in. ``keys``: those that sign access tokens, the newest first.
    ``requests``: a limit by account; ``attempts``: of sign-ins by name and client; ``guesses``: of sign-ins by name,
    from clients that are not known; ``registrations``: by client. None: nothing is counted."""

    backend: Backend
    run: Run
    admit: Admit
    client_of: Callable[[Scope], str]
    keys: Callable[[], tuple[str, ...]]
    requests: Count | None
    attempts: Count | None
    guesses: Count | None = None
    registrations: Count | None = None
    telegram: TelegramProofs = field(default_factory=TelegramProofs)
    cookies: Cookies = field(default_factory=Cookies)
    marks: Marks | None = None
    """Reads whether sessions have ended, with the marks of the rows that an answer is made of. None: by a thread."""
    rows: RowReader | None = None
    """Reads rows without a thread. None: by a thread."""
    verified: VerifiedTokens[Person] = field(default_factory=VerifiedTokens)
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHES))
    _keys: tuple[str, ...] = ()
    _keys_until: float = 0.0

    async def secrets(self) -> tuple[str, ...]:
        """The keys; read once a minute by each process, because they take turns."""
        now = time.monotonic()
        if not self._keys or now >= self._keys_until:
            self._keys = await self.run(self.keys)
            self._keys_until = now + KEYS_KNOWN
        return self._keys

    async def access(self, signed_in: SignedIn) -> str:
        """A new access token of a session."""
        now = self.backend.clock()
        token = Token(
            exp=now + LIFETIME,
            iat=now - SKEW,
            sub=str(signed_in.tenant),
            aud=AUDIENCE,
            jti=str(signed_in.session_id),
        )
        return token.encode(secret=(await self.secrets())[0], algorithm=ALGORITHM)

    async def person_of(self, scope: Scope, header: str, init_data: str = "", rows: Rows = no_rows) -> Person:
        """The person whose access token or API key the Authorization header has; without that header, of whom
        ``init_data`` is. ``rows``: those whose marks are read with the session. Raises NotSignedIn, TooManyRequests."""
        scheme, _, encoded = header.partition(" ")
        encoded, found = encoded.strip(), None
        if scheme.lower() == "bearer" and len(encoded) <= MAX_TOKEN:
            read = None
            if not encoded.startswith(KEY_PREFIX):
                read = self.verified.read(encoded, await self.secrets(), _read)
                found = await self._marked(scope, read, rows) if read is not None else None
            if found is None and (read is not None or encoded.startswith(KEY_PREFIX)):
                found = await self.run(self._person, scope, encoded, read)
        elif not header and init_data:
            found = await self.run(self._telegram_person, scope, init_data)
        if found is None:
            wait = await self.admit(scope)
            if wait > 0:
                raise TooManyRequests(wait)
            raise NotSignedIn
        await self._count(self.requests, str(found.tenant))
        return found

    async def _marked(self, scope: Scope, read: Person, rows: Rows) -> Person | None:
        """The person, if the session of their token has not ended. None where it has, or nobody could say so here."""
        if self.marks is None:
            return None
        own = ("session", read.tenant, read.session_id)
        found = await self.marks.ask((own, *rows(scope, read.tenant)))
        if found is None or float(found[1]) <= self.backend.clock().timestamp():  # type: ignore[arg-type]
            return None
        scope["state"][MARKS] = (found[0], *found[2:])
        if scope.get("method", "GET") in READING:
            return read
        return replace(read, origin=await self._origin(scope, read))

    async def _origin(self, scope: Scope, person: Person) -> UUID | None:
        origin = self._origin_in(scope, person.session_id, person.name)
        known = self.backend.origins.known(person.tenant, origin, self.backend.clock())
        return known or await self.run(self.origin_of, scope, person.tenant, person.session_id, person.name)

    def _person(self, scope: Scope, encoded: str, read: Person | None) -> Person | None:
        if encoded.startswith(KEY_PREFIX):
            owner = api_keys.owner_of(self.backend, taken(encoded.removeprefix(KEY_PREFIX)))
            if owner is None:
                return None
            key = owner[1]
            found = Person(owner[0], key.key_id, KEY, frozenset(key.scopes), key.name, expires=key.expires_at)
        else:
            if read is None or not self.backend.sessions.alive(read.tenant, read.session_id, self.backend.clock()):
                return None
            found = read
        if scope.get("method", "GET") in READING:
            return found
        return replace(found, origin=self.origin_of(scope, found.tenant, found.session_id, found.name))

    def _telegram_person(self, scope: Scope, init_data: str) -> Person | None:
        now = self.backend.clock()
        proof = self.telegram.init_data(init_data, now)
        if proof is None:
            return None
        account = self.backend.reads.account_by_telegram(proof.user.id)
        if account is None:
            # The first contact opens the account. The id is random: one made from Telegram's would outlive an erasure.
            tenant, command_id = AccountId(self.backend.ids()), self.backend.ids()
            context = Context(tenant, str(tenant), "rest", now, command_id, command_id.hex)
            about = {"name": proof.user.name, "locale": language_of(proof.user.language_code)}
            account = account_of_telegram(self.backend, context, telegram_id=proof.user.id, **about)
        found = Person(account.tenant, account.tenant, TELEGRAM, frozenset(Part) - {Part.SESSION}, "Telegram")
        if scope.get("method", "GET") in READING:
            return found
        return replace(found, origin=self.origin_of(scope, found.tenant, found.session_id, found.name))

    def origin_of(self, scope: Scope, tenant: AccountId, device_id: UUID, name: str = "") -> UUID | None:
        """The id of the origin of a command. It blocks. Raises Outage."""
        return self.backend.origins.id_of(tenant, self._origin_in(scope, device_id, name), self.backend.clock())

    def _origin_in(self, scope: Scope, device_id: UUID, name: str) -> Origin:
        agent = next((value for key, value in scope["headers"] if key == b"user-agent"), b"").decode("latin-1")
        agent = agent.replace("\0", "")
        return Origin("rest", device_id, name or agent[:64] or "API", self.client_of(scope), agent)

    async def count_attempt(self, scope: Scope, name: str) -> None:
        """Counts a sign-in by its name and its client: those who guess elsewhere do not lock a person out. Raises
        TooManyRequests."""
        await self._count(self.attempts, f"{name.strip().lower()[:256]}/{self.client_of(scope)}")

    async def count_guess(self, scope: Scope, name: str, tenant: UUID) -> None:
        """Counts a sign-in by its name alone, whichever clients it comes from: guesses that many machines share. A
        client at which the person is signed in is not counted, so nobody locks them out there. ``tenant``: that of the
        name, or any id where nobody has it; it takes as long. Raises TooManyRequests."""
        now = self.backend.clock()
        if not await self.run(self.backend.sessions.knows, AccountId(tenant), self.client_of(scope), now):
            await self._count(self.guesses, name.strip().lower()[:256])

    async def count_registration(self, scope: Scope) -> None:
        """Counts a registration by its client: each sends a mail to an address that somebody names. Raises
        TooManyRequests."""
        await self._count(self.registrations, self.client_of(scope))

    async def hashed(self, function: Callable[..., T], *args: object) -> T:
        """Calls a function that hashes a password, in its turn."""
        async with self.hashing:
            return await self.run(function, *args)

    def context(self, request: Request[Any, Any, Any], tenant: UUID) -> Context:
        """The context of a command of this person, with the origin of the signed-in request."""
        state = request.scope.get("state", {})
        command_id = state.pop(COMMAND, None) or self.backend.ids()
        correlation = str(state.get("request_id") or command_id.hex)
        person = state.get(PERSON)
        origin = person.origin if person is not None and person.tenant == tenant else None
        return Context(AccountId(tenant), str(tenant), "rest", self.backend.clock(), command_id, correlation, origin)

    async def first_context(self, request: Request[Any, Any, Any], tenant: UUID) -> Context:
        """The context of a command of somebody who has no session: they prove who they are in the command itself."""
        context = self.context(request, tenant)
        whose = AccountId(tenant)
        return replace(context, origin=await self.run(self.origin_of, request.scope, whose, whose))

    async def _count(self, limit: Count | None, key: str) -> None:
        if limit is None or limit.held(key):
            return
        try:
            wait = await self.run(limit, key)
        except Outage:
            return  # Nobody can count where the database takes no writes, but people can still read.
        if wait > 0:
            raise TooManyRequests(wait)


async def allow(auth: Auth, scope: Scope, handler: BaseRouteHandler) -> None:
    """Signs a request in where its handler is for signed-in people, and compares scopes. A handler that names no scope
    is for sessions only.

    Raises NotSignedIn, TooManyRequests, WrongScope, CrossSite; and ValidationException for a URL with a text that
    cannot be stored.
    """
    if handler.opt.get(SIGNED_IN):
        header, init_data = _header(scope, b"authorization"), _header(scope, INIT_DATA.encode())
        if not header and not init_data and _header(scope, b"cookie"):
            token = auth.cookies.access_in(ASGIConnection[Any, Any, Any, Any](scope).cookies)  # type: ignore[arg-type]
            if token:
                auth.cookies.check(scope)
                header = f"Bearer {token}"
        person = await auth.person_of(scope, header, init_data, handler.opt.get(ROWS, no_rows))
        if handler.opt.get(SCOPE, Part.SESSION) not in person.scopes:
            raise WrongScope
        scope["state"][PERSON] = person
    if may_have_nul(scope):
        check_url(ASGIConnection(scope))  # type: ignore[arg-type]


def _header(scope: Scope, name: bytes) -> str:
    """The first header of that name, which is in lower case."""
    found: bytes = next((value for key, value in scope["headers"] if key == name), b"")
    return found.decode("latin-1")


def person_in(request: Request[Any, Any, Any]) -> Person:
    """The signed-in person of a request. Raises NotSignedIn where its handler is not for them."""
    person: Person | None = request.scope["state"].get(PERSON)
    if person is None:
        raise NotSignedIn
    return person


async def signed_in(request: Request[Any, Any, Any]) -> Person:
    """The signed-in person, for a handler that names this dependency. Raises NotSignedIn where its options do not."""
    return person_in(request)


def shown(refresh: bytes) -> str:
    """A refresh token, or an API key without its prefix, as clients get it."""
    return base64.urlsafe_b64encode(refresh).decode().rstrip("=")


def taken(refresh: str) -> bytes:
    """The bytes of what ``shown`` makes, as clients send it; b"" for what is none."""
    try:
        return base64.b64decode(refresh + "=" * (-len(refresh) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _read(encoded: str, keys: tuple[str, ...]) -> Person | None:
    for key in keys:
        try:
            token = Token.decode(encoded, secret=key, algorithm=ALGORITHM, audience=AUDIENCE, require_claims=REQUIRED)
            return Person(AccountId(UUID(token.sub)), UUID(str(token.jti)), expires=token.exp)
        except (NotAuthorizedException, ValueError):
            continue
    return None
