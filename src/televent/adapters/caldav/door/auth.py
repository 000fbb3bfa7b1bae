"""Sign-in by HTTP Basic (RFC 7617) with a device password.

Every request reads the account's device passwords, so a revoked password stops working at once on every node. The cache
only records that a password matches a stored hash. Its keys are digests under a secret of the process, so it holds no
password. A password that is not in the cache costs one hash, whatever the number of devices (ADR 32).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

from televent.adapters.caldav.door.credentials import MAX_CREDENTIALS, canonical, credentials
from televent.adapters.caldav.door.door import seen_row
from televent.adapters.caldav.door.hashing import MAX_FITTING, MAX_GUESSES, RETRY_AFTER, Busy, HashQueue
from televent.adapters.caldav.door.limits import Limiter, too_many
from televent.adapters.caldav.door.run import Run
from televent.adapters.caldav.errors import DavError
from televent.application.accounts.passwords import selector
from televent.application.backend import Backend
from televent.application.outage import Outage
from televent.application.read_models.accounts import AccountRow, DeviceRow
from televent.application.rows import Read, Rows, account_of_telegram, account_with_id
from televent.domain.ids import AccountId

CHALLENGE: Final = ((b"www-authenticate", b'Basic realm="Televent", charset="UTF-8"'),)
MAX_CACHED: Final = 20_000
"""Max entries of each cache of this module."""
MAX_WITHOUT_SELECTOR: Final = 10
"""Max devices without a selector that a password is checked against, those used last. Each gets its selector when its
password is used."""
UNCOUNTED: Final = 12.0
"""Seconds that a failed sign-in blocks while the database cannot count it: five a minute, as with it."""


def unauthorized() -> DavError:
    """The 401 answer. It is the same for every path and reason, because some clients store passwords by realm."""
    return DavError(
        401, text="Sign in with your Telegram id or email address and a device password.", headers=CHALLENGE
    )


def busy() -> DavError:
    """The 503 answer to a sign-in that cannot be checked soon (RFC 9110 §15.6.4)."""
    wait = str(RETRY_AFTER).encode()
    return DavError(503, text="Too many sign-ins at once. Try again.", headers=((b"retry-after", wait),))


@dataclass(frozen=True, slots=True)
class Attempt:
    """Credentials that the cache does not know. ``keys``: the account and the client, as limits count them.
    ``candidates``: the devices whose hash may be that of the password. ``fits``: they have its selector."""

    account: AccountRow | None
    password: str
    keys: tuple[str, str]
    digest: bytes
    candidates: Sequence[DeviceRow]
    fits: bool


class Authenticator:
    """Checks credentials and remembers those that match. Each process has one. ``limiter`` None: no rate limits."""

    def __init__(self, backend: Backend, run: Run, rows: Rows, limiter: Limiter | None = None) -> None:
        self._backend = backend
        self._run = run
        self._rows = rows
        self._limiter = limiter
        self._key = secrets.token_bytes(32)
        self._matching: OrderedDict[bytes, tuple[UUID, str]] = OrderedDict()
        self._fitting = HashQueue("fitting", MAX_FITTING)
        self._guesses = HashQueue("guesses", MAX_GUESSES)
        self._checking: dict[bytes, asyncio.Task[DeviceRow | None]] = {}
        self._blocked: OrderedDict[str, float] = OrderedDict()
        self._decoy = backend.passwords.hash(secrets.token_urlsafe(16))

    async def authenticate(self, header: str | None, client: str) -> AccountRow:
        """The account that the credentials belong to. ``client`` is the client's address as limits count it. Raises
        DavError 401, 429, 503."""
        return (await self.sign_in(header, client))[0]

    async def sign_in(self, header: str | None, client: str) -> tuple[AccountRow, DeviceRow]:
        """The account and the device that the credentials belong to. Raises DavError 401, 429, 503."""
        given = credentials(header)
        if given is None:
            # Not counted: the challenge costs as little as a refusal, and clients do not come again after 429.
            # Thunderbird sends hundreds of requests without credentials at once when it imports a file (ADR 39).
            raise unauthorized()
        user, password = given
        account = await self._find(user)
        name = str(account.tenant) if account is not None else canonical(user)
        digest = blake2b(f"{name}\0{password}".encode("utf-8", "surrogatepass"), key=self._key, digest_size=32).digest()
        device = self._known(account, digest)
        if device is None:
            keys = (f"account/{name}", f"client/{client}")
            device = await self._check(_attempt(account, password, keys, digest), client)
        assert account is not None
        return account, device

    async def _find(self, user: str) -> AccountRow | None:
        read = self._read_of(user)
        return seen_row(await self._rows.read(read)) if read is not None else None

    def _read_of(self, user: str) -> Read[AccountRow] | None:
        if user.isascii() and user.isdigit():
            # A number of nineteen digits may not fit into a bigint.
            return account_of_telegram(int(user)) if len(user) < 19 else None
        if "@" in user:
            return self._backend.people.read_of(user.lower())
        try:
            return account_with_id(AccountId(UUID(user)))
        except ValueError:
            return None

    def _known(self, account: AccountRow | None, digest: bytes) -> DeviceRow | None:
        """The device whose stored hash matches according to the cache, if the account still has it with that hash."""
        matching = self._matching.get(digest)
        if account is None or matching is None:
            return None
        self._matching.move_to_end(digest)
        for device in account.devices:
            if (device.device_id, device.hash) == matching:
                return device
        return None

    async def _check(self, attempt: Attempt, client: str) -> DeviceRow:
        """The device with the password. Failed sign-ins are limited, by account and by client. The limits do not stop
        a password that fits a selector: those who guess cannot lock a person out."""
        if not attempt.fits:
            # A password that has no selector yet may be right, so nobody else's guesses stop it.
            self._refuse_blocked(attempt.keys[1:] if attempt.candidates else attempt.keys)
            if self._limiter is not None:
                await self._limiter.count_attempt(client)
        # An app opens several connections at once, and all of them come with the same password.
        checking = self._checking.get(attempt.digest)
        if checking is None:
            checking = self._checking[attempt.digest] = asyncio.create_task(self._hashed(attempt))
            checking.add_done_callback(lambda _: self._checking.pop(attempt.digest))
        try:
            await asyncio.shield(checking)
        except Busy:
            raise busy() from None
        # The request that began the check may have read the account before a device was revoked.
        device = self._known(attempt.account, attempt.digest)
        if device is not None:
            return device
        if self._limiter is not None:
            await self._note_failure(self._limiter, attempt.keys)
        raise unauthorized()

    async def _note_failure(self, limiter: Limiter, keys: Sequence[str]) -> None:
        for key in keys:
            try:
                wait = await limiter.count_failure(key)
            except Outage:
                # The database counts nothing now. One guess in each interval is left to those who guess.
                wait = UNCOUNTED
            if wait > 0:
                self._block(key, wait)

    async def _hashed(self, attempt: Attempt) -> DeviceRow | None:
        """Hashes the password: once where a selector fits it, and once for nothing where it can be nobody's, so that
        the time of a failed sign-in does not tell whether the user exists. Remembers a device that matches."""
        verify = self._backend.passwords.verify
        queue, keys = (self._fitting, attempt.keys[:1]) if attempt.fits else (self._guesses, attempt.keys)
        for device in attempt.candidates:
            if await queue.run(keys, verify, device.hash, attempt.password):
                await self._remember(attempt, device)
                return device
        if not attempt.candidates:
            await queue.run(keys, verify, self._decoy, attempt.password[:MAX_CREDENTIALS])
        return None

    async def _remember(self, attempt: Attempt, device: DeviceRow) -> None:
        self._matching[attempt.digest] = (device.device_id, device.hash)
        while len(self._matching) > MAX_CACHED:
            self._matching.popitem(last=False)
        if device.selector is None and attempt.account is not None:
            tenant = attempt.account.tenant
            await self._run(self._backend.reads.fill_selector, tenant, device, selector(tenant, attempt.password))

    def _refuse_blocked(self, keys: Sequence[str]) -> None:
        for key in keys:
            until = self._blocked.get(key)
            if until is None:
                continue
            left = until - time.monotonic()
            if left > 0:
                raise too_many(left)
            del self._blocked[key]

    def _block(self, key: str, seconds: float) -> None:
        self._blocked[key] = time.monotonic() + seconds
        self._blocked.move_to_end(key)
        while len(self._blocked) > MAX_CACHED:
            self._blocked.popitem(last=False)


def _attempt(account: AccountRow | None, password: str, keys: tuple[str, str], digest: bytes) -> Attempt:
    """The attempt with its candidates: the devices with the password's selector, else those without any selector."""
    devices = account.devices if account is not None and len(password) <= MAX_CREDENTIALS else ()
    given = selector(account.tenant, password) if account is not None else ""
    fitting = [each for each in devices if each.selector == given]
    if fitting:
        return Attempt(account, password, keys, digest, fitting, True)
    without = sorted((each for each in devices if each.selector is None), key=_last_used, reverse=True)
    return Attempt(account, password, keys, digest, without[:MAX_WITHOUT_SELECTOR], False)


def _last_used(device: DeviceRow) -> datetime:
    return device.last_used_at or device.created_at
