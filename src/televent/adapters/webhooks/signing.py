"""Signs deliveries by the Standard Webhooks specification, version 1.0."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID


def signed(event_id: UUID, at: datetime, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """The headers of a delivery. ``keys``: each makes a signature, so that a program may know any of them."""
    seconds = str(int(at.timestamp()))
    content = b"%b.%b.%b" % (str(event_id).encode(), seconds.encode(), body)
    made = [base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in keys]
    return {
        "webhook-id": str(event_id),
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{each}" for each in made),
    }
