"""A restore of a moment at which something counted that was revoked later: an erasure, a session, an API key."""

from datetime import timedelta

from support.live_tokens import begin_session
from support.town import Town
from televent.application.use_cases.people.api_keys import add_key
from televent.application.use_cases.people.erasure import request_erasure
from televent.domain.account.decide import GRACE
from televent.runtime.backups.restored_state import Restored, settle
from televent.runtime.workers import grace


def test_nobody_is_erased_by_a_request_of_before_the_restore(town: Town) -> None:
    ann, backend = town.person("ann"), town.core.backend
    now = backend.clock()
    request_erasure(backend, ann.context())
    later = now + timedelta(days=40)
    backend.clock = lambda: later
    done = Restored("backup")
    settle(town.core, set(), None, town.core.settings, done, lambda step: None)
    grace.step(town.core)
    row = backend.reads.account(ann.tenant)
    assert row is not None
    assert (row.erase_at, done.asked_again) == (later + GRACE, 1)


def test_no_session_of_before_the_restore_counts(town: Town) -> None:
    ann, backend = town.person("ann"), town.core.backend
    session = begin_session(town.core, ann.tenant)
    assert backend.sessions.alive(ann.tenant, session.session_id, backend.clock())
    add_key(backend, ann.context(), name="script", scopes=["webhooks"], expires_at=None)
    done = Restored("backup")
    settle(town.core, set(), None, town.core.settings, done, lambda step: None)
    assert not backend.sessions.alive(ann.tenant, session.session_id, backend.clock())
    assert done.notes[0] == "Sessions that are ended: 1. Their people sign in again."
    # They may be revoked by now, which the operator has to know.
    assert "1 API keys, 0 feeds and 0 webhooks" in done.notes[1]
