"""Runs several API processes on one port: ``televent api`` where API_WORKERS or the machine has room for them."""

from __future__ import annotations

import asyncio
import socket

import structlog

from televent.runtime.database import OperatorError
from televent.runtime.privileges import standing, user_of
from televent.runtime.processes.database_room import room_in_database
from televent.runtime.processes.sockets import open_api
from televent.runtime.processes.supervisor import Supervisor
from televent.runtime.up import all_ready, asked_to_stop
from televent.settings import Settings

log = structlog.get_logger("televent.runtime.api_processes")


async def run_api_processes(settings: Settings, count: int) -> None:
    """Runs ``count`` API processes until a signal; one that ends is started again, and connections to it wait.

    Raises OperatorError where the database does not answer, has another store format or a newer schema, or has no room
    for the connections of all, or where the port is taken.
    """
    stop = asked_to_stop()
    supervisor, listeners = Supervisor(), list[socket.socket]()
    try:
        for warning in await asyncio.to_thread(check_database, settings, count):
            log.warning(warning)
        listeners += open_api(settings, count)
        account = await asyncio.to_thread(standing, settings)
        await supervisor.preload(["api"])
        for number, listener in enumerate(listeners):
            environment = {"TELEVENT_USER": user_of(account)}
            supervisor.add(f"api {number}", ["api"], environment, listener=listener, shares_port=count > 1)
        if await all_ready(supervisor, stop):
            if not account.sound:
                log.warning(account.sentence)
            log.info("ready", processes=count)
            await stop.wait()
    finally:
        supervisor.request_stop()
        await supervisor.stopped()
        for each in listeners:
            each.close()


def check_database(settings: Settings, count: int) -> list[str]:
    """Warnings about the database. Raises OperatorError for whatever would end each process when it starts: it is said
    once, and not by each."""
    import psycopg

    from televent.adapters.postgres.pool import DatabaseUnavailable, await_database
    from televent.adapters.postgres.schema.migration_files import MigrationError
    from televent.adapters.postgres.schema.newer import check_schema
    from televent.adapters.postgres.schema.store_format import check_store_format

    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    try:
        await_database(url, 30.0)
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
            check_store_format(connection)
            check_schema(connection)
    except (DatabaseUnavailable, MigrationError) as error:
        raise OperatorError(f"DATABASE_URL: {error}") from error
    return room_in_database(settings, url, api=count, alone=True)
