"""The meaning for the outbox of the errors of sending a mail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from televent.adapters.email.outgoing.checked import UnsafeMail
from televent.adapters.email.outgoing.headers import BadHeader
from televent.adapters.email.outgoing.smtp import MailRejected, NoSuchMailbox
from televent.application.messages.outbox import GiveUp, Undeliverable


@contextmanager
def outcomes(*, to_operator: bool = False) -> Iterator[None]:
    """Raises Undeliverable where nobody has the address, GiveUp where the mail is refused for good or cannot be sent.

    ``to_operator``: the address is the operator's own setting; the others were written by people.
    """
    try:
        yield
    except NoSuchMailbox as error:
        raise (GiveUp if to_operator else Undeliverable)(str(error)) from error
    except (MailRejected, BadHeader) as error:
        raise GiveUp(str(error)) from error
    except UnsafeMail as error:
        raise GiveUp(f"this mail is not sent, because it has {error}") from error
