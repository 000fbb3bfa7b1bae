"""The sign-in of requests: access tokens (RFC 7519), and limits for those who are signed in or try to be."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from litestar import Request
from litestar.exceptions import NotAuthorizedException
from litestar.security.jwt import Token

from televent.adapters.rest.problems import NotSignedIn, TooManyRequests
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.outage import Outage
from televent.application.use_cases.people.sign_in import SignedIn
from televent.domain.ids import AccountId

ALGORITHM: Final = "HS256"
"""The only algorithm; the one that a token names does not count (RFC 8725 §3.1)."""
AUDIENCE: Final = "televent-rest"
REQUIRED: Final = ("exp", "iat", "sub", "aud", "jti")
LIFETIME: Final = timedelta(minutes=15)
"""Time for which an access token is valid, where its session does not end before."""
SKEW: Final = timedelta(minutes=1)
"""Time by which a token is older than it is: a node whose clock is behind would take a new one for forged."""
HASHES: Final = 4
"""Max passwords that one process hashes at once."""

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
    """The signed-in person of a request, and their session. ``expires``: when the token of the request does."""

    tenant: AccountId
    session_id: UUID
    expires: datetime | None = None


@dataclass
class Auth:
    """The parts with which one process signs requests in. ``keys``: those that sign access tokens, the newest first.
    ``requests`` and ``attempts``: limits by account, and of sign-ins by name and client; None: nothing is counted."""

    backend: Backend
    run: Run
    admit: Admit
    client_of: Callable[[Scope], str]
    keys: Callable[[], tuple[str, ...]]
    requests: Count | None
    attempts: Count | None
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHES))
    _keys: tuple[str, ...] = ()

    async def secrets(self) -> tuple[str, ...]:
        """The keys; read once by each process."""
        if not self._keys:
            self._keys = await self.run(self.keys)
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

    async def person_of(self, scope: Scope, header: str) -> Person:
        """The person whose access token the Authorization header has. Raises NotSignedIn, TooManyRequests."""
        scheme, _, encoded = header.partition(" ")
        found = _read(encoded.strip(), await self.secrets()) if scheme.lower() == "bearer" else None
        now = self.backend.clock()
        if found is None or not await self.run(self.backend.sessions.alive, found.tenant, found.session_id, now):
            wait = await self.admit(scope)
            if wait > 0:
                raise TooManyRequests(wait)
            raise NotSignedIn
        await self._count(self.requests, str(found.tenant))
        return found

    async def count_attempt(self, scope: Scope, name: str) -> None:
        """Counts a sign-in by its name and its client: those who guess elsewhere do not lock a person out. Raises
        TooManyRequests."""
        await self._count(self.attempts, f"{name.strip().lower()[:256]}/{self.client_of(scope)}")

    async def hashed(self, function: Callable[..., T], *args: object) -> T:
        """Calls a function that hashes a password, in its turn."""
        async with self.hashing:
            return await self.run(function, *args)

    def context(self, request: Request[Any, Any, Any], tenant: UUID) -> Context:
        """The context of a command of this person."""
        command_id = self.backend.ids()
        correlation = str(request.scope.get("state", {}).get("request_id") or command_id.hex)
        return Context(AccountId(tenant), str(tenant), "rest", self.backend.clock(), command_id, correlation)

    async def _count(self, limit: Count | None, key: str) -> None:
        if limit is None or limit.held(key):
            return
        try:
            wait = await self.run(limit, key)
        except Outage:
            return  # Nobody can count where the database takes no writes, but people can still read.
        if wait > 0:
            raise TooManyRequests(wait)


async def signed_in(request: Request[Any, Any, Any]) -> Person:
    """The signed-in person, for a handler that names this dependency. Raises NotSignedIn, TooManyRequests."""
    auth: Auth = request.app.state.auth
    return await auth.person_of(request.scope, request.headers.get("authorization", ""))  # type: ignore[arg-type]


def shown(refresh: bytes) -> str:
    """A refresh token as clients get it."""
    return base64.urlsafe_b64encode(refresh).decode().rstrip("=")


def taken(refresh: str) -> bytes:
    """A refresh token as clients send it; b"" for what is none."""
    try:
        return base64.b64decode(refresh + "=" * (-len(refresh) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _read(encoded: str, keys: tuple[str, ...]) -> Person | None:
    for key in keys:
        try:
            token = Token.decode(encoded, secret=key, algorithm=ALGORITHM, audience=AUDIENCE, require_claims=REQUIRED)
            return Person(AccountId(UUID(token.sub)), UUID(str(token.jti)), token.exp)
        except (NotAuthorizedException, ValueError):
            continue
    return None
