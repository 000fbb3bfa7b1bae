"""Proves that a posted mail comes from the service that the operator has named.

Mailgun signs a timestamp and a token with a shared key, and not the mail. So anybody who sees one request could post
another mail with its signature: tokens are remembered (``hooks``). SendGrid signs the timestamp and the whole body with
its own key, where the operator has turned that on.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from binascii import Error
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

AHEAD: Final = timedelta(minutes=5)
"""Max time by which the service's clock may be ahead of ours."""
MAILGUN_WINDOW: Final = timedelta(hours=12)
"""Max age of a timestamp. Mailgun repeats a request for eight hours."""
SENDGRID_WINDOW: Final = timedelta(hours=80)
"""Max age of a timestamp. SendGrid repeats a request for three days."""


def recent(timestamp: str, window: timedelta, now: datetime) -> bool:
    """Whether a timestamp in Unix seconds is at most that old, and not from the future."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    try:
        sent = datetime.fromtimestamp(int(timestamp), UTC)
    except (OverflowError, ValueError, OSError):
        return False
    return now - window <= sent <= now + AHEAD


def signed_by_mailgun(key: str, timestamp: str, token: str, signature: str) -> bool:
    """Whether Mailgun made this signature. Compares in constant time."""
    if not token:
        return False
    wanted = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), signature.encode())


def public_key(encoded: str) -> EllipticCurvePublicKey:
    """SendGrid's public key: base64 of DER, which the setting has checked."""
    found = load_der_public_key(b64decode(encoded))
    assert isinstance(found, EllipticCurvePublicKey)
    return found


def signed_by_sendgrid(key: EllipticCurvePublicKey, timestamp: str, body: bytes, signature: str) -> bool:
    """Whether SendGrid signed this timestamp and body."""
    digest = hashlib.sha256(timestamp.encode())
    digest.update(body)
    try:
        key.verify(b64decode(signature, validate=True), digest.digest(), ECDSA(Prehashed(SHA256())))
    except (InvalidSignature, ValueError, Error):
        return False
    return True
