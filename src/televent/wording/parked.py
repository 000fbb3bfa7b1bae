"""A card about parked mails in words: who they claim to be from, why that is not proven, and what they would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from televent.application.mail.trust import Sender
from televent.application.use_cases.mail.parked_cards import Change, ParkedView
from televent.application.use_cases.mail.settle_parked import Settled
from televent.domain.calendar_object.details import Details
from televent.wording.changes import Shown, change_of, time_of
from televent.wording.display import Display
from televent.wording.texts import text_of
from televent.wording.times import when_of

MAX_NAME: Final = 128
"""Max characters of a sender's or attendee's name."""
MAX_TITLE: Final = 120
"""Max characters of a title."""
CHOICES: Final = ("apply", "ignore", "believe")
"""The choices of a card. The last one is not offered where the mail names no sender, or is known to be forged."""
_OF_TEAMS: Final = frozenset({"parked-why-unknown", "parked-nothing-yet-event", "parked-nothing-yet-new"})
"""Texts that speak of the reader's own calendar, with a form for a team calendar."""


@dataclass(frozen=True, slots=True)
class ParkedWords:
    """A card as plain text: its lead, and the lines below it. ``choices``: those of CHOICES that are offered."""

    lead: str
    lines: tuple[str, ...]
    choices: tuple[str, ...]


def parked_words(view: ParkedView, display: Display) -> ParkedWords:
    """The words of a card that waits for a decision."""
    language, sender = display.language, view.sender
    why = _why(view)
    claim = "parked-from-proven" if sender.proven else "parked-from"
    new = view.reason == "sender-unknown"
    nothing = "parked-nothing-yet-new" if new else "parked-nothing-yet-event"
    lines = [
        *([_say(language, "parked-team", title=_short(view.team, MAX_TITLE))] if view.team else []),
        _say(language, claim, name=name_of(sender, language)),
        *(_say(language, _for(view, f"parked-why-{each}")) for each in why),
        *(line for each in view.changes for line in _change(each, display)),
        *([text_of("televent.wording", language, "parked-more", count=view.more)] if view.more else []),
        _say(language, _for(view, nothing)),
    ]
    lead = text_of("televent.wording", language, f"parked-lead-{view.reason}", count=max(1, view.waiting))
    certain = sender.proven or sender.doubt not in ("failed", "broken", "nobody")
    # Nobody could take back what a team believes.
    believable = certain and sender.address and not _is_another(view) and not view.team
    offered = CHOICES if believable else CHOICES[:2]
    return ParkedWords(lead, tuple(lines), offered)


def settled_by(view: ParkedView, language: str) -> str:
    """A sentence on the last decision that a manager of a team calendar made."""
    key = "parked-by-ignored" if view.decision == "ignored" else "parked-by-applied"
    return _say(language, key, name=_short(view.settler, MAX_NAME) or "?", title=_short(view.team, MAX_TITLE))


def settled_words(settled: Settled, choice: str, language: str, view: ParkedView | None = None) -> str:
    """A sentence on what a decision did. ``view``: the card after it."""
    if settled.by is not None and view is not None:
        return settled_by(view, language)
    if settled.result == "unchanged" and view is not None and view.team:
        return _say(language, "parked-done-unchanged-team", title=_short(view.team, MAX_TITLE))
    said = _say(language, f"parked-done-{settled.result}")
    if choice == "believe" and settled.result in ("applied", "unchanged") and settled.sender:
        said += " " + _say(language, "parked-done-believed", sender=_short(settled.sender, MAX_NAME))
    return said


def unverified(sender: Sender, language: str) -> str:
    """The sender's name for the card of an invitation; marked where they are not proven."""
    name = _short(sender.name or sender.address, MAX_NAME) or _say(language, "parked-nobody")
    return name if sender.proven else _say(language, "parked-unverified", name=name)


def name_of(sender: Sender, language: str) -> str:
    """The name and the address that From has."""
    name, address = _short(sender.name, MAX_NAME), _short(sender.address, MAX_NAME)
    if not address:
        return name or _say(language, "parked-nobody")
    return f"{name} <{address}>" if name and name != address else address


def _for(view: ParkedView, key: str) -> str:
    """The key of a text, in the form for a team calendar where there is one."""
    return f"{key}-team" if view.team and key in _OF_TEAMS else key


def _why(view: ParkedView) -> Iterator[str]:
    if not view.sender.proven:
        yield view.sender.doubt or "unjudged"
    elif _is_another(view):
        yield "other"
    if view.reason == "sender-unknown":
        yield "unknown"


def _is_another(view: ParkedView) -> bool:
    """Whether the sender is proven, and is not the one who may do this."""
    return view.sender.proven and view.reason != "sender-unknown"


def _change(change: Change, display: Display) -> Iterator[str]:
    language = display.language
    title = _short(change.title, MAX_TITLE) or _say(language, "parked-untitled")
    match change.kind:
        case "new":
            yield "• " + _say(language, "parked-new", title=title, when=_when(change.now, display))
        case "cancelled":
            # The cancellation of an invitation that waits changes nothing yet, so there is no time to name.
            key = "parked-cancelled" if change.was or change.now else "parked-cancelled-new"
            when = _when(change.was or change.now, display)
            yield "• " + _say(language, key, title=title, when=when)
        case "changed" if change.was is not None and change.now is not None:
            was, now = _shown(change.was), _shown(change.now)
            if was.rrule == now.rrule:
                was, now = replace(was, rrule=None), replace(now, rrule=None)
            changes = "; ".join(change_of(was, now, display)) or _say(language, "parked-details")
            when = _when(change.was, display)
            yield "• " + _say(language, "parked-changed", title=title, when=when, changes=changes)
        case "answer":
            known = change.answer if change.answer in ("ACCEPTED", "DECLINED", "TENTATIVE") else "other"
            answer, name = _say(language, f"parked-partstat-{known}"), _short(change.by, MAX_NAME)
            yield "• " + _say(language, "parked-answer", name=name, answer=answer, title=title)
        case "proposal":
            was_when, now_when = _when(change.was, display), _when(change.now, display)
            name = _short(change.by, MAX_NAME)
            yield "• " + _say(language, "parked-proposal", name=name, title=title, was=was_when, now=now_when)
        case _:
            yield "• " + _say(language, "parked-other", title=title)


def _when(details: Details | None, display: Display) -> str:
    start = time_of(details.start) if details is not None else None
    end = time_of(details.end) if details is not None else None
    if start is None:
        return "–"
    return when_of(start, end if end is not None else start, display, getattr(start, "tzinfo", None))


def _shown(details: Details) -> Shown:
    return Shown(time_of(details.start), time_of(details.end), details.rule, details.title, details.place)


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _say(language: str, key: str, **values: str) -> str:
    return text_of("televent.wording", language, key, **values)
