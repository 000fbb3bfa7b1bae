"""The sender of a mail as its evidence proves it (imip/SPEC B5; RFC 8601, RFC 7489).

The evidence is the Authentication-Results of our own mail server (``authentication``) or, with no authserv-id
configured, our own verification (``proving``).
"""

from __future__ import annotations

import re
from email.utils import getaddresses

from televent.adapters.email.authentication import Results, results_of
from televent.adapters.email.incoming.evidence import Evidence
from televent.adapters.email.outgoing.headers import clean
from televent.adapters.email.reading.fields import CONTROL, Headers, unfolded
from televent.adapters.email.reading.words import shown
from televent.application.mail.trust import Doubt, Sender

_ADDRESS = re.compile(r"[^@\s<>\"\ud800-\udfff]+@[\w.-]+\Z")
GOOGLE = "calendar-notification@google.com"
"""Sender of Google Calendar's notifications; the person they are sent for is in Reply-To."""


def author_of(message: Headers) -> str:
    """The one address in From, in lower case; "" where From names nobody, or several."""
    authors = _addresses(message, "From")
    return authors[0] if len(authors) == 1 else ""


def stated(message: Headers, authserv_id: str | None) -> Results:
    """The results of our own mail server in a mail. ``authserv_id``: see ``Intake``."""
    return results_of(header_values(message, "Authentication-Results"), authserv_id)


def sender_of(message: Headers, evidence: Evidence) -> Sender:
    """The author of a mail, and whether the evidence proves the author.

    A mail with several From addresses proves nothing.
    """
    authors, address = _addresses(message, "From"), author_of(message)
    proven = address != "" and evidence.prove(address.rpartition("@")[2])
    speaks_for = {address} - {""}
    senders, replies = _addresses(message, "Sender"), _addresses(message, "Reply-To")
    # A signature covers one field of each name. A second one may have been added by anybody (RFC 6376 §5.4.2).
    by_google = GOOGLE in (address, *senders) and len(senders) <= 1 and len(replies) <= 1
    if address and by_google and evidence.signed_by("google.com"):
        speaks_for |= set(replies) - {""}
        proven = True
    doubt: Doubt | None = None if proven else evidence.doubt if address else "nobody"
    return Sender(authors[0] if authors else "", proven, frozenset(speaks_for), _display_name(message), doubt)


def header_values(message: Headers, header: str) -> list[str]:
    """The raw values of a header, unfolded. The email package's header parser raises on hostile values."""
    return [unfolded(str(value)) for name, value in message.raw_items() if name.lower() == header.lower()]


def _addresses(message: Headers, header: str) -> list[str]:
    """The addresses in lower case; "" for each value that is no address, or that has a control character."""
    values = header_values(message, header)
    pairs = getaddresses(["" if CONTROL.search(value) else value for value in values])
    found = [address.strip().lower() for _, address in pairs]
    return [address if _ADDRESS.match(address) else "" for address in found]


def _display_name(message: Headers) -> str:
    name = next((name for name, _ in getaddresses(header_values(message, "From"))), "")
    return clean(shown(name))
