"""Structured logs: readable lines on a terminal, JSON lines elsewhere. Calendar data and secrets are never logged."""

from __future__ import annotations

import logging
import re
import sys

import structlog

# The INFO lines of these loggers repeat our own lines, or are of no use to an operator.
NOISY = (
    "uvicorn.access",
    "uvicorn.error",
    "aiogram.event",
    "aiogram.dispatcher",
    "psycopg.pool",
    "mail.log",
    "httpx",
    "asyncio",
)


_JSON = "televent-json"
"""The name of the handler that writes JSON lines."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(logger: object, method: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
    """Escapes control characters in the texts of a line for a terminal; only a traceback has several lines.

    A value of a client may be in the text of a library's line or in an error. It must not write a line of its own.
    The renderer of the console escapes the other values by itself.
    """
    for name in ("event", "exception"):
        if isinstance(text := line.get(name), str):
            text = text if name == "exception" else text.replace("\n", "\\n")
            line[name] = _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)
    return line


def writes_json() -> bool:
    """Whether ``set_up_logs`` has made the log of this process JSON lines, and nobody else gets its records."""
    return [each.get_name() for each in logging.getLogger().handlers] == [_JSON]


def set_up_logs(level: str, form: str = "auto") -> None:
    """Sets up the logs of this process. ``level``: a level name of the logging module. ``form``: console, json, or auto
    (console on a terminal)."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                *([printable] if console else []),
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    handler.set_name("televent" if console else _JSON)
    root.setLevel(level)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
