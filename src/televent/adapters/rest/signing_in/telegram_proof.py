"""Reads what Telegram signs about a person: the init data of a Mini App, and the data of the Login Widget.

https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app,
https://core.telegram.org/widgets/login#checking-authorization
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from urllib.parse import parse_qsl

import msgspec

LIFETIME: Final = timedelta(hours=24)
"""Max age of a proof."""
SKEW: Final = timedelta(minutes=1)
"""Max time by which a proof is younger than now: a node whose clock is behind would refuse a new one."""
MAX_LENGTH: Final = 4096
"""Max characters of init data."""
MAX_FIELDS: Final = 32
TELEGRAM_KEY: Final = bytes.fromhex("e7bf03a2fa4602af4580703d88dda5bb59f32ed8b02a56c187fe7d34caed242d")
"""The Ed25519 key with which Telegram signs init data for those who do not know the bot's token."""


class User(msgspec.Struct, frozen=True):
    """The person, in the words of Telegram; other fields are not read."""

    id: Annotated[int, msgspec.Meta(gt=0, lt=2**53)]
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False

    @property
    def name(self) -> str:
        """The name that others see."""
        full = " ".join(f"{self.first_name} {self.last_name}".split())
        return (full or self.username or "Telegram")[:256]


@dataclass(frozen=True, slots=True)
class Proof:
    """A statement of Telegram about a person. ``digest``: the same for each spelling of it. ``until``: its expiry."""

    user: User
    digest: bytes
    until: datetime


@dataclass(frozen=True)
class TelegramProofs:
    """Checks proofs for one bot. ``token``: its token; None: only the Ed25519 signature of init data is checked, for
    the bot with ``bot_id``; neither: no proof counts."""

    token: str | None = field(default=None, repr=False)
    bot_id: int | None = None
    key: bytes = TELEGRAM_KEY

    def init_data(self, text: str, now: datetime) -> Proof | None:
        """The proof in ``Telegram.WebApp.initData``; None where it is forged, not valid or too old."""
        if len(text) > MAX_LENGTH:
            return None
        try:
            pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=MAX_FIELDS)
            fields = dict(pairs)
        except ValueError:
            return None
        # A name that comes twice could be one thing for the signature and another for us.
        if len(fields) != len(pairs):
            return None
        given = fields.pop("hash", "")
        if self.token is not None:
            right = _same(_hmac(_hmac(b"WebAppData", self.token.encode()), _check_string(fields)).hex(), given)
        else:
            right = self.bot_id is not None and self._signed(fields, self.bot_id)
        user = _decoded(fields.get("user", "")) if right else None
        return _proof(user, fields, now)

    def widget(self, given: Mapping[str, str | int], now: datetime) -> Proof | None:
        """The proof in the data of the Login Widget; None where it is forged, not valid or too old."""
        fields = {name: str(value) for name, value in given.items()}
        signature = fields.pop("hash", "")
        if self.token is None or len(fields) > MAX_FIELDS:
            return None
        secret = hashlib.sha256(self.token.encode()).digest()
        if not _same(_hmac(secret, _check_string(fields)).hex(), signature):
            return None
        try:
            user = msgspec.convert(fields, User, strict=False)
        except msgspec.ValidationError:
            return None
        return _proof(user, fields, now)

    def _signed(self, fields: Mapping[str, str], bot_id: int) -> bool:
        """Whether Telegram itself signed these fields for the bot."""
        # Imported when it is needed: the library takes a while, and most servers have the token.
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        signed = {name: value for name, value in fields.items() if name != "signature"}
        encoded = fields.get("signature", "")
        try:
            signature = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
            message = f"{bot_id}:WebAppData\n".encode() + _check_string(signed)
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (binascii.Error, ValueError, InvalidSignature):
            return False
        return True


def _proof(user: User | None, fields: Mapping[str, str], now: datetime) -> Proof | None:
    at = fields.get("auth_date", "")
    if user is None or user.is_bot or not (at.isascii() and at.isdigit() and len(at) <= 10):
        return None
    signed_at = datetime.fromtimestamp(int(at), UTC)
    if not now - LIFETIME <= signed_at <= now + SKEW:
        return None
    # The signature of Telegram differs with each making; what it says does not.
    said = {name: value for name, value in fields.items() if name != "signature"}
    return Proof(user, hashlib.sha256(_check_string(said)).digest(), signed_at + LIFETIME)


def _decoded(text: str) -> User | None:
    try:
        return msgspec.json.decode(text, type=User)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _check_string(fields: Mapping[str, str]) -> bytes:
    return "\n".join(f"{name}={fields[name]}" for name in sorted(fields)).encode("utf-8", "surrogatepass")


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def _same(right: str, given: str) -> bool:
    return hmac.compare_digest(right.encode(), given.encode("utf-8", "surrogatepass"))
