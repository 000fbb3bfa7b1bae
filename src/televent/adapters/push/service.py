"""Sends one message to a push service over HTTP (RFC 8030 §5), with bounded time and memory."""

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

TIMEOUT: Final = 20.0
"""Seconds for one message, from name resolution to the answer."""
TIME_TO_LIVE: Final = 24 * 3600
"""Seconds for which the push service keeps a message for an offline device (RFC 8030 §5.2)."""
GONE: Final = frozenset({404, 410})
"""The statuses that say that the subscription no longer exists (RFC 8030 §7.3)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The push service's answer. ``retry_after`` is in seconds; None where the push service named no time."""

    status: int
    retry_after: float | None

    @property
    def taken(self) -> bool:
        """Whether the push service accepted the message."""
        return 200 <= self.status < 300


class Unreachable(Exception):
    """The push service gave no answer. The text never contains the URL, which is a secret (RFC 8030 §8.3)."""


class PushServices:
    """Sends to any push service. ``anywhere`` allows http and private addresses. Close it in the loop that used it."""

    def __init__(self, vapid: Vapid, clock: Callable[[], datetime], *, anywhere: bool = False) -> None:
        self._vapid = vapid
        self._clock = clock
        self._anywhere = anywhere
        self._session: aiohttp.ClientSession | None = None

    async def send(self, endpoint: Endpoint, message: bytes, *, topic: str) -> Answer:
        """Sends one message. It replaces an undelivered message of the same ``topic`` (RFC 8030 §5.4).

        Raises Unreachable, BadPushResource.
        """
        url = endpoint.push_resource
        # The URL is checked again: the rules may have become stricter since the client subscribed.
        check_push_resource(url, anywhere=self._anywhere)
        now = self._clock()
        # RFC 8291 §2, §3.3: every message needs a new key pair and a new salt.
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
            # The body of the answer is never read: a hostile push service could send one without end.
            async with self._open().post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return Answer(answer.status, _seconds(answer.headers.get("Retry-After"), now))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise Unreachable(type(error).__name__) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            resolver = CheckedResolver(ThreadedResolver(), anywhere=self._anywhere)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, limit=20, limit_per_host=6),
                timeout=aiohttp.ClientTimeout(total=TIMEOUT),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Televent"},
                auto_decompress=False,
                # A proxy from the environment would resolve the name itself, past CheckedResolver.
                trust_env=False,
            )
        return self._session

    async def close(self) -> None:
        """Closes all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _seconds(value: str | None, now: datetime) -> float | None:
    """Retry-After in seconds, from a number or a date (RFC 9110 §10.2.3); None where it is missing or invalid."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        at = parsedate_to_datetime(value)
        return max(0.0, ((at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - now).total_seconds())
    except (ValueError, OverflowError):
        return None
