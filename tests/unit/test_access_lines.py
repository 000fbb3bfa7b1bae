"""The access lines of a process whose log is JSON are those that a log call writes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from televent.runtime.access_log import LOGGER, access_log
from televent.runtime.logs import set_up_logs

LINE = {"request_id": "0123456789abcdef", "method": "GET", "path": '/api/events/\u2028\n"', "status": 200, "ms": 1.5}


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """The output of the test, with the logs as they were at its end."""
    root = logging.getLogger()
    handlers, level, structured = root.handlers[:], root.level, structlog.get_config()
    yield capsys
    root.handlers[:], root.level = handlers, level
    structlog.configure(**structured)


def test_a_line_is_that_of_a_log_call(said: pytest.CaptureFixture[str]) -> None:
    set_up_logs("INFO", "json")
    write = access_log()
    assert write is not None

    async def two() -> None:
        write(LINE)
        write({**LINE, "status": 404})
        await asyncio.sleep(0)

    asyncio.run(two())
    structlog.get_logger(LOGGER).info("request", **LINE)
    first, second, called = map(json.loads, said.readouterr().err.splitlines())
    assert second["status"] == 404
    assert {**first, "timestamp": ""} == {**called, "timestamp": ""} == {**first, **LINE, "timestamp": ""}
    assert list(first) == list(called)
    assert len(first["timestamp"]) == len(called["timestamp"])


def test_a_log_without_them_or_for_people_has_none(said: pytest.CaptureFixture[str]) -> None:
    set_up_logs("WARNING", "json")
    assert access_log() is None
    set_up_logs("INFO", "console")
    assert access_log() is None
    set_up_logs("INFO", "json")
    logging.getLogger().addHandler(logging.NullHandler())
    assert access_log() is None
