"""The If header: RFC 4918 §10.4. State tokens are sync tokens (RFC 6578 §5); without locks there is no other."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

MAX_CONDITIONS: Final = 200

_PART = re.compile(
    r"""\s*(?:
        (?P<open> \( ) | (?P<close> \) ) | (?P<not> not(?=[\s<\[]) )
        | < (?P<url> [^<>\s]+ ) >
        | \[ \s* (?P<weak> W/ )? "(?P<tag> [^"\]]* )" \s* \]
    )""",
    re.VERBOSE | re.IGNORECASE,
)


class MalformedIf(Exception):
    """The header is not of the grammar of §10.4.2."""


@dataclass(frozen=True, slots=True)
class Condition:
    """``token``: a state token, else an entity tag without its quotes. ``weak`` tags never match: what is changed here
    is compared strongly."""

    value: str
    token: bool
    negated: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Alternative:
    """One list: all of it must hold for the resource. ``resource`` None: the request's own."""

    resource: str | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What a resource can be matched by. A URL where nothing is has neither."""

    etag: str | None = None
    tokens: frozenset[str] = frozenset()


def parse_if(value: str) -> list[Alternative]:
    """Raises MalformedIf."""
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
            # A tag of a resource: never after a list without one, never without a list of its own (§10.4.2).
            if not part["url"] or tagged is False or not lists_of_tag:
                raise MalformedIf(value)
            resource, tagged, lists_of_tag = part["url"], True, 0
    if inside is not None or not found or not lists_of_tag:
        raise MalformedIf(value)
    return found


async def holds(alternatives: list[Alternative], state_of: Callable[[str | None], Awaitable[State]]) -> bool:
    """True where one list holds entirely (§10.4.3)."""
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
