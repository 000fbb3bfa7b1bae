"""The language of a request: what its Accept-Language header asks for."""

from __future__ import annotations

import re
from typing import Final

from televent.wording.texts import LANGUAGES

MAX_LANGUAGES: Final = 20
"""Max languages of a client that are looked at."""


def language_of(accepted: str) -> str:
    """The language that suits an Accept-Language header best (RFC 9110 §12.5.4); English where none does."""
    best, weight = "en", 0.0
    for entry in accepted.split(",", MAX_LANGUAGES)[:MAX_LANGUAGES]:
        tag, _, parameter = entry.partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = re.fullmatch(r"\s*q=([01](?:\.[0-9]{0,3})?)\s*", parameter or "q=1")
        if language in LANGUAGES and quality is not None and float(quality[1]) > weight:
            best, weight = language, float(quality[1])
    return best
