"""The form in which PostgreSQL keeps the words of an event, and in which it is asked for them.

A lexeme of a row is the sign of the part that has the word, and the word. The index has instead of the sign the end of
the account's id and the number of the part (function search_lexemes), so that a word of one account costs nobody else's
search. Rows of earlier programs have their lexemes as the index does.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from televent.application.read_models.search import DESCRIPTION, PEOPLE, PLACE, TITLE, Term
from televent.ical.search.texts import EventWords

SIGNS: Final[Mapping[str, str]] = {TITLE: "!", PLACE: "#", PEOPLE: "$", DESCRIPTION: "%"}
"""The first character of a lexeme. No account's code begins with one."""
_CODE: Final = 4
"""Characters of an account's code."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question in the words of PostgreSQL's tsquery. ``index``: to search_lexemes, ``short``: to a row."""

    index: str
    short: str

    @property
    def row(self) -> str:
        """The question to a row of this program or of an earlier one."""
        return f"({self.short}) | ({self.index})"

    def without(self, other: Query | None) -> Query:
        """Events that this finds, and the other does not."""
        if other is None:
            return self
        return Query(f"({self.index}) & !({other.index})", f"({self.short}) & !({other.short})")


def any_of(queries: Iterable[Query | None]) -> Query | None:
    """Events that one of these finds; None where there is none."""
    some = [each for each in queries if each is not None]
    if not some:
        return None
    return Query(" | ".join(f"({each.index})" for each in some), " | ".join(f"({each.short})" for each in some))


def code_of(tenant: UUID) -> str:
    """The beginning of an account's lexemes in the index. Accounts may share one: a query names the account, too."""
    return base64.urlsafe_b64encode(tenant.bytes[-3:]).decode()


def lexemes(words: EventWords) -> list[str]:
    """The lexemes of an event."""
    parts = {TITLE: words.title, PLACE: words.place, PEOPLE: words.people, DESCRIPTION: words.description}
    return [f"{SIGNS[part]}{word}" for part, some in parts.items() for word in some]


def word_of(lexeme: str) -> str:
    """The word of a lexeme, also of one of an earlier program."""
    return lexeme[1:] if lexeme[0] in SIGNS.values() else lexeme[_CODE + 1 :]


def tsquery(
    tenant: UUID, terms: Iterable[Term], parts: Sequence[str], variants: Mapping[str, Sequence[str]] | None = None
) -> Query | None:
    """The query for events that have all terms, in these of their parts; None where no event can have them.

    ``variants``: words that count for a term's word as well.
    """
    code, every = code_of(tenant), list(terms)
    if any(not set(term.parts) & set(parts) for term in every):
        return None
    index, short = (
        " & ".join(_text(term, parts, beginnings, (variants or {}).get(term.word, ())) for term in every)
        for beginnings in ({part: f"{code}{part}" for part in SIGNS}, SIGNS)
    )
    return Query(index, short)


def anywhere(tenant: UUID, word: str) -> str:
    """The query to the index for events with that word in any part."""
    code = code_of(tenant)
    return " | ".join(f"'{code}{part}{word}'" for part in SIGNS)


def _text(term: Term, parts: Sequence[str], beginnings: Mapping[str, str], variants: Sequence[str]) -> str:
    # A word is letters and digits, so nothing in the quotes needs an escape.
    here = [beginnings[part] for part in term.parts if part in parts]
    some = [f"'{each}{term.word}'{'' if term.exact else ':*'}" for each in here]
    some += [f"'{each}{variant}'" for each in here for variant in variants]
    return f"({' | '.join(some)})"
