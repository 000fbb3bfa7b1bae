"""Posts mail as Mailgun and SendGrid do, with an open_site that has their keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.dav import Answer, Client, Site

SIGNING = "key-of-mailgun"
PATH = "the-end-of-the-url-of-sendgrid"
CURVE = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(CURVE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
ENCODED = "application/x-www-form-urlencoded"
BOUNDARY = "xYzZY"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def multipart(fields: dict[str, bytes]) -> bytes:
    """A form as SendGrid posts it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields.items()
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def mailgun_form(mail: bytes, recipient: str, *, stamp: str, sender: str = "zed@example.net") -> bytes:
    """The body of Mailgun's request for a mail, signed."""
    token = uuid4().hex
    signed = hmac.new(SIGNING.encode(), f"{stamp}{token}".encode(), hashlib.sha256)
    fields: dict[str, str | bytes] = {"recipient": recipient, "sender": sender, "timestamp": stamp, "token": token}
    return urlencode({**fields, "signature": signed.hexdigest(), "body-mime": mail}).encode()


@dataclass
class Poster:
    """A mail service that posts to a site; ``ann`` is a client, whose connection is used."""

    site: Site
    ann: Client

    def stamp(self, age: timedelta = timedelta(0)) -> str:
        return str(int((self.site.core.backend.clock() - age).timestamp()))

    def mailgun(
        self,
        mail: bytes,
        *recipients: str,
        path: str = "/hooks/mail/mailgun/mime",
        key: str = SIGNING,
        sender: str = "zed@example.net",
        form: str = ENCODED,
        **fields: str,
    ) -> Answer:
        """One request. ``fields`` replace those that are made."""
        given = {"timestamp": self.stamp(), "token": uuid4().hex, **fields}
        signed = hmac.new(key.encode(), f"{given['timestamp']}{given['token']}".encode(), hashlib.sha256)
        whole: dict[str, Any] = {
            "recipient": ",".join(recipients),
            "sender": sender,
            "signature": signed.hexdigest(),
            **given,
            "body-mime": mail,
        }
        if form == ENCODED:
            body = urlencode(whole).encode()
        else:
            body = multipart({name: v if isinstance(v, bytes) else v.encode() for name, v in whole.items()})
        return self.post(path, body, form)

    def sendgrid(
        self,
        mail: bytes,
        *recipients: str,
        path: str = f"/hooks/mail/sendgrid/{PATH}",
        sender: str = "zed@example.net",
        key: ec.EllipticCurvePrivateKey = CURVE,
        age: timedelta = timedelta(0),
        **fields: bytes,
    ) -> Answer:
        """One request."""
        envelope = json.dumps({"to": list(recipients), "from": sender}).encode()
        body = multipart({"to": b"somebody", "envelope": envelope, "email": mail, **fields})
        stamp = self.stamp(age)
        signature = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
        return self.post(
            path,
            body,
            MULTIPART,
            X_Twilio_Email_Event_Webhook_Signature=signature,
            X_Twilio_Email_Event_Webhook_Timestamp=stamp,
        )

    def post(self, path: str, body: bytes, form: str, **headers: str) -> Answer:
        return self.ann.ask("POST", path, body, login=False, Content_Type=form, **headers)

    def kept(self) -> list[tuple[str, list[str], bytes]]:
        """Envelope sender, recipients and bytes of every stored mail, the oldest first."""
        query = "SELECT envelope_from, recipients, raw FROM inbound_mail ORDER BY received_at, mail_key"
        with psycopg.connect(self.site.core.conninfo) as connection:
            return [(row[0], row[1], bytes(row[2])) for row in connection.execute(query)]
