"""SMTP replies to RCPT (RFC 5321 §3.6.2, RFC 3463)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from televent.application.mail.addressees import Destination

REFUSALS: Final[Mapping[Destination, str | None]] = {
    Destination.HERE: None,
    Destination.OPERATOR: None,
    Destination.NOBODY: "550 5.1.1 There is nobody of that name",
    Destination.NOT_YET: "550 5.2.1 This person has no mail here yet",
    Destination.UNREAD: "550 5.1.1 Nobody reads this address",
    Destination.NOT_FOR_MAIL: "550 5.1.1 This address is not for mail",
    Destination.ELSEWHERE: "550 5.7.1 Relaying denied",
}
"""The reply that refuses a recipient; None: the recipient is accepted."""
TOO_MANY: Final = "452 4.3.1 Too many mails for the operator today"
"""RFC 5321 §4.5.1 allows this in extreme cases, such as to contain an attack."""
