"""The living message of an event: one sender at a time, and what it shows is kept."""

from datetime import timedelta
from uuid import uuid4

from support.town import NOON, Town
from televent.application.living_messages import HOLD, Living
from televent.application.use_cases.people.accounts import erase_account


def test_one_sender_at_a_time_holds_a_living_message(town: Town) -> None:
    living, tenant, stream = town.core.backend.living, uuid4(), uuid4()
    assert living.living(tenant, stream, "card") == Living()
    assert living.hold(tenant, stream, "card", NOON) == Living()
    assert living.hold(tenant, stream, "card", NOON) is None
    assert living.hold(tenant, stream, "answers", NOON) == Living()
    sent = Living(chat_id=7, message_id=70, since=0, shown=3, sent_at=NOON)
    living.release(tenant, stream, "card", sent)
    assert living.living(tenant, stream, "card") == sent
    assert living.hold(tenant, stream, "card", NOON) == sent
    living.release(tenant, stream, "card")
    assert living.hold(tenant, stream, "card", NOON) == sent


def test_the_hold_of_a_process_that_died_ends(town: Town) -> None:
    living, tenant, stream = town.core.backend.living, uuid4(), uuid4()
    living.hold(tenant, stream, "card", NOON)
    assert living.hold(tenant, stream, "card", NOON + HOLD - timedelta(seconds=1)) is None
    assert living.hold(tenant, stream, "card", NOON + HOLD) == Living()


def test_a_hold_can_be_renewed_until_it_ends(town: Town) -> None:
    living, tenant, stream = town.core.backend.living, uuid4(), uuid4()
    living.hold(tenant, stream, "card", NOON)
    living.keep(tenant, stream, "card", NOON + HOLD / 2)
    assert living.hold(tenant, stream, "card", NOON + HOLD) is None
    living.release(tenant, stream, "card")
    living.keep(tenant, stream, "card", NOON + HOLD)
    assert living.hold(tenant, stream, "card", NOON + HOLD) == Living()


def test_an_erased_account_leaves_no_living_message(town: Town) -> None:
    ann, stream = town.person("ann"), uuid4()
    living = town.core.backend.living
    living.hold(ann.tenant, stream, "card", NOON)
    living.release(ann.tenant, stream, "card", Living(7, 70, 0, 3, NOON))
    erase_account(town.core.backend, ann.context())
    assert living.living(ann.tenant, stream, "card") == Living()
