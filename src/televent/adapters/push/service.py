"""One message to one push service: RFC 8030 §5, over HTTP, bounded in every way."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp
from aiohttp.resolver import ThreadedResolver
from cryptography.hazmat.primitives.asymmetric import ec

from televent.adapters.push.addresses import check_push_resource
from televent.adapters.push.encryption import Recipient, encrypt
from televent.adapters.push.resolver import CheckedResolver
from televent.adapters.push.vapid import Vapid
from televent.application.push import Endpoint

PATIENCE: Final = 20.0
"""Seconds for one message, from the name to the answer."""
TIME_TO_LIVE: Final = 24 * 3600
"""Seconds for which the push service keeps a message for a device that is away (RFC 8030 §5.2)."""
GONE: Final = frozenset({404, 410})
"""RFC 8030 §7.3: the subscription is no more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a message. ``retry_after``: seconds, where the push service named a time."""

    status: int
    retry_after: float | None

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


class Unreachable(Exception):
    """No answer; the text never has the URL in it, which is a capability (RFC 8030 §8.3)."""


class PushServices:
    """All push services, by URL. ``anywhere`` allows http and private addresses. Close it in the loop that used it."""

    def __init__(self, vapid: Vapid, clock: Callable[[], datetime], *, anywhere: bool = False) -> None:
        self._vapid = vapid
        self._clock = clock
        self._anywhere = anywhere
        self._session: aiohttp.ClientSession | None = None

    async def send(self, endpoint: Endpoint, message: bytes, *, topic: str) -> Answer:
        """``topic`` (RFC 8030 §5.4): an undelivered message of that topic is replaced by this one. Raises
        Unreachable, BadPushResource."""
        url = endpoint.push_resource
        # Again, because the rules may have become stricter since the client subscribed.
        check_push_resource(url, anywhere=self._anywhere)
        now = self._clock()
        # RFC 8291 §2, §3.3: a fresh key pair and a fresh salt for every message.
        fresh = ec.generate_private_key(ec.SECP256R1())
        body = encrypt(message, Recipient(endpoint.public_key, endpoint.auth_secret), fresh, os.urandom(16))
        headers = {
            "Authorization": self._vapid.authorization(url, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": 'application/xml; charset="UTF-8"',
            "TTL": str(TIME_TO_LIVE),
            "Topic": topic,
            "Urgency": "normal",
        }
        try:
            # What the answer says in its body is of no use: it is not even read.
            async with self._open().post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return Answer(answer.status, _seconds(answer.headers.get("Retry-After"), now))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise Unreachable(type(error).__name__) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            resolver = CheckedResolver(ThreadedResolver(), anywhere=self._anywhere)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, limit=20, limit_per_host=6),
                timeout=aiohttp.ClientTimeout(total=PATIENCE),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Televent"},
                auto_decompress=False,
                # No proxy of the environment: what is connected to is what was looked at.
                trust_env=False,
            )
        return self._session

    async def close(self) -> None:
        """Ends all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _seconds(value: str | None, now: datetime) -> float | None:
    """Retry-After, in seconds or as a date (RFC 9110 §10.2.3); None for none and for nonsense."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        at = parsedate_to_datetime(value)
        return max(0.0, ((at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - now).total_seconds())
    except (ValueError, OverflowError):
        return None
