"""A row's mark stays the same while the row is unchanged, and is another one after every change by any process."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from support.event_store import open_shop
from support.waiting import NET
from televent.adapters.postgres.dav_index.marks import PostgresMarks
from televent.application.marks import Key, Mark

TENANT, OTHER, CALENDAR, DEVICE = (uuid4() for _ in range(4))
FILL: list[tuple[str, tuple[Any, ...]]] = [
    ("INSERT INTO account (tenant_id, name, opened_at) VALUES (%s, 'Ann', now())", (TENANT,)),
    ("INSERT INTO address (tenant_id, address) VALUES (%s, 'ann@example.com')", (TENANT,)),
    (
        "INSERT INTO device (tenant_id, device_id, name, hash, created_at) VALUES (%s, %s, 'x', 'y', now())",
        (TENANT, DEVICE),
    ),
    (
        "INSERT INTO calendar (tenant_id, calendar_id, name, components) VALUES (%s, %s, 'a \"b\\ ü', '{VEVENT}')",
        (TENANT, CALENDAR),
    ),
    (
        "INSERT INTO resource (tenant_id, calendar_id, href, stream_id, uid, etag, component, ics, seq, modified_at)"
        " VALUES (%s, %s, 'x,{y}.ics', gen_random_uuid(), 'u', 'e', 'VEVENT', 'x', 1, now())",
        (TENANT, CALENDAR),
    ),
    ("INSERT INTO principal (tenant_id, props) VALUES (%s, '{}')", (TENANT,)),
]
NAME, HREF = 'a "b\\ ü', "x,{y}.ics"
KEYS: dict[str, Key] = {
    "account": ("account", TENANT),
    "calendar": ("calendar", TENANT, NAME),
    "resource": ("resource", TENANT, NAME, HREF),
    "home": ("home", TENANT),
    "principal": ("principal", TENANT),
}
CHANGES = [
    ("UPDATE account SET name = name", {"account"}),
    ("UPDATE address SET verified = true", {"account"}),
    ("UPDATE device SET last_used_at = now(), name = 'new'", set()),
    ("UPDATE device SET hash = 'z'", {"account"}),
    ("INSERT INTO device SELECT tenant_id, gen_random_uuid(), name, hash, created_at FROM device", {"account"}),
    ("DELETE FROM device", {"account"}),
    ("UPDATE calendar SET seq = seq + 1", {"calendar", "home"}),
    ("UPDATE resource SET etag = 'f'", {"resource"}),
    ("UPDATE resource SET ics = NULL, deleted = true", {"resource"}),
    ("UPDATE calendar SET name = 'other'", {"calendar", "resource", "home"}),
    ("UPDATE calendar SET deleted = true", {"calendar", "resource", "home"}),
    ("UPDATE principal SET props = props", {"principal"}),
    ("DELETE FROM principal", {"principal"}),
]


def with_marks(url: str, ask: Callable[[PostgresMarks], Awaitable[None]]) -> None:
    async def run() -> None:
        marks = PostgresMarks(url)
        try:
            await ask(marks)
        finally:
            await marks.close()

    asyncio.run(run())


async def given(marks: PostgresMarks, keys: list[Key]) -> Mark | None:
    """The first answer; the first questions find no connection and get none."""
    await until(lambda: marks.ask([]))
    return await marks.ask(keys)


async def until(told: Callable[[], Awaitable[object]]) -> None:
    """Returns once ``told`` returns a value."""
    async with asyncio.timeout(NET):
        while True:
            if await told() is not None:
                return
            await asyncio.sleep(0)


@pytest.mark.parametrize(("change", "touched"), CHANGES, ids=[change for change, _ in CHANGES])
def test_a_change_gives_a_new_mark_to_what_it_touches_and_to_nothing_else(
    database_url: str, change: str, touched: set[str]
) -> None:
    with open_shop(database_url) as shop, psycopg.connect(shop.url, autocommit=True) as connection:
        for statement, values in FILL:
            connection.execute(statement, values)

        async def ask(marks: PostgresMarks) -> None:
            before = {kind: await given(marks, [key]) for kind, key in KEYS.items()}
            assert None not in before.values()
            assert {kind: await given(marks, [key]) for kind, key in KEYS.items()} == before
            connection.execute(change)
            after = {kind: await given(marks, [key]) for kind, key in KEYS.items()}
            assert {kind for kind in KEYS if after[kind] != before[kind]} == touched

        with_marks(shop.url, ask)


def test_questions_of_one_moment_are_answered_apart(database_url: str) -> None:
    with open_shop(database_url) as shop, psycopg.connect(shop.url, autocommit=True) as connection:
        for statement, values in FILL:
            connection.execute(statement, values)

        async def ask(marks: PostgresMarks) -> None:
            every = [[key] for key in KEYS.values()] + [list(KEYS.values()), [("account", OTHER)], []]
            alone = [await given(marks, keys) for keys in every]
            together = await asyncio.gather(*[marks.ask(keys) for keys in every * 60])
            assert together == alone * 60
            assert alone[6] is None
            hasty = asyncio.ensure_future(marks.ask([KEYS["home"]]))
            await asyncio.sleep(0)
            hasty.cancel()
            assert await marks.ask([KEYS["account"]]) == alone[0]

        with_marks(shop.url, ask)


def test_a_lost_connection_takes_all_marks_with_it(database_url: str) -> None:
    with open_shop(database_url) as shop, psycopg.connect(shop.url, autocommit=True) as connection:
        for statement, values in FILL:
            connection.execute(statement, values)

        async def ask(marks: PostgresMarks) -> None:
            key = KEYS["calendar"]
            before = await given(marks, [key])
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'televent-marks' AND datname = current_database()"
            )

            async def lost() -> bool | None:
                return await marks.ask([key]) != before or None

            await until(lost)
            # The row is the same at the same place, but the data may be older.
            after = await given(marks, [key])
            assert after is not None
            assert before is not None
            assert after != before
            assert after[1:] == before[1:]

        with_marks(shop.url, ask)


def test_nobody_waits_where_there_is_no_database() -> None:
    async def ask(marks: PostgresMarks) -> None:
        assert [await marks.ask([("home", TENANT)]) for _ in range(3)] == [None] * 3

    with_marks("postgresql://nobody@127.0.0.1:1/nothing", ask)


def test_the_mark_of_an_account_says_whether_somebody_else_has_its_former_address(database_url: str) -> None:
    with open_shop(database_url) as shop, psycopg.connect(shop.url, autocommit=True) as connection:
        for statement, values in FILL:
            connection.execute(statement, values)
        connection.execute("UPDATE address SET former = true")
        connection.execute("INSERT INTO address (tenant_id, address) VALUES (%s, 'ann@example.com')", (OTHER,))

        async def ask(marks: PostgresMarks) -> None:
            free = await given(marks, [KEYS["account"]])
            # No row of the account changes: what it may be reached by does.
            connection.execute("UPDATE address SET verified = true WHERE tenant_id = %s", (OTHER,))
            taken = await given(marks, [KEYS["account"]])
            connection.execute("UPDATE address SET verified = false WHERE tenant_id = %s", (OTHER,))
            assert await given(marks, [KEYS["account"]]) == free != taken

        with_marks(shop.url, ask)
