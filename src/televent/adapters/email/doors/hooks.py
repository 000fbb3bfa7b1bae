"""Mail that a service posts: ``/hooks/mail/mailgun`` and ``/hooks/mail/sendgrid``.

The service gets 200 only after the mail is stored; 406 for a mail that is refused for good; 401 or 5xx where it should
post the mail again later. A wrong signature has 401, because the operator may have set a wrong key: the mail is not
lost then. Both services post the raw mail, since parsed fields have lost what proves a sender (imip/SPEC B1).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from televent.adapters.email.doors.form import BadForm, Form, form_of
from televent.adapters.email.doors.keys import mail_key
from televent.adapters.email.doors.signatures import (
    MAILGUN_WINDOW,
    SENDGRID_WINDOW,
    recent,
    signed_by_mailgun,
    signed_by_sendgrid,
)
from televent.adapters.email.incoming.intake import Intake
from televent.adapters.email.reading.bounds import MAX_MAIL
from televent.application.outage import Outage

log = structlog.get_logger("televent.mail")

Scope = MutableMapping[str, Any]
MAX_BODY: Final = 3 * MAX_MAIL + 1024 * 1024
"""Max bytes of a request: a form may write each byte of the mail as three."""
MAX_RECIPIENTS: Final = 100
"""Max recipients of a mail."""
AT_ONCE: Final = 8
"""Max requests whose bodies are in memory at the same time in one process."""
OF_ONE: Final = 4
"""Max of those from one network address."""
PATIENCE: Final = 20.0
"""Max seconds that a request waits for its turn."""
BODY: Final = 60.0
"""Max seconds in which the body of a request arrives."""
_SIGNATURE: Final = b"x-twilio-email-event-webhook-signature"
_TIMESTAMP: Final = b"x-twilio-email-event-webhook-timestamp"


class Tokens(Protocol):
    """The tokens of Mailgun that were used. Synchronous; called in a thread."""

    def use(self, token: str, content: str, now: datetime, until: datetime) -> bool:
        """Remembers a token until then, with a hash of the mail. False: it came with another mail before."""
        ...


@dataclass(frozen=True, slots=True)
class HookKeys:
    """The keys of the services; None: that service, or that proof, is not configured.

    ``mailgun``: the key with which Mailgun signs. ``sendgrid``: the public key of SendGrid. ``sendgrid_path``: the
    secret at the end of the URL that SendGrid posts to.
    """

    mailgun: str | None = None
    sendgrid: EllipticCurvePublicKey | None = None
    sendgrid_path: str | None = None


class _Answered(Exception):
    """The request has its answer: a status, and a sentence for the service's log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class MailHooks:
    """The ASGI application below ``/hooks/mail``. ``stored`` is called after each mail that was stored."""

    def __init__(self, intake: Intake, tokens: Tokens, keys: HookKeys, stored: Callable[[], None]) -> None:
        self._intake, self._tokens, self._keys, self._stored = intake, tokens, keys, stored
        self._places = asyncio.Semaphore(AT_ONCE)
        self._of_one: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        """Answers one request."""
        status, reason, more = 200, "", []
        try:
            await self._post(scope, receive)
        except _Answered as answer:
            status, reason = answer.status, answer.reason
        except BadForm as error:
            status, reason = 406, str(error)
        except Outage as outage:
            log.warning("a mail is not taken", outage=outage.name, error=str(outage))
            status, reason, more = 503, "try again later", [(b"retry-after", str(outage.retry_after).encode())]
        except Exception:
            log.exception("a mail could not be stored")
            status, reason = 500, "try again later"
        if status not in (200, 404):
            log.info("posted mail refused", status=status, reason=reason)
        text = f"{reason}\n".encode() if reason else b""
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode()), *more]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    async def _post(self, scope: Scope, receive: Any) -> None:
        take = self._service(str(scope["path"]).removeprefix("/hooks/mail/").rstrip("/"))
        if scope["method"] != "POST":
            raise _Answered(405, "only POST")
        headers = {bytes(name).lower(): bytes(value) for name, value in scope["headers"]}
        client = str((scope.get("client") or ("",))[0])
        if self._of_one[client] >= OF_ONE:
            raise _Answered(503, "too many requests at once")
        self._of_one[client] += 1
        try:
            await asyncio.wait_for(self._places.acquire(), PATIENCE)
            try:
                await self._intake.run(take, headers, await _body(headers, receive))
            finally:
                self._places.release()
        except TimeoutError:
            raise _Answered(503, "too many requests at once") from None
        finally:
            self._of_one[client] -= 1
            if not self._of_one[client]:
                del self._of_one[client]
        self._stored()

    def _service(self, path: str) -> Callable[[dict[bytes, bytes], bytes], None]:
        """The function that takes mails of this path. Mailgun posts raw mail only to a URL that ends in "mime"."""
        service, _, rest = path.partition("/")
        keys = self._keys
        if service == "mailgun" and rest in ("", "mime") and keys.mailgun is not None:
            return self._mailgun
        configured = keys.sendgrid is not None or keys.sendgrid_path is not None
        secret = (keys.sendgrid_path or "").encode()
        if service == "sendgrid" and configured and hmac.compare_digest(rest.encode("utf-8", "replace"), secret):
            return self._sendgrid
        raise _Answered(404, "")

    def _mailgun(self, headers: dict[bytes, bytes], body: bytes) -> None:
        form = _form(headers, body)
        timestamp, token = form.text("timestamp", 20), form.text("token", 200)
        assert self._keys.mailgun is not None
        if not signed_by_mailgun(self._keys.mailgun, timestamp, token, form.text("signature", 200)):
            raise _Answered(401, "the signature is wrong")
        now = self._intake.now()
        if not recent(timestamp, MAILGUN_WINDOW, now):
            raise _Answered(406, "the timestamp is too old")
        raw = form.raw("body-mime")
        recipients = [each.strip() for each in form.text("recipient").split(",") if each.strip()]
        content = hashlib.sha256("\0".join([*recipients, ""]).encode() + raw).hexdigest()
        if not self._tokens.use(token, content, now, now + MAILGUN_WINDOW):
            raise _Answered(406, "the token was used for another mail")
        self._keep(form.text("sender", 1000), recipients, raw)

    def _sendgrid(self, headers: dict[bytes, bytes], body: bytes) -> None:
        key = self._keys.sendgrid
        if key is not None:
            timestamp = headers.get(_TIMESTAMP, b"").decode("latin-1")
            if not signed_by_sendgrid(key, timestamp, body, headers.get(_SIGNATURE, b"").decode("latin-1")):
                raise _Answered(401, "the signature is wrong")
            if not recent(timestamp, SENDGRID_WINDOW, self._intake.now()):
                raise _Answered(406, "the timestamp is too old")
        form = _form(headers, body)
        sender, recipients = _envelope(form.text("envelope"))
        self._keep(sender, recipients, form.raw("email"))

    def _keep(self, sender: str, recipients: list[str], raw: bytes) -> None:
        if not raw:
            raise _Answered(406, "there is no raw mail in it: turn on raw MIME")
        if len(raw) > MAX_MAIL:
            raise _Answered(406, f"552 5.3.4 A mail may have {MAX_MAIL} bytes")
        if len(recipients) > MAX_RECIPIENTS:
            raise _Answered(406, "452 4.5.3 Too many recipients")
        refusals = self._intake.recipient_refusals(recipients)
        rest = [each for each, refusal in zip(recipients, refusals, strict=True) if refusal is None]
        if not rest:
            raise _refused(next(filter(None, refusals), "there is no recipient"))
        # Bytes that are not UTF-8 arrive as lone surrogates, which PostgreSQL refuses.
        envelope_from = sender.strip("<> ").encode(errors="replace").decode()
        refusal = self._intake.keep(mail_key(raw, rest), envelope_from, rest, raw)
        if refusal is not None:
            raise _refused(refusal)


def _refused(reply: str) -> _Answered:
    """The answer for an SMTP reply: one in 4xx may be another at the next attempt."""
    return _Answered(503 if reply.startswith("4") else 406, reply)


def _form(headers: dict[bytes, bytes], body: bytes) -> Form:
    return form_of(headers.get(b"content-type", b"").decode("latin-1"), body)


def _envelope(text: str) -> tuple[str, list[str]]:
    """Sender and recipients of SendGrid's envelope: {"to": [...], "from": "..."}."""
    try:
        found = json.loads(text)
        sender, recipients = found["from"], found["to"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise _Answered(406, "there is no envelope in it") from None
    if not isinstance(sender, str) or not isinstance(recipients, list):
        raise _Answered(406, "there is no envelope in it")
    return sender, [each for each in recipients if isinstance(each, str)]


async def _body(headers: dict[bytes, bytes], receive: Any) -> bytes:
    length = headers.get(b"content-length", b"0")
    if len(length) > 20 or not length.isdigit() or int(length) > MAX_BODY:
        raise _Answered(406, f"a request may have {MAX_BODY} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise _Answered(400, "the connection ended")
                body += message.get("body", b"")
                if len(body) > MAX_BODY:
                    raise _Answered(406, f"a request may have {MAX_BODY} bytes")
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise _Answered(408, "the body takes too long") from None
