"""The sender of a mail as its headers prove it (imip/SPEC B5; RFC 8601, RFC 7489).

Only an Authentication-Results header of our own mail server counts. Its authserv-id is configured, and the first such
header is the newest. With no authserv-id configured, DMARC and DKIM prove nothing, and only tokens prove a sender.
"""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses

import authres

from televent.application.mail.trust import Sender

_ADDRESS = re.compile(r"[^@\s<>\"\ud800-\udfff]+@[\w.-]+\Z")
GOOGLE = "calendar-notification@google.com"
"""Sender of Google Calendar's notifications; the person they are sent for is in Reply-To."""


def sender_of(message: EmailMessage, authserv_id: str | None) -> Sender:
    """The author of a mail, and whether the headers prove the author.

    A mail with several From addresses proves nothing. ``authserv_id``: see ``Intake``.
    """
    authors = _addresses(message, "From")
    address = authors[0] if authors else ""
    results = _our_results(message, authserv_id)
    proven = len(authors) == 1 and address != "" and _aligned(results, address)
    speaks_for = {address} if address else set()
    sent_by = {address, *_addresses(message, "Sender")}
    if GOOGLE in sent_by and _dkim_domain(results, "google.com"):
        speaks_for |= set(_addresses(message, "Reply-To")) - {""}
        proven = True
    return Sender(address, proven, frozenset(speaks_for), _display_name(message))


def header_values(message: EmailMessage, header: str) -> list[str]:
    """The raw values of a header, unfolded. The email package's header parser raises on hostile values."""
    return [
        "".join(str(value).splitlines()).strip()
        for name, value in message.raw_items()
        if name.lower() == header.lower()
    ]


def _addresses(message: EmailMessage, header: str) -> list[str]:
    """The addresses in lower case; "" for each value that is no address."""
    pairs = getaddresses(header_values(message, header))
    found = [address.strip().lower() for _, address in pairs]
    return [address if _ADDRESS.match(address) else "" for address in found]


def _display_name(message: EmailMessage) -> str:
    name = next((name for name, _ in getaddresses(header_values(message, "From"))), "")
    try:
        return str(make_header(decode_header(name)))
    except (ValueError, LookupError, HeaderParseError):
        return ""


def _our_results(message: EmailMessage, authserv_id: str | None) -> list[authres.core.AuthenticationResult]:
    if authserv_id is None:
        return []
    for value in header_values(message, "Authentication-Results"):
        try:
            parsed = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
        except (authres.AuthResError, ValueError, IndexError):
            continue
        if str(parsed.authserv_id).lower() == authserv_id.lower():
            return list(parsed.results)
    return []


def _aligned(results: list[authres.core.AuthenticationResult], address: str) -> bool:
    domain = address.rpartition("@")[2]
    for result in results:
        if result.method == "dmarc" and result.result == "pass":
            # The mail server and we must read the same domain in From. A header that two parsers read differently
            # would otherwise prove one address and be applied to another (RFC 7489 §6.6.1).
            judged = _property(result, "header", "from").rpartition("@")[2]
            if judged in ("", domain):
                return True
        if result.method == "dkim" and result.result == "pass" and domain:
            signer = _property(result, "header", "d")
            if signer and (domain == signer or domain.endswith("." + signer)):
                return True
    return False


def _dkim_domain(results: list[authres.core.AuthenticationResult], domain: str) -> bool:
    return any(
        result.method == "dkim" and result.result == "pass" and _property(result, "header", "d") == domain
        for result in results
    )


def _property(result: authres.core.AuthenticationResult, kind: str, name: str) -> str:
    """A property such as header.from, in lower case; "" where it is missing."""
    values = (each.value for each in result.properties if (each.type, each.name) == (kind, name))
    return str(next(values, "") or "").lower()
