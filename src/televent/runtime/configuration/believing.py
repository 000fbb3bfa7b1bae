"""Says which senders of mail this installation can believe, and which not."""

from __future__ import annotations

from televent.settings import Settings


def believing(settings: Settings) -> str:
    """A sentence for the operator, at the start and in ``televent doctor``."""
    if settings.mail_authserv_id is not None:
        return (
            f"senders are proven by Authentication-Results of {settings.mail_authserv_id} alone, which must remove"
            " lines with its own id from incoming mail; what it does not prove waits for the person"
        )
    relays = ", ".join(settings.mail_relays)
    lists = f", and of mailing lists by ARC seals of {relays}" if relays else "; mailing lists are not (MAIL_RELAYS)"
    return (
        "MAIL_AUTHSERV_ID is not set: senders are proven by their DKIM signatures, which are verified here by the DNS"
        f"{lists}. SPF is not checked; what has no signature waits for the person"
    )
