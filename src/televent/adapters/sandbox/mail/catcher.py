"""The SMTP side: takes mail for everybody, unless a test has ordered a refusal."""

import asyncio
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from televent.adapters.sandbox.mail.store import Mails
from televent.adapters.sandbox.signal import Signal

MOST_BYTES = 35 * 1024 * 1024


@dataclass(slots=True)
class Refusal:
    """Refuse this address the next `times` it is named: by a 4xx code for now, by a 5xx code for good."""

    address: str
    code: int = 550
    text: str = "5.1.1 No such user here"
    times: int = 1


class Catcher:
    """What aiosmtpd asks at each step."""

    def __init__(self, mails: Mails, caught: Signal) -> None:
        self._mails = mails
        self._caught = caught
        self.refusals: list[Refusal] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take every recipient but the refused."""
        for refusal in self.refusals:
            if refusal.address.lower() == address.lower():
                refusal.times -= 1
                if refusal.times <= 0:
                    self.refusals.remove(refusal)
                return f"{refusal.code} {refusal.text}"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail."""
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 5.6.0 Only octets are taken"
        mail = self._mails.add(envelope.mail_from or "", list(envelope.rcpt_tos), content)
        self._caught.notify()
        return f"250 2.0.0 Caught as {mail.id}"

    def protocol(self) -> SMTP:
        """A server for one connection. Any login is right: there is nothing to protect."""
        return SMTP(
            self,
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            hostname="sandbox.localhost",
            ident="sandbox",
            auth_require_tls=False,
            authenticator=_anyone,
            loop=asyncio.get_running_loop(),
        )


def _anyone(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:
    return AuthResult(success=True, auth_data=login if isinstance(login, LoginPassword) else None)
