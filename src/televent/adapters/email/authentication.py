"""Reads the Authentication-Results of our own mail server (RFC 8601, RFC 7489). Unreadable ones prove nothing.

- All lines with our id count together, because each filter of a mail server writes its own. If one of them cannot be
  parsed, nothing is proven: the line that we cannot read may be the one that says "fail".
- Our mail server writes its id as the first word. Another spelling, or a control character anywhere in the line, is a
  stranger's: our mail server may not have recognised the id, and so may have left the line in.
- A method that is named twice has the worse of its results.

RFC 8601 §5 makes our mail server remove lines with its own id from the mails that come in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import authres

from televent.adapters.email.organizational import organizational
from televent.adapters.email.reading.fields import CONTROL
from televent.application.mail.trust import Doubt

MAX_LINE: Final = 3 * 1024
"""Max characters of a line with our id; a longer one counts as one that cannot be parsed. The parser's time grows with
the square of the length."""
MAX_LINES: Final = 2 * MAX_LINE
"""Max characters of all lines with our id. A mail with more proves nothing."""
MAX_NESTING: Final = 10
"""Max comments inside one another."""
_AUTHSERV_ID: Final = re.compile(r'\s*(?:\([^()]{0,200}\)\s*){0,5}"?([^\s;()"]+)')
"""Reads the id of a line in each spelling, also where the line as a whole cannot be parsed."""
_METHOD: Final = re.compile(r"(?<![\w.-])(?:dmarc|dkim)\s*(?:/\s*\d+\s*)?=", re.IGNORECASE)
_ASIDE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\([^()]*\)')
"""A quoted string, or an innermost comment (RFC 5322 §3.2.2, §3.2.4)."""


@dataclass(frozen=True, slots=True)
class Results:
    """The results of our mail server, of each method the worst; None where a method is not named.

    ``judged``: the domains that DMARC was applied to. ``signers``: the domains of the DKIM signatures.
    """

    dmarc: str | None = None
    judged: frozenset[str] = frozenset()
    dkim: str | None = None
    signers: frozenset[str] = frozenset()

    @property
    def doubt(self) -> Doubt:
        """The reason why nothing more is proven."""
        if self.dmarc == "temperror":
            return "unanswered"
        if self.dmarc not in (None, "none", "pass"):
            return "failed"
        if self.dkim not in (None, "none", "pass"):
            return "broken"
        return "unjudged" if self.dmarc is None and self.dkim is None else "unsigned"

    def prove(self, domain: str) -> bool:
        """Whether the results prove the domain of From (RFC 7489 §3.1)."""
        # The mail server and we must read the same domain in From. A header that two parsers read differently would
        # otherwise prove one address and be applied to another (RFC 7489 §6.6.1).
        if not self.judged <= {"", domain}:
            return False
        if self.dmarc == "pass":
            return True
        if self.dmarc not in (None, "none"):
            return False
        owner = organizational(domain)
        return self.signed_by(domain) or (
            self.dkim == "pass" and owner is not None and owner in map(organizational, self.signers)
        )

    def signed_by(self, domain: str) -> bool:
        """Whether each DKIM signature passed, and one is the domain's."""
        return self.dkim == "pass" and domain in self.signers


def results_of(lines: Sequence[str], authserv_id: str | None) -> Results:
    """The results in all lines with our id; none where one of these lines cannot be parsed.

    ``lines``: the unfolded values of the header fields. ``authserv_id``: None trusts no line.
    """
    if authserv_id is None:
        return Results()
    ours = [line for line in lines if _id_of(line) == authserv_id.lower()]
    if sum(map(len, ours)) > MAX_LINES:
        return Results()
    found: dict[str, list[authres.core.AuthenticationResult]] = {}
    for line in ours:
        results = _parsed(line, authserv_id)
        if results is None:
            return Results()
        for result in results:
            found.setdefault(result.method.lower(), []).append(result)
    dmarc, dkim = found.get("dmarc", []), found.get("dkim", [])
    judged = (value.rpartition("@")[2] for each in dmarc for value in _values(each, "header", "from"))
    signers = (value for each in dkim for value in _values(each, "header", "d"))
    return Results(_worst(dmarc), frozenset(judged), _worst(dkim), frozenset(signers))


def _worst(results: list[authres.core.AuthenticationResult]) -> str | None:
    """The result of a method: "pass" only where each of its results is "pass"; None where it is not named."""
    values = [result.result.lower() for result in results]
    return next((value for value in values if value != "pass"), values[0] if values else None)


def _id_of(line: str) -> str:
    found = _AUTHSERV_ID.match(CONTROL.sub("", line[:MAX_LINE]))
    return found[1].lower() if found is not None else ""


def _parsed(line: str, authserv_id: str) -> list[authres.core.AuthenticationResult] | None:
    """The results in a line; None where it cannot be parsed."""
    if len(line) > MAX_LINE or CONTROL.search(line) or not line.lower().startswith(authserv_id.lower()):
        return None
    try:
        parsed = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {line}")
    except Exception:
        # The parser raises many classes; nested comments exhaust its recursion.
        return None
    results = list(parsed.results)
    # The parser passes over what it does not understand, a result without a semicolon before it too.
    understood = sum(result.method.lower() in ("dmarc", "dkim") for result in results)
    whole = understood == len(_METHOD.findall(_without_asides(line)))
    return results if whole and str(parsed.authserv_id).lower() == authserv_id.lower() else None


def _without_asides(line: str) -> str:
    """The line without its comments and quoted strings."""
    for _ in range(MAX_NESTING):
        line, count = _ASIDE.subn(" ", line)
        if not count:
            break
    return line


def _values(result: authres.core.AuthenticationResult, kind: str, name: str) -> list[str]:
    """The values of a property such as header.from, in lower case."""
    values = [each.value for each in result.properties if (each.type, each.name) == (kind, name)]
    return [str(value or "").lower().rstrip(".") for value in values]
