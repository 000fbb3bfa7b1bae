"""A restore of a moment at which an erasure was requested: its revoke may be lost, so the days begin again."""

from datetime import timedelta

from support.town import Town
from televent.application.use_cases.people.erasure import request_erasure
from televent.domain.account.decide import GRACE
from televent.runtime import grace
from televent.runtime.restored_state import Restored, settle


def test_nobody_is_erased_by_a_request_of_before_the_restore(town: Town) -> None:
    ann, backend = town.person("ann"), town.core.backend
    now = backend.clock()
    request_erasure(backend, ann.context())
    later = now + timedelta(days=40)
    backend.clock = lambda: later
    done = Restored("backup")
    settle(town.core, set(), town.core.settings, done, lambda step: None)
    grace.step(town.core)
    row = backend.reads.account(ann.tenant)
    assert row is not None
    assert (row.erase_at, done.asked_again) == (later + GRACE, 1)
