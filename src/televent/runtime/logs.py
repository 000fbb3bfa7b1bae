"""Structured logs: readable lines on a terminal, JSON lines elsewhere. Calendar data and secrets are never logged."""

from __future__ import annotations

import logging
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
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
