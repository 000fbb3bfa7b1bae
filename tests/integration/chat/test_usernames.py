"""The usernames of people are noted when they change, and each belongs to one person (ADR 51)."""

from datetime import timedelta

import psycopg

from support.town import NOON, Town
from televent.application.use_cases.people.accounts import erase_account

STORED = "SELECT username FROM telegram_username WHERE tenant_id = %s"


def test_a_username_is_written_when_it_changes_and_not_at_each_message(town: Town) -> None:
    ann, usernames = town.person("ann"), town.core.backend.usernames
    usernames.note(ann.tenant, "Ann_1", NOON)
    with psycopg.connect(town.url, autocommit=True) as connection:
        version = "SELECT xmin::text FROM telegram_username WHERE tenant_id = %s"
        before = connection.execute(version, (ann.tenant,)).fetchone()
        usernames.note(ann.tenant, "ann_1", NOON)
        usernames.note(ann.tenant, "ann_1", NOON + timedelta(hours=1))  # forgotten by now, and still the same
        assert connection.execute(version, (ann.tenant,)).fetchone() == before
        usernames.note(ann.tenant, "other", NOON)
        assert connection.execute(STORED, (ann.tenant,)).fetchone() == ("other",)
    assert usernames.tenants(["ann_1"]) == {}
    assert usernames.tenants(["OTHER"]) == {"other": ann.tenant}
    usernames.note(ann.tenant, None, NOON)
    assert usernames.tenants(["other"]) == {}


def test_a_username_goes_to_the_last_person_who_shows_it_and_none_to_the_erased(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    usernames = town.core.backend.usernames
    usernames.note(ann.tenant, "team", NOON)
    usernames.note(bob.tenant, "team", NOON)
    assert usernames.tenants(["team"]) == {"team": bob.tenant}
    erase_account(town.core.backend, bob.context())
    usernames.note(bob.tenant, "team", NOON + timedelta(hours=1))
    assert usernames.tenants(["team"]) == {}
