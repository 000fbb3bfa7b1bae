"""The verification of hash chains on a real database: each way to tamper with a stream is found."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from support.dav import event
from televent.adapters.postgres.event_store.verify import broken_chains
from televent.application.event_store.context import Context
from televent.application.event_store.mapper import genesis, link
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people import accounts
from televent.domain.ids import AccountId, StreamKey
from televent.ical.objects.calendar_text import CalendarText
from televent.runtime.compose import build_core, now
from televent.settings import load_settings

pytestmark = pytest.mark.own_database

ONE = "(SELECT ctid FROM event WHERE topic = 'event-revised/1' AND version = 3 LIMIT 1)"
CHANGED = {
    "a byte of the state": "state = set_byte(state, 5, get_byte(state, 5) # 1)",
    "a byte more": "state = state || '\\x00'",
    "no state": "state = ''",
    "another topic": "topic = 'event-rescheduled/1'",
    "no topic": "topic = ''",
    "a topic of other characters": "topic = 'событие\\'",
    "a byte moved from topic to state": "topic = 'event-revised/', state = '1' || state",
    "a byte of the chain": "chain = set_byte(chain, 31, get_byte(chain, 31) # 128)",
    "a shorter chain": "chain = substring(chain for 31)",
    "a longer chain": "chain = chain || '\\x00'",
    "no chain": "chain = ''",
    "another version": "version = 9",
    "another stream": "stream_id = gen_random_uuid()",
    "another account": "tenant_id = gen_random_uuid()",
}
TAMPERED = {how: " ".join(("UPDATE event SET", change, "WHERE ctid =", ONE)) for how, change in CHANGED.items()} | {
    "removed": " ".join(("DELETE FROM event WHERE ctid =", ONE)),
    "the first removed": "DELETE FROM event WHERE version = 1 AND (tenant_id, stream_id) ="
    " (SELECT tenant_id, stream_id FROM event WHERE topic = 'event-revised/1' LIMIT 1)",
    "changed places": "UPDATE event SET version = 1000 - version WHERE topic = 'event-revised/1' AND version > 1",
}


def expected(connection: psycopg.Connection[tuple[object, ...]]) -> tuple[int, list[StreamKey]]:
    """The same by the mapper's own functions, one event after the other."""
    checked, broken, last = 0, [], None
    value, version = b"", 0
    found = connection.execute("SELECT tenant_id, stream_id, version, topic, state, chain FROM event ORDER BY 1, 2, 3")
    for tenant, stream, number, topic, state, chain in found:
        key = StreamKey(AccountId(tenant), stream)  # type: ignore[arg-type]
        if key != last:
            last, value, version = key, genesis(str(key)), 0
        checked, version = checked + 1, version + 1
        value = link(value, number, topic, state)  # type: ignore[arg-type]
        if (number, chain) != (version, value) and key not in broken:
            broken.append(key)
    return checked, broken


def test_each_way_to_tamper_with_a_stream_is_found(database_url: str) -> None:
    core = build_core(load_settings(), database_url)
    try:
        assert broken_chains(core.pool) == (0, [])
        for number in range(3):
            tenant = AccountId(uuid4())

            def context(tenant: AccountId = tenant) -> Context:
                return Context(tenant, str(tenant), "bot", now(), uuid4(), "request")

            accounts.open_account(core.backend, context(), telegram_id=1000 + number, name="Ann")
            for title in ("One", "Two", "Three", "Four", "Five"):
                text = CalendarText(event("uid-1", f"SUMMARY:{title}"))
                put_object(core.backend, context(), calendar="default", href="one.ics", text=text)
        with psycopg.connect(database_url) as connection:
            whole = expected(connection)
        told: list[tuple[int, int]] = []
        assert broken_chains(core.pool, lambda done, total: told.append((done, total))) == whole
        assert whole[1] == []
        assert told[-1] == (whole[0], whole[0])
        for how, statement in TAMPERED.items():
            with psycopg.connect(database_url, autocommit=True) as connection:
                connection.execute("CREATE TABLE kept AS SELECT * FROM event")
                changed = connection.execute(statement.encode()).rowcount
                assert changed, how
                found, right = broken_chains(core.pool), expected(connection)
                connection.execute("TRUNCATE event")
                connection.execute("INSERT INTO event SELECT * FROM kept")
                connection.execute("DROP TABLE kept")
            assert found == right, how
            assert found[1], how
        assert broken_chains(core.pool) == whole
    finally:
        core.close()
