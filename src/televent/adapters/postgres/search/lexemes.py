"""The form in which PostgreSQL keeps the words of an event, and in which it is asked for them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from televent.application.read_models.search import DESCRIPTION, PEOPLE, PLACE, TITLE, Term
from televent.ical.search.texts import EventWords


def code_of(tenant: UUID) -> str:
    """The beginning of all lexemes of an account. Accounts may share one: every query names the account, too."""
    return base64.urlsafe_b64encode(tenant.bytes[-3:]).decode()


def lexemes(tenant: UUID, words: EventWords) -> list[str]:
    """The lexemes of an event."""
    code = code_of(tenant)
    parts = {TITLE: words.title, PLACE: words.place, PEOPLE: words.people, DESCRIPTION: words.description}
    return [f"{code}{part}{word}" for part, some in parts.items() for word in some]


def word_of(lexeme: str) -> str:
    """The word of a lexeme."""
    return lexeme[5:]


def tsquery(
    tenant: UUID, terms: Iterable[Term], parts: Sequence[str], variants: Mapping[str, Sequence[str]] | None = None
) -> str | None:
    """The query for events that have all terms, in these of their parts; None where no event can have them.

    ``variants``: words that count for a term's word as well.
    """
    code = code_of(tenant)
    every = []
    for term in terms:
        here = [part for part in term.parts if part in parts]
        if not here:
            return None
        # A word is letters and digits, so nothing in the quotes needs an escape.
        some = [f"'{code}{part}{term.word}'{'' if term.exact else ':*'}" for part in here]
        some += [f"'{code}{part}{each}'" for part in here for each in (variants or {}).get(term.word, ())]
        every.append(f"({' | '.join(some)})")
    return " & ".join(every)
