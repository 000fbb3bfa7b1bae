"""The organizer invites a person who answered without an invitation (imip/SPEC B6)."""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.refusals import UnknownResource
from televent.application.use_cases.scheduling.guests import Fate, invite_named
from televent.domain.calendar_object.events import MessageSetAside
from televent.domain.ids import StreamKey

LOOKED_AT: Final = 200
"""Max newest facts of the event among which the answer is looked for."""


def mark_of(address: str) -> str:
    """A short name of an address in the data of a button."""
    return hashlib.sha256(address.encode()).hexdigest()[:12]


def admit_uninvited(backend: Backend, context: Context, *, stream_id: UUID, mark: str) -> tuple[str, Fate]:
    """Invites the person, and returns their address and what became of it. They get the invitation, and answer it.

    ``mark``: that of the address. Raises UnknownResource for one who did not answer lately, and as invite_named.
    """
    key = StreamKey(context.tenant, stream_id)
    facts = backend.store.newest(key, after=0, limit=LOOKED_AT)
    uninvited = (each.address for _, fact in facts if isinstance(fact, MessageSetAside) for each in fact.uninvited)
    address = next((each for each in uninvited if mark_of(each) == mark), None)
    if address is None:
        raise UnknownResource()
    (guest,) = invite_named(backend, context, stream_id=stream_id, given=[address])
    return address, guest.fate
