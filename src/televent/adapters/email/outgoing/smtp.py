"""Hands a mail to an SMTP server (aiosmtplib), with one error class for each kind of failure."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import aiosmtplib

from televent.adapters.email.outgoing.checked import check
from televent.adapters.email.outgoing.connections import (
    ONE_EACH,
    Envelope,
    Keeping,
    NotInternational,
    SmtpConnections,
    SmtpRoute,
)
from televent.adapters.email.outgoing.headers import addr_spec
from televent.adapters.email.outgoing.signing import Signer, signed


class MailError(Exception):
    """A mail was not accepted.

    MailError
     ├── MailRejected       the recipient or the mail is refused for good (5xx); a retry is useless
     │    └── NoSuchMailbox the address that a person gave is nobody's
     ├── MailDelayed        the server refuses for now (4xx)
     ├── MailUnreachable    the server does not answer, or the connection broke
     │    └── NoConnection  the server was not reached, so it has no mail
     └── MailMisconfigured  sign-in refused: an operator must correct the settings
    """


class MailRejected(MailError):
    """The server refused the recipient or the mail for good."""


class NoSuchMailbox(MailRejected):
    """Nobody has the recipient's address, or its mailbox takes no mail (RFC 3463 §3.2 and §3.3)."""


class MailDelayed(MailError):
    """The server refuses the mail for now: retry later."""


class MailUnreachable(MailError):
    """The mail server cannot be reached."""


class NoConnection(MailUnreachable):
    """No connection was made: the server cannot have taken the mail."""


class MailMisconfigured(MailError):
    """The mail server refuses our sign-in."""


class SmtpMailer:
    """Sends mails, signed by each of ``signers``. A mail that the server may have is tried again by the outbox alone.

    ``keeping``: the bounds of connections that are kept open; without it each mail has its own.
    """

    def __init__(self, route: SmtpRoute, signers: Sequence[Signer] = (), keeping: Keeping = ONE_EACH) -> None:
        self._route, self._signers = route, tuple(signers)
        self._connections = SmtpConnections(route, keeping)

    async def close(self) -> None:
        """Ends the connections that are kept open."""
        await self._connections.close()

    async def send(self, mail: bytes, *, envelope_from: str, recipient: str) -> None:
        """Returns when the server has accepted the mail. ``envelope_from``: "" for none (RFC 5321 §4.5.5).

        Raises MailError; UnsafeMail and BadHeader before anything is sent.
        """
        check(mail)
        if self._signers:
            # RSA takes milliseconds, in which the loop could do other work.
            mail = await asyncio.to_thread(signed, mail, self._signers)
        sender, to = addr_spec(envelope_from) if envelope_from else "", addr_spec(recipient)
        # Only a local part that is not ASCII needs the extension (RFC 6531 §3.4).
        international = not ((sender + to).isascii() and mail.isascii())
        route = self._route
        try:
            await self._connections.deliver(Envelope(mail, sender, to, international))
        except NotInternational as error:
            raise MailRejected("the mail server takes only addresses in ASCII") from error
        except aiosmtplib.SMTPRecipientRefused as error:
            code, text = error.code, error.message
            raise (NoSuchMailbox(f"{code} {text}") if _NOBODY.match(text) else _refused(code, text)) from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise MailMisconfigured(f"sign-in refused: {error.code} {error.message}") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(error.code, error.message) from error
        except (
            aiosmtplib.SMTPConnectError,
            aiosmtplib.SMTPConnectTimeoutError,
            aiosmtplib.SMTPConnectResponseError,
        ) as error:
            raise NoConnection(f"{route.host}:{route.port}: {error or type(error).__name__}") from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise MailUnreachable(f"{route.host}:{route.port}: {error or type(error).__name__}") from error


_NOBODY = re.compile(r"5\.(1\.(1|2|3|10)|2\.[0-4])\b")
"""Enhanced status codes that speak of the recipient's address or mailbox."""


def _refused(code: int, text: str) -> MailError:
    return MailRejected(f"{code} {text}") if code >= 500 else MailDelayed(f"{code} {text}")
