"""VAPID: identifies this server to push services (RFC 8292)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from televent.adapters.push.encryption import to_base64url

VALID_FOR: Final = timedelta(hours=12)
"""Hours until a token expires; push services refuse more than 24 (RFC 8292 §2)."""


class Vapid:
    """The server's key pair and the operator's contact (``contact``, a mailto: or https: URI)."""

    def __init__(self, private_key: int, contact: str) -> None:
        self._key = ec.derive_private_key(private_key, ec.SECP256R1())
        self._contact = contact
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = to_base64url(point)
        """The uncompressed point as base64url (RFC 8292 §3.2)."""

    def authorization(self, push_resource: str, now: datetime) -> str:
        """The Authorization header for a message to that URL (RFC 8292 §3)."""
        place = urlsplit(push_resource)
        claims = {
            # RFC 8292 §2: only the origin of the push resource; the path is secret.
            "aud": f"{place.scheme}://{place.netloc.rpartition('@')[2]}",
            "exp": int((now + VALID_FOR).timestamp()),
            "sub": self._contact,
        }
        signed = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        # RFC 7518 §3.4: the two numbers one after the other, not in DER.
        signature = to_base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={signed}.{signature}, k={self.public_key}"


def new_private_key() -> int:
    """A new random P-256 private key."""
    return ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value


def _part(content: dict[str, object]) -> str:
    return to_base64url(json.dumps(content, separators=(",", ":")).encode())
