"""Organizational domains, by which DMARC compares a signer with an author (RFC 7489 §3.1, §3.2)."""

from __future__ import annotations

from functools import cache
from typing import Final

from publicsuffixlist import PublicSuffixList

MAX_DOMAIN: Final = 253
"""Max characters of a domain (RFC 1035 §2.3.4)."""


def organizational(domain: str) -> str | None:
    """The public suffix and one more label; None for a public suffix.

    Under a public suffix such as co.uk or github.io each domain has another owner.
    """
    name = in_ascii(domain)
    return _public_suffixes().privatesuffix(name) if name else None


def in_ascii(domain: str) -> str:
    """The domain as the DNS has it, in lower case; "" for a text that no domain can be."""
    if len(domain) > MAX_DOMAIN:
        return ""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


@cache
def _public_suffixes() -> PublicSuffixList:
    """The list that comes with the package: nothing is fetched."""
    return PublicSuffixList()
