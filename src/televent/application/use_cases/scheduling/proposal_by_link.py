"""The organizer answers a proposal of another time by the link of a mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import by_link
from televent.application.event_store.deciders import CALENDAR_OBJECT
from televent.application.mail_records.answer_links import PROPOSAL, AnswerLink, AnswerLinks
from televent.application.use_cases.scheduling.proposals import (
    Outcome,
    Standing,
    accept_proposal,
    decline_proposal,
    standing_of,
)
from televent.domain.ids import AccountId, StreamKey

KEPT: Final = timedelta(days=60)
"""Time after the mail for which the link of a proposal is valid."""


def issue_proposal_link(backend: Backend, links: AnswerLinks, tenant: AccountId, stream_id: UUID, proposal: str) -> str:
    """The token by which this organizer answers the proposal with that key."""
    return links.issue(tenant, stream_id, None, backend.clock() + KEPT, PROPOSAL + proposal)


def proposal_of_link(backend: Backend, link: AnswerLink) -> Standing | None:
    """The proposal, answered or not; None where it, or the event, is gone."""
    state = backend.store.load(CALENDAR_OBJECT, StreamKey(link.tenant, link.stream_id)).state
    found = (
        [each for each in standing_of(state, backend.clock()) if each.proposal.key == link.proposal]
        if state.exists
        else []
    )
    return found[-1] if found else None


def answer_proposal(backend: Backend, link: AnswerLink, *, accept: bool, comment: str | None = None) -> Outcome:
    """Accepts the proposal, or declines it with a note. Idempotent. Raises as ``accept_proposal`` and
    ``decline_proposal`` do."""
    context = by_link(backend.ids(), link.tenant, backend.clock())
    if accept:
        return accept_proposal(backend, context, stream_id=link.stream_id, proposal=link.proposal or "")
    return decline_proposal(backend, context, stream_id=link.stream_id, proposal=link.proposal or "", comment=comment)
