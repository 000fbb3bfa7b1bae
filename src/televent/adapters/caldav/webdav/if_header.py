"""Reads and evaluates the If header (RFC 4918 §10.4). Its state tokens are sync tokens (RFC 6578 §5), as no locks
exist here."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

MAX_CONDITIONS: Final = 200
"""Max conditions in one header."""

_PART = re.compile(
    r"""\s*(?:
        (?P<open> \( ) | (?P<close> \) ) | (?P<not> not(?=[\s<\[]) )
        | < (?P<url> [^<>\s]+ ) >
        | \[ \s* (?P<weak> W/ )? "(?P<tag> [^"\]]* )" \s* \]
    )""",
    re.VERBOSE | re.IGNORECASE,
)


class MalformedIf(Exception):
    """The header does not follow the grammar of §10.4.2."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. ``token`` True: ``value`` is a state token; False: an entity tag without quotes. A ``weak`` tag
    never matches, because changes need a strong comparison."""

    value: str
    token: bool
    negated: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Alternative:
    """One list of conditions, which must all hold for the resource. ``resource`` is its URL; None: the request's
    URL."""

    resource: str | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class State:
    """The ETag and the state tokens of a resource. A resource that does not exist has neither."""

    etag: str | None = None
    tokens: frozenset[str] = frozenset()


def parse_if(value: str) -> list[Alternative]:
    """The lists of an If header. Raises MalformedIf."""
    found: list[Alternative] = []
    resource: str | None = None
    inside: list[Condition] | None = None
    tagged: bool | None = None
    lists_of_tag, negated, place, count = 1, False, 0, 0
    value = value.rstrip()
    while place < len(value):
        part = _PART.match(value, place)
        if part is None:
            raise MalformedIf(value)
        place = part.end()
        if part["open"]:
            if inside is not None:
                raise MalformedIf(value)
            tagged = tagged or False
            inside = []
        elif part["close"]:
            if not inside or negated:
                raise MalformedIf(value)
            found.append(Alternative(resource, tuple(inside)))
            inside, lists_of_tag = None, lists_of_tag + 1
        elif part["not"]:
            if inside is None or negated:
                raise MalformedIf(value)
            negated = True
        elif inside is not None:
            count += 1
            if count > MAX_CONDITIONS:
                raise MalformedIf("too many conditions")
            url = part["url"]
            inside.append(
                Condition(url, True, negated) if url else Condition(part["tag"], False, negated, bool(part["weak"]))
            )
            negated = False
        else:
            # A Resource-Tag: it must not follow an untagged list, and it must have at least one list (§10.4.2).
            if not part["url"] or tagged is False or not lists_of_tag:
                raise MalformedIf(value)
            resource, tagged, lists_of_tag = part["url"], True, 0
    if inside is not None or not found or not lists_of_tag:
        raise MalformedIf(value)
    return found


async def holds(alternatives: list[Alternative], state_of: Callable[[str | None], Awaitable[State]]) -> bool:
    """True if all conditions of at least one list hold (§10.4.3). ``state_of`` returns the state of a URL; None: the
    request's URL."""
    known: dict[str | None, State] = {}
    for alternative in alternatives:
        if alternative.resource not in known:
            known[alternative.resource] = await state_of(alternative.resource)
        state = known[alternative.resource]
        if all(_matches(each, state) != each.negated for each in alternative.conditions):
            return True
    return False


def _matches(condition: Condition, state: State) -> bool:
    if condition.token:
        return condition.value in state.tokens
    return not condition.weak and state.etag is not None and condition.value == state.etag
