"""A device that subscribes, and a push service between it and the server: RFC 8030, 8291, 8292 from the other side."""

import base64
import json
import re
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from support.dav import Answer, Client

PUSH = "https://bitfire.at/webdav-push"
CONTENT = "<content-update><D:depth>1</D:depth></content-update>"
PROPERTY = "<property-update><D:depth>0</D:depth></property-update>"


def unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Device:
    """A user agent's key pair and secret. Decrypts with the library's HKDF, not with the tested code."""

    key: ec.EllipticCurvePrivateKey
    secret: bytes

    @classmethod
    def new(cls) -> "Device":
        return cls(ec.generate_private_key(ec.SECP256R1()), uuid4().bytes)

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def shared(self) -> tuple[str, str]:
        """The public key and the secret that the device sends to the server."""
        return base64url(self.public), base64url(self.secret)

    def read(self, body: bytes) -> bytes:
        """The message in a body of one record. Raises ValueError."""
        salt, size, length = body[:16], *struct.unpack("!LB", body[16:21])
        sender, record = body[21 : 21 + length], body[21 + length :]
        if len(record) + 21 + length > size:
            raise ValueError("more than one record")
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        material = _hkdf(self.secret, shared, b"WebPush: info\0" + self.public + sender, 32)
        key = _hkdf(salt, material, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, material, b"Content-Encoding: nonce\0", 12)
        try:
            padded = AESGCM(key).decrypt(nonce, record, None)
        except InvalidTag:
            raise ValueError("the record cannot be read") from None
        plain = padded.rstrip(b"\0")
        if plain[-1:] != b"\x02":
            raise ValueError("no last record")
        return plain[:-1]


def _hkdf(salt: bytes, material: bytes, info: bytes, data: int) -> bytes:
    return HKDF(hashes.SHA256(), data, salt, info).derive(material)


def verify_vapid(header: str, expected_key: str) -> dict[str, Any]:
    """The claims of an Authorization header. Raises ValueError for a bad one."""
    found = re.fullmatch(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)", header)
    if found is None:
        raise ValueError(f"no vapid: {header}")
    head, claims, signature, key = found.groups()
    if key != expected_key:
        raise ValueError("another key than the one that was advertised")
    raw = unbase64(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64(key))
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    try:
        public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise ValueError("the signature is wrong") from None
    if json.loads(unbase64(head)) != {"typ": "JWT", "alg": "ES256"}:
        raise ValueError("not ES256")
    content: dict[str, Any] = json.loads(unbase64(claims))
    return content


@dataclass
class Arrived:
    """One message that a push service received."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """Keeps the messages it receives. Its answers come from ``answers``, else it answers 201."""

    url: str
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)

    def subscription(self) -> tuple[str, Device]:
        """A fresh push resource and the device behind it."""
        return f"{self.url}/up/{uuid4().hex}", Device.new()

    def for_resource(self, url: str) -> list[Arrived]:
        """The messages to that push resource, the oldest first."""
        path = url.removeprefix(self.url)
        return [each for each in self.arrived if each.path == path]


@dataclass
class Message:
    """The values of a push-message."""

    topic: str | None
    content: bool
    token: str | None
    property: bool


def read_message(data: bytes) -> Message:
    """The values of a body. Raises AssertionError where it is not a push-message of the draft."""
    root = etree.fromstring(data)
    assert root.tag == f"{{{PUSH}}}push-message"
    names = {"P": PUSH, "D": "DAV:"}
    content = root.find("P:content-update", names)
    return Message(
        topic=root.findtext("P:topic", namespaces=names),
        content=content is not None,
        token=content.findtext("D:sync-token", namespaces=names) if content is not None else None,
        property=root.find("P:property-update", names) is not None,
    )


@contextmanager
def open_push_service() -> Iterator[PushService]:
    """A push service on its own port, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, extra = service.answers.pop(0) if service.answers else (201, {})
            service.arrived.append(Arrived(self.path, headers, body))
            self.send_response(status)
            for name, value in {"Content-Length": "0", **extra}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = PushService(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(30)


def web_push(resource: str, device: Device, **parts: str) -> str:
    """A web-push-subscription; ``parts`` replace whole elements by name."""
    key, secret = device.shared()
    elements = {
        "push_resource": f"<push-resource>{resource}</push-resource>",
        "content_encoding": "<content-encoding>aes128gcm</content-encoding>",
        "subscription_public_key": f'<subscription-public-key type="p256dh">{key}</subscription-public-key>',
        "auth_secret": f"<auth-secret>{secret}</auth-secret>",
        **parts,
    }
    return f"<web-push-subscription>{''.join(elements.values())}</web-push-subscription>"


def push_register(
    resource: str,
    device: Device,
    trigger: str | None = f"{CONTENT}{PROPERTY}",
    *,
    subscription: str | None = None,
    expires: str = "",
) -> str:
    """The body of a registration; ``subscription`` replaces the one made of resource and device."""
    given = subscription if subscription is not None else web_push(resource, device)
    triggers = f"<trigger>{trigger}</trigger>" if trigger is not None else ""
    return (
        f'<push-register xmlns="{PUSH}" xmlns:D="DAV:"><subscription>{given}</subscription>{triggers}'
        f"{expires}</push-register>"
    )


def subscribe(
    client: Client,
    path: str,
    resource: str = "https://push.example.org/up/1",
    *,
    device: Device | None = None,
    subscription: str | None = None,
    trigger: str | None = f"{CONTENT}{PROPERTY}",
    expires: str = "",
    **headers: str,
) -> Answer:
    """A registration of a client."""
    body = push_register(resource, device or Device.new(), trigger, subscription=subscription, expires=expires)
    return client.ask("POST", path, body, Content_Type='application/xml; charset="utf-8"', **headers)
