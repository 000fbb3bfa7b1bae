"""Writes why an event changed: which person, app or mail did it, how the sender was proven, or why nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from televent.adapters.telegram.handlers.events.past.history_lines import history_line
from televent.adapters.telegram.handlers.events.view import shortened
from televent.adapters.telegram.texts import say
from televent.application.mail_records.event_mails import EventMail
from televent.projections.explanations import Explained
from televent.projections.history import Entry
from televent.wording.display import Display
from televent.wording.times import moment_of

MAX_SENDER: Final = 100
REASONS: Final = {
    "duplicate": "duplicate",
    "stale": "stale",
    "superseded": "stale",
    "less-trusted": "less-trusted",
    "no-such-occurrence": "no-date",
    "no-attendee": "no-guest",
    "not-organizer": "not-organizer",
    "party-crasher": "uninvited",
    "uninvited-refused": "uninvited-refused",
    "deleted": "deleted",
    "unknown-uid": "deleted",
    "the event is this person's own": "own",
    "own-event": "own",
    "its organizer is here": "own",
    "an address that the person removed": "removed-address",
    "names internal addresses": "internal",
}
"""The texts for verdicts on mails; the others say only that nothing in the mail was new."""
METHODS: Final = ("REQUEST", "CANCEL", "REPLY", "COUNTER", "ADD", "REFRESH", "DECLINECOUNTER", "PUBLISH")


def why_line(each: Explained, name_of: Callable[[str], str], display: Display, me: str) -> str:
    """One change, or one mail that changed nothing, as HTML. ``me``: the id of the person's account."""
    language = display.language
    if each.entry is not None:
        because = _of_mail(each.mail, language) if each.mail is not None else _cause(each.entry, name_of, language, me)
        return f"{history_line(each.entry, name_of, display)}\n↳ <i>{because}</i>"
    mail = each.mail
    assert mail is not None
    kind = mail.method.lower() if mail.method in METHODS else "other"
    came = say(language, f"why-came-{kind}")
    head = f"<b>{moment_of(mail.at, display)} · {say(language, 'history-door-email')}</b>"
    return f"{head}\n{came} {_nothing(mail, language)}\n↳ <i>{_of_mail(mail, language)}</i>"


def _cause(entry: Entry, name_of: Callable[[str], str], language: str, me: str) -> str:
    """The cause of a change that no mail made, or a mail that is not kept any more."""
    name = shortened(name_of(entry.actor) or entry.by or "", MAX_SENDER)
    if entry.actor.startswith("mail:"):
        return say(language, "why-mail-gone")
    if entry.actor == "guest-link":
        return say(language, "why-guest-link")
    if entry.actor == "operator" or entry.door == "cli":
        return say(language, "why-operator")
    mine = "own" if entry.actor == me else "other" if name else "nobody"
    door = entry.door if entry.door in ("bot", "caldav", "email", "rest") and mine != "nobody" else "server"
    return say(language, f"why-{door}-{mine}", name=name)


def _of_mail(mail: EventMail, language: str) -> str:
    """The sender of the mail, and why it was believed."""
    address = shortened(mail.sender.address, MAX_SENDER) or say(language, "why-nobody")
    proof = _proof(mail, language)
    decided = f"why-{mail.state}" if mail.state.endswith("by-hand") else ""
    return " ".join(
        filter(None, [say(language, "why-mail", sender=address), proof, decided and say(language, decided)])
    )


def _proof(mail: EventMail, language: str) -> str:
    domain = shortened(mail.sender.address.rpartition("@")[2], MAX_SENDER)
    if mail.proof == "none":
        return say(language, f"why-doubt-{mail.sender.doubt or 'unsigned'}", domain=domain)
    return say(language, f"why-proof-{mail.proof}", domain=domain)


def _nothing(mail: EventMail, language: str) -> str:
    """Why the mail changed nothing."""
    if mail.state in ("parked", "applied-by-hand", "ignored-by-hand"):
        return say(language, f"why-nothing-{mail.state}")
    return say(language, f"why-nothing-{REASONS.get(mail.reason, 'known')}")
