"""The preferences of a person in the directory: stored, read with the account, rebuilt, erased."""

from datetime import time

import pytest

from support.town import Town
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.application.refusals import TooManyReminders
from televent.application.use_cases.people.accounts import change_profile, erase_account
from televent.application.use_cases.people.preferences import change_preferences
from televent.domain.account.preferences import Preferences

pytestmark = pytest.mark.own_database
CHOSEN = Preferences((10, 60), None, False, False, time(22), time(7), False, True, 6)


def test_preferences_are_read_with_the_account_and_rebuilt_from_the_facts(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    backend = town.core.backend
    assert backend.people.account(ann.tenant).preferences == Preferences()
    wanted = {name: getattr(CHOSEN, name) for name in Preferences.__dataclass_fields__}
    assert change_preferences(backend, ann.context(), wanted) == CHOSEN
    change_profile(backend, ann.context(), timezone="Europe/Moscow")
    assert backend.people.account(ann.tenant).preferences == CHOSEN
    assert backend.people.account(bob.tenant).preferences == Preferences()
    with pytest.raises(TooManyReminders):
        change_preferences(backend, ann.context(), {"reminders": range(6)})
    assert rebuild(town.core.pool, town.core.store.facts, "directory", lambda done, total: None).differing == 0
    assert backend.people.account(ann.tenant).preferences == CHOSEN


def test_an_erased_person_leaves_no_preferences(town: Town) -> None:
    ann = town.person("ann")
    change_preferences(town.core.backend, ann.context(), {"clock24": True})
    erase_account(town.core.backend, ann.context())
    assert town.core.backend.reads.account(ann.tenant) is None
