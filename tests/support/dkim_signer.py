"""Signs a mail as another domain's mail server does (RFC 6376, simple/simple), apart from the product's own code."""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SIGNED = (b"from", b"to", b"subject", b"message-id")


def make_key() -> rsa.RSAPrivateKey:
    """A new key."""
    return rsa.generate_private_key(65537, 2048)


def dns_text(key: rsa.RSAPrivateKey) -> str:
    """The text record of the key (RFC 6376 §3.6.1)."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def signed(mail: bytes, key: rsa.RSAPrivateKey, domain: str, selector: str) -> bytes:
    """The mail with a signature. Its header has no folded lines among those that are signed."""
    head, _, body = mail.partition(b"\r\n\r\n")
    fields = [line for name in SIGNED for line in head.split(b"\r\n") if line.lower().startswith(name + b":")]
    digest = base64.b64encode(hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest()).decode()
    names = ":".join(field.partition(b":")[0].decode() for field in fields)
    line = f"DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d={domain}; s={selector}; h={names}; bh={digest}; b="
    text = b"\r\n".join([*fields, line.encode()])
    return line.encode() + base64.b64encode(key.sign(text, padding.PKCS1v15(), SHA256())) + b"\r\n" + mail
