"""Sends one message to a push service over HTTP (RFC 8030 §5), with bounded time and memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from televent.adapters.push.encryption import Recipient, encrypt
from televent.adapters.push.vapid import Vapid
from televent.application.outward import Answer, Outward, Request
from televent.application.push import Endpoint

TIME_TO_LIVE: Final = 24 * 3600
"""Seconds for which the push service keeps a message for an offline device (RFC 8030 §5.2)."""
GONE: Final = frozenset({404, 410})
"""The statuses that say that the subscription no longer exists (RFC 8030 §7.3)."""


class PushServices:
    """Sends to any push service."""

    def __init__(self, vapid: Vapid, clock: Callable[[], datetime], outward: Outward) -> None:
        self._vapid = vapid
        self._clock = clock
        self._outward = outward

    async def send(self, endpoint: Endpoint, message: bytes, *, topic: str) -> Answer:
        """Sends one message. It replaces an undelivered message of the same ``topic`` (RFC 8030 §5.4).

        Raises Unreachable, BadUrl.
        """
        url, now = endpoint.push_resource, self._clock()
        self._outward.check(url)
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
        # The body of the answer is never read: a hostile push service could send one without end.
        return await self._outward.send(Request(url, "POST", headers, body))

    async def close(self) -> None:
        """Closes all connections."""
        await self._outward.close()
