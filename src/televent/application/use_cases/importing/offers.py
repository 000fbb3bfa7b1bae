"""A calendar that came by mail and invites nobody: kept as a draft until the person imports it, or leaves it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.use_cases.importing.import_objects import Standing, import_object, standing_of
from televent.domain.ids import AccountId
from televent.domain.refusal import Refusal
from televent.ical.mending.files import CalendarFile, read_any_file
from televent.ical.text.errors import IcalError

KIND: Final = "offer"
"""The kind in the draft's content."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An offered calendar, and how each of its objects stands to the account. ``sender``: the From, not proven."""

    sender: str
    file: CalendarFile
    standings: tuple[Standing, ...]

    @property
    def news(self) -> int:
        """The number of objects that an import would store."""
        return sum(each is not Standing.HERE for each in self.standings)


@dataclass(slots=True)
class Taken:
    """The result of an import."""

    done: Counter[Standing] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)


def keep_offer(backend: Backend, tenant: AccountId, offer_id: UUID, text: str, sender: str) -> None:
    """Keeps the calendar until it is decided about, as long as drafts are kept."""
    content = {"kind": KIND, "text": text, "sender": sender}
    backend.drafts.write(tenant, offer_id, content, backend.clock())


def offer_of(backend: Backend, tenant: AccountId, offer_id: UUID) -> Offer | None:
    """The offered calendar; None where it is forgotten, or was left."""
    content = backend.drafts.read(tenant, offer_id)
    if content is None or content.get("kind") != KIND:
        return None
    try:
        file = read_any_file(str(content["text"]).encode())
    except IcalError:
        return None
    return Offer(str(content["sender"]), file, tuple(standing_of(backend, tenant, each) for each in file.objects))


def take_offer(backend: Backend, context: Context, offer: Offer) -> Taken:
    """Imports the calendar. The offer stays: what is imported twice is there once."""
    taken = Taken()
    for text in offer.file.objects:
        result = import_object(backend, context, text=text)
        if result.refusal is not None:
            taken.refused.append(result.refusal)
        else:
            taken.done[result.standing] += 1
    return taken


def leave_offer(backend: Backend, tenant: AccountId, offer_id: UUID) -> None:
    """Forgets the calendar."""
    backend.drafts.write(tenant, offer_id, {"kind": "left"}, backend.clock())
