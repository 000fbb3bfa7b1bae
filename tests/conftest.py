"""Makes `support` importable from every test, registers its fixtures, and sets how Hypothesis chooses examples and how
errors are logged."""

import sys
from pathlib import Path
from typing import Any

import structlog
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

pytest_plugins = ["support.postgres", "support.shared"]

# No clock decides whether a test passes: machines differ, and others use them at the same time.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The suite takes the same examples each time. A search with random examples is run by hand.
settings.register_profile("suite", UNTIMED, derandomize=True, database=None)
settings.register_profile("search", UNTIMED, derandomize=False, max_examples=2_000)
settings.load_profile("suite")

# structlog's default draws each traceback with the variables of every frame, which takes seconds. The product logs
# plain tracebacks, too (runtime/logs.py).
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ],
    # By default, the line of a thread that still works comes among what a command prints meanwhile: the command line
    # keeps its logs apart, too (cli.main).
    logger_factory=structlog.PrintLoggerFactory(sys.__stderr__),
)

_configure = structlog.configure


def _configure_for_now(**values: Any) -> None:
    """Configures as the product does. But a logger that is used now must not keep it for ever: later tests read logs of
    the same logger in their own way."""
    _configure(**{**values, "cache_logger_on_first_use": False})


structlog.configure = _configure_for_now
