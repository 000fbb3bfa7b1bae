"""Sign-in by HTTP Basic (RFC 7617) with a device password.

Every request reads the account's device passwords, so a revoked password stops working at once on every node. The cache
only records that a password matches a stored hash. Its keys are digests under a secret of the process, so it holds no
password.
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
MAX_CACHED: Final = 20_000
"""Max entries of each cache of this module."""
MAX_CONCURRENT_HASHES: Final = 2
"""Max passwords that are hashed at the same time."""
MAX_DECOY_CHECKS: Final = 3
"""Max hash checks for a user name without an account, always the same number for one name. An account with devices
costs a few checks as well, so the time of a failed sign-in does not tell whether the user exists."""
RECORD_USE_EVERY: Final = timedelta(minutes=5)
"""Min time between two updates of a device's last use."""
MAX_CREDENTIALS: Final = 1024
"""Max characters of a password; half the max characters of the encoded credentials."""


def unauthorized() -> DavError:
    """The 401 answer. It is the same for every path and reason, because some clients store passwords by realm."""
    return DavError(
        401, text="Sign in with your Telegram id or email address and a device password.", headers=CHALLENGE
    )


def too_many(seconds: float) -> DavError:
    """The 429 answer with Retry-After, rounded up to whole ``seconds``."""
    wait = str(max(1, math.ceil(seconds))).encode()
    return DavError(429, text="Too many requests. Try again later.", headers=((b"retry-after", wait),))


def credentials(header: str | None) -> tuple[str, str] | None:
    """The user name and password of an Authorization header, split at the first colon (RFC 7617 §2). A
    percent-encoded user name is decoded. None if the header is missing or not valid Basic."""
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
    """Checks credentials and remembers those that match. Each process has one. ``limits`` None: no rate limits."""

    def __init__(self, backend: Backend, run: Run, limits: RateLimits | None = None) -> None:
        self._backend = backend
        self._run = run
        self._limits = limits
        self._key = secrets.token_bytes(32)
        self._matching: OrderedDict[bytes, tuple[UUID, str]] = OrderedDict()
        # A separate pool: a thread keeps the memory of a hash after its first use, and guessed passwords must not take
        # the threads that serve signed-in clients.
        self._hashing = ThreadPoolExecutor(MAX_CONCURRENT_HASHES, thread_name_prefix="televent-hashing")
        self._blocked: dict[str, float] = {}
        self._use_recorded: dict[UUID, datetime] = {}
        self._decoy = backend.passwords.hash(secrets.token_urlsafe(16))

    async def authenticate(self, header: str | None, client: str) -> AccountRow:
        """The account that the credentials belong to. ``client`` is the client's address. Raises DavError 401, 429."""
        return (await self.sign_in(header, client))[0]

    async def sign_in(self, header: str | None, client: str) -> tuple[AccountRow, DeviceRow]:
        """The account and the device that the credentials belong to. Raises DavError 401, 429."""
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
        await self._record_use(account, device)
        return account, device

    async def _find(self, user: str) -> AccountRow | None:
        # ``run`` gets the read functions themselves, so that it can batch them with those of other requests.
        reads = self._backend.reads
        if user.isascii() and user.isdigit():
            # A number of nineteen digits may not fit into a bigint.
            return await self._run(reads.account_by_telegram, int(user)) if len(user) < 19 else None
        if "@" in user:
            return await self._run(self._backend.people.account_of_address, user.lower())
        try:
            return await self._run(reads.account, AccountId(UUID(user)))
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

    def _remember(self, digest: bytes, device: DeviceRow) -> None:
        self._matching[digest] = (device.device_id, device.hash)
        while len(self._matching) > MAX_CACHED:
            self._matching.popitem(last=False)

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
            for _ in range(1 + drawn % MAX_DECOY_CHECKS):
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
        if len(self._blocked) >= MAX_CACHED:
            self._blocked = {each: until for each, until in self._blocked.items() if until > now}
        self._blocked[key] = now + seconds

    async def _record_use(self, account: AccountRow, device: DeviceRow) -> None:
        now = self._backend.clock()
        recorded = self._use_recorded.get(device.device_id)
        if recorded is not None and now - recorded < RECORD_USE_EVERY:
            return
        if len(self._use_recorded) >= MAX_CACHED:
            self._use_recorded.clear()
        self._use_recorded[device.device_id] = now
        await self._run(self._backend.reads.note_device_used, account.tenant, device.device_id, now)


def _last_used(device: DeviceRow) -> datetime:
    return device.last_used_at or device.created_at
