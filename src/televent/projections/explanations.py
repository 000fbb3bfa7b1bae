"""Why an event changed, for the person whose event it is: its history beside the mails about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from televent.application.mail.incoming import actor_of
from televent.application.mail_records.event_mails import EventMail
from televent.projections.history import Entry


@dataclass(frozen=True, slots=True)
class Explained:
    """A change and the mail that made it, if one did; or a mail that changed nothing (``entry`` None)."""

    at: datetime
    entry: Entry | None
    mail: EventMail | None


def explained(entries: Iterable[Entry], mails: Iterable[EventMail]) -> list[Explained]:
    """The changes and the mails about an event, newest first. ``entries``: newest first."""
    by_actor = {actor_of(mail.mail_key): mail for mail in mails}
    found = [Explained(entry.at, entry, by_actor.get(entry.actor)) for entry in entries]
    told = {each.mail.mail_key for each in found if each.mail is not None}
    found += [Explained(mail.at, None, mail) for mail in by_actor.values() if mail.mail_key not in told]
    return sorted(found, key=lambda each: each.at, reverse=True)
