"""The rows that a thread reads are kept with a mark from before: a change meanwhile makes the answer stale."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from support.dav import Client, Site
from support.waiting import NET
from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.door.watch import WATCH, Watch, signed_in
from televent.adapters.postgres.dav_index.loop_rows import PostgresRows
from televent.adapters.postgres.dav_index.marks import PostgresMarks


def test_a_change_while_a_thread_reads_is_not_missed(site: Site, ann: Client) -> None:
    key = ("home", ann.tenant)

    def read_then_changed() -> None:
        site.core.reads.calendars(ann.tenant)
        with site.core.pool.connection() as connection:
            connection.execute("UPDATE calendar SET seq = seq + 1 WHERE tenant_id = %s", (ann.tenant,))

    async def steps() -> None:
        marks, loop = PostgresMarks(str(site.core.pool.conninfo)), asyncio.get_running_loop()
        with ThreadPoolExecutor(2) as threads:
            try:
                rows = PostgresRows(marks, site.core.pool, threads)
                run = partial(loop.run_in_executor, threads)
                door = Door(site.core.backend, run, rows, marks)
                async with asyncio.timeout(NET):
                    while True:
                        if await marks.ask([key]) is not None:
                            break
                        await asyncio.sleep(0)
                watch = Watch()
                WATCH.set(watch)
                signed_in(ann.tenant, ann.tenant)
                await door.run_on(key, read_then_changed)
                assert watch.marks() is not None
                assert await marks.ask([key]) != watch.marks()
            finally:
                await marks.close()

    asyncio.run(steps())
