"""``make fuzz``: thousands of bad requests and mails to a fresh Televent over real sockets.

Every answer over HTTP must be in time, complete, and no 5xx. Every accepted mail must have a result. Memory must stay
bounded, and the server must answer afterwards.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random, SystemRandom

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz import guessing
from fuzz.run import Run, Settings
from fuzz.smtp.run import MailRun
from interop.places import ROOT
from interop.server import Site
from support.running import Televent

KEPT = ROOT / ".fuzz"
DOORS = ("http", "smtp")
MOST_SLOW = 40
"""Max slow clients of the mail door: with a crowd they leave room for the probe among its hundred connections."""


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make fuzz ARGS=…", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long (default 1)")
    parser.add_argument("--only", choices=DOORS, default=None, help="one door only (default: half the time for each)")
    parser.add_argument("--seed", type=int, default=None, help="begin with this seed (default: a new one, printed)")
    parser.add_argument("--clients", type=int, default=2, help="how many send at once (default 2)")
    parser.add_argument(
        "--slow", type=int, default=100, help="how many half-open connections stand by (default 100; SMTP 40 at most)"
    )
    parser.add_argument("--bound", type=float, default=5.0, help="seconds that an answer may take (default 5)")
    parser.add_argument("--growth", type=int, default=300, help="MB that the API or the worker may grow (default 300)")
    parser.add_argument(
        "--replay", type=Path, action="append", help="send a saved request or SMTP session, and show the answer"
    )
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code: 1 where anything was wrong."""
    options = arguments(given)
    seed = options.seed if options.seed is not None else SystemRandom().randrange(10**9)
    doors: tuple[str, ...] = (options.only,) if options.only else DOORS
    if options.replay:
        doors = tuple({"smtp" if path.suffix == ".smtp" else "http": True for path in options.replay})
    print(f"seed {seed}; {options.minutes:g} minutes; again: make fuzz ARGS='--seed {seed}'", flush=True)
    return max([_fuzz(door, options, Random(seed), options.minutes / len(doors)) for door in doors])


def _fuzz(door: str, options: argparse.Namespace, dice: Random, minutes: float) -> int:
    """Fuzzes one door of a fresh Televent. Returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="televent-fuzz-") as folder:
        # Short, so that slow clients are ended while it runs.
        limits = dict.fromkeys(("HEAD_SECONDS", "BODY_IDLE_SECONDS", "ANSWER_SECONDS"), "4")
        televent = Televent(Path(folder) / "data", **{f"TELEVENT_{name}": value for name, value in limits.items()})
        with televent:
            site = Site(televent, f"{televent.api}/")
            settings = Settings(options.bound, options.growth, KEPT)
            run = (
                MailRun(televent, site.people(2), settings)
                if door == "smtp"
                else Run(televent, site.people(1)[0], settings)
            )
            if options.replay:
                kind = [path for path in options.replay if (path.suffix == ".smtp") == (door == "smtp")]
                return int(sum(run.replay(path) for path in kind) > 0)
            slow = min(options.slow, MOST_SLOW) if door == "smtp" else options.slow
            run.go(dice, time.monotonic() + minutes * 60, options.clients, slow)
            run.aftermath()
            guessed = None
            if isinstance(run, Run):
                guessed = guessing.attack(run.host, run.port, site.people(guessing.PEOPLE))
                run.wrong += guessed.wrong()
    print(f"---- {door}")
    if guessed is not None:
        print(guessed.report())
    for line in run.report():
        print(line)
    return int(bool(run.wrong))


if __name__ == "__main__":
    sys.exit(main())
