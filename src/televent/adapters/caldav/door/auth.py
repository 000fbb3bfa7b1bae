"""Who asks: HTTP Basic (RFC 7617) with a device password.

Every request reads the person's device passwords, so a revoked one stops at once on every node. What is remembered is
only that a password fits a stored hash, under a key that lives and dies with the process.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import math
import secrets
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from televent.adapters.caldav.door.door import RateLimits, Run
from televent.adapters.caldav.errors import DavError
from televent.application.backend import Backend
from televent.application.read_models.accounts import AccountRow, DeviceRow
from televent.domain.ids import AccountId

CHALLENGE: Final = ((b"www-authenticate", b'Basic realm="Televent", charset="UTF-8"'),)
REMEMBERED: Final = 20_000
HASHING: Final = 2
"""Passwords that are checked at once."""
DECOYS: Final = 3
"""Signing in as nobody costs between one and so many checks, always as many for one name: as for people, who have one
to a few devices. So the time of a failure does not tell whether the user exists."""
NOTED_EVERY: Final = timedelta(minutes=5)
MAX_CREDENTIALS: Final = 1024


def unauthorized() -> DavError:
    """The one 401, the same for every path and reason: some clients keep passwords by realm."""
    return DavError(
        401, text="Sign in with your Telegram id or email address and a device password.", headers=CHALLENGE
    )


def too_many(seconds: float) -> DavError:
    """429 with the time to wait."""
    wait = str(max(1, math.ceil(seconds))).encode()
    return DavError(429, text="Too many requests. Try again later.", headers=((b"retry-after", wait),))


def credentials(header: str | None) -> tuple[str, str] | None:
    """User and password, split at the first colon. A user name may come percent-encoded. None for what is not Basic."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic" or len(encoded) > MAX_CREDENTIALS * 2:
        return None
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    user, colon, password = text.partition(":")
    if not colon or not user or not password or "\0" in text:
        return None
    return (unquote(user) if "%" in user else user).strip(), password


class Authenticator:
    """Checks credentials. One for each process."""

    def __init__(self, backend: Backend, run: Run, limits: RateLimits | None = None) -> None:
        self._backend = backend
        self._run = run
        self._limits = limits
        self._key = secrets.token_bytes(32)
        self._fitting: OrderedDict[bytes, tuple[UUID, str]] = OrderedDict()
        # Threads of its own: each that ever hashes a password keeps the memory of that, and whoever guesses passwords
        # must not keep others from theirs.
        self._hashing = ThreadPoolExecutor(HASHING, thread_name_prefix="televent-hashing")
        self._blocked: dict[str, float] = {}
        self._noted: dict[UUID, datetime] = {}
        self._decoy = backend.passwords.hash(secrets.token_urlsafe(16))

    async def authenticate(self, header: str | None, client: str) -> AccountRow:
        """The account whose device asks. Raises DavError 401, 429."""
        return (await self.sign_in(header, client))[0]

    async def sign_in(self, header: str | None, client: str) -> tuple[AccountRow, DeviceRow]:
        """The account, and which of its devices asks. Raises DavError 401, 429."""
        given = credentials(header)
        if given is None:
            raise unauthorized()
        user, password = given
        account = await self._find(user)
        digest = hmac.digest(self._key, f"{user}\0{password}".encode("utf-8", "surrogatepass"), "sha256")
        device = self._known(account, digest)
        if device is None:
            device = await self._check(account, user, password, client)
            self._remember(digest, device)
        assert account is not None
        await self._note(account, device)
        return account, device

    async def _find(self, user: str) -> AccountRow | None:
        # The reads themselves are given to ``run``, so that they can be made together with those of other requests.
        reads = self._backend.reads
        if user.isascii() and user.isdigit():
            # Nineteen digits may be more than a bigint holds.
            return await self._run(reads.account_by_telegram, int(user)) if len(user) < 19 else None
        if "@" in user:
            return await self._run(self._backend.people.account_of_address, user.lower())
        try:
            return await self._run(reads.account, AccountId(UUID(user)))
        except ValueError:
            return None

    def _known(self, account: AccountRow | None, digest: bytes) -> DeviceRow | None:
        """The device whose stored hash this password is known to fit, if it still stands with that very hash."""
        fitting = self._fitting.get(digest)
        if account is None or fitting is None:
            return None
        self._fitting.move_to_end(digest)
        for device in account.devices:
            if (device.device_id, device.hash) == fitting:
                return device
        return None

    def _remember(self, digest: bytes, device: DeviceRow) -> None:
        self._fitting[digest] = (device.device_id, device.hash)
        while len(self._fitting) > REMEMBERED:
            self._fitting.popitem(last=False)

    async def _check(self, account: AccountRow | None, user: str, password: str, client: str) -> DeviceRow:
        key = f"{client}/{user.lower()[:256]}"
        self._refuse_blocked(key)
        loop = asyncio.get_running_loop()
        device = await loop.run_in_executor(self._hashing, self._verify, account, user, password)
        if device is not None:
            return device
        if self._limits is not None:
            wait = await self._run(self._limits.failure, key)
            if wait is not None:
                self._block(key, wait)
        raise unauthorized()

    def _verify(self, account: AccountRow | None, user: str, password: str) -> DeviceRow | None:
        devices = account.devices if account is not None else ()
        if len(password) <= MAX_CREDENTIALS:
            for device in sorted(devices, key=_last_used, reverse=True):
                if self._backend.passwords.verify(device.hash, password):
                    return device
        if not devices:
            drawn = hmac.digest(self._key, f"nobody\0{user}".encode("utf-8", "surrogatepass"), "sha256")[0]
            for _ in range(1 + drawn % DECOYS):
                self._backend.passwords.verify(self._decoy, password[:MAX_CREDENTIALS])
        return None

    def _refuse_blocked(self, key: str) -> None:
        until = self._blocked.get(key)
        if until is None:
            return
        left = until - time.monotonic()
        if left > 0:
            raise too_many(left)
        del self._blocked[key]

    def _block(self, key: str, seconds: float) -> None:
        now = time.monotonic()
        if len(self._blocked) >= REMEMBERED:
            self._blocked = {each: until for each, until in self._blocked.items() if until > now}
        self._blocked[key] = now + seconds

    async def _note(self, account: AccountRow, device: DeviceRow) -> None:
        now = self._backend.clock()
        noted = self._noted.get(device.device_id)
        if noted is not None and now - noted < NOTED_EVERY:
            return
        if len(self._noted) >= REMEMBERED:
            self._noted.clear()
        self._noted[device.device_id] = now
        await self._run(self._backend.reads.note_device_used, account.tenant, device.device_id, now)


def _last_used(device: DeviceRow) -> datetime:
    return device.last_used_at or device.created_at
