"""The SMTP server: accepts mail for every address, unless a test has ordered a refusal."""

import asyncio
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from televent.adapters.sandbox.mail.store import Mails
from televent.adapters.sandbox.signal import Signal

MAX_BYTES = 35 * 1024 * 1024
"""Max bytes of a mail."""


@dataclass(slots=True)
class Refusal:
    """Refuse this recipient the next `times`: a 4xx code refuses for now, a 5xx code for good."""

    address: str
    code: int = 550
    text: str = "5.1.1 No such user here"
    times: int = 1


class Catcher:
    """aiosmtpd's handler: refuses the ordered recipients and stores all mails."""

    def __init__(self, mails: Mails, caught: Signal) -> None:
        self._mails = mails
        self._caught = caught
        self.refusals: list[Refusal] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept every recipient without an ordered refusal."""
        for refusal in self.refusals:
            if refusal.address.lower() == address.lower():
                refusal.times -= 1
                if refusal.times <= 0:
                    self.refusals.remove(refusal)
                return f"{refusal.code} {refusal.text}"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store the mail."""
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 5.6.0 The content must be bytes"
        mail = self._mails.add(envelope.mail_from or "", list(envelope.rcpt_tos), content)
        self._caught.notify()
        return f"250 2.0.0 Caught as {mail.id}"

    def protocol(self) -> SMTP:
        """The SMTP protocol of one connection. It accepts any login: there is nothing to protect."""
        return SMTP(
            self,
            data_size_limit=MAX_BYTES,
            enable_SMTPUTF8=True,
            hostname="sandbox.localhost",
            ident="sandbox",
            auth_require_tls=False,
            authenticator=_anyone,
            loop=asyncio.get_running_loop(),
        )


def _anyone(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:
    return AuthResult(success=True, auth_data=login if isinstance(login, LoginPassword) else None)
