"""Keys, a zone and signatures that tests make for themselves. dkimpy signs, so that our verification has a judge."""

import asyncio
import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from televent.adapters.email.proving.names import NoAnswer

HEADERS = ("from", "to", "subject", "message-id", "mime-version", "content-type", "sender", "reply-to")
"""The fields that mails here have signed; those that a mail does not have are signed as missing."""


@cache
def rsa_key(bits: int = 2048, number: int = 0) -> RSAPrivateKey:
    """A key of that size, made once. ``number`` tells several apart."""
    return generate_private_key(65537, bits)


def pem(key: RSAPrivateKey) -> bytes:
    """The private key as dkimpy reads it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def key_record(key: RSAPrivateKey | Ed25519PrivateKey, **tags: str) -> bytes:
    """The TXT record of the public key."""
    public = key.public_key()
    if isinstance(key, RSAPrivateKey):
        kind, data = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        kind, data = "ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    every = {"v": "DKIM1", "k": kind, **tags, "p": base64.b64encode(data).decode()}
    return "; ".join(f"{name}={value}" for name, value in every.items()).encode()


@dataclass
class Zone:
    """TXT records by name. ``silent``: names that give no answer. ``asked``: every question, in order."""

    records: dict[str, Sequence[bytes]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    stuck: bool = False
    """Whether every question stays open until it is cancelled."""

    async def txt(self, name: str) -> Sequence[bytes]:
        self.asked.append(name)
        if self.stuck:
            await asyncio.Event().wait()
        if name in self.silent:
            raise NoAnswer(name)
        return self.records.get(name, ())

    def publish(self, domain: str, key: RSAPrivateKey | Ed25519PrivateKey, selector: str = "k1", **tags: str) -> None:
        """Publishes a key."""
        self.records[f"{selector}._domainkey.{domain}"] = [key_record(key, **tags)]


def signed(
    mail: bytes,
    domain: str,
    *,
    key: RSAPrivateKey | None = None,
    selector: str = "k1",
    headers: Sequence[str] = HEADERS,
    canonicalize: tuple[str, str] = ("relaxed", "relaxed"),
    **options: Any,
) -> bytes:
    """The mail with a DKIM signature of the domain above its header."""
    line = dkim.sign(
        mail,
        selector.encode(),
        domain.encode(),
        pem(key or rsa_key()),
        include_headers=[each.encode() for each in headers],
        canonicalize=tuple(each.encode() for each in canonicalize),
        **options,
    )
    return bytes(line) + mail


def sealed(mail: bytes, domain: str, results: str, *, key: RSAPrivateKey | None = None, selector: str = "k1") -> bytes:
    """The mail with one more ARC set by the domain. ``results``: what it found out, such as "dmarc=pass …"."""
    stated = f"Authentication-Results: {domain}; {results}\r\n".encode() + mail
    lines = dkim.arc_sign(stated, selector.encode(), domain.encode(), pem(key or rsa_key()), domain.encode())
    return b"".join(lines) + mail


async def in_thread(function: Callable[..., Any], *args: Any) -> Any:
    """Calls synchronous code in a thread."""
    return await asyncio.to_thread(function, *args)
