"""Requests for past calendars take few of the threads that answer everybody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from support.town import Town, meeting
from support.waiting import NET, wait_until
from televent.adapters.caldav.door.past_shelf import WAITING, PastShelf
from televent.application.outage import DatabaseBusy
from televent.application.past.names import past_name


def test_only_a_few_requests_wait(town: Town) -> None:
    ann = town.person("ann")
    ann.put(meeting(people=()))
    named = past_name(f"default@{town.now:%Y-%m-%dT%H:%MZ}")
    assert named is not None
    town.now += timedelta(minutes=5)
    backend, shelf = town.core.backend, PastShelf()
    with ThreadPoolExecutor(WAITING) as threads:
        with shelf._folding:
            asked = [threads.submit(shelf.calendar, backend, ann.tenant, named) for _ in range(WAITING)]
            wait_until(lambda: shelf.waiting == WAITING, what="all of them wait")
            with pytest.raises(DatabaseBusy):
                shelf.calendar(backend, ann.tenant, named)
        rows = [each.result(NET) for each in asked]
    assert [row is not None and list(row.members) for row in rows] == [["m.ics"]] * WAITING
    assert rows[0] is rows[-1], "it was folded once"
    assert shelf.waiting == 0
