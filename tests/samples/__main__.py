"""``make samples``: delivers every sample mail to running services, and writes docs/reference/mail-samples.md."""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import structlog

from samples import document
from samples.cases import SAMPLES, samples
from samples.running import open_running, run_all
from support.postgres import UNSAFE_BUT_FAST, as_url
from televent.adapters.postgres.embedded import EmbeddedPostgres
from televent.adapters.postgres.schema import migrate


def main() -> int:
    """Writes the table. Returns the exit code."""
    if not SAMPLES.is_dir():
        print(f"The sample mails are not at {SAMPLES}.", file=sys.stderr)
        return 1
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(options=UNSAFE_BUT_FAST) as server:
        url = as_url(server.start(Path(folder) / "home"))
        migrate.up(url)
        with open_running(url) as running:
            document.write(document.table(run_all(running, list(samples()))))
    print(f"{document.DOCUMENT} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
