"""``make chaos``: people write by CalDAV, chat and mail while processes die, connections break and the disk is full.

In the end every acknowledged change is stored, once; clients that follow sync tokens hold what the server lists; and no
answer was a 5xx but 503, and 507 on a full disk. Writes the figures to docs/reference/reliability.md.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from chaos.checks import Outcome, check
from chaos.following import Balancer, Follower
from chaos.report import document, lines
from chaos.rounds import ROUNDS
from chaos.world import open_world
from chaos.writers import CalendarWriter, ChatWriter, MailWriter, Record, Writer
from e2e.people import People
from interop.places import ROOT

KEPT = ROOT / ".chaos"
"""Directory for the log of the last run."""
PAGE = ROOT / "docs" / "reference" / "reliability.md"
ANN, BOB, EVE, DAN = 1001, 1002, 1003, 1004


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make chaos ARGS=…", description=__doc__)
    parser.add_argument("--rounds", type=int, default=12, help="how many rounds (default 12)")
    parser.add_argument("--only", choices=sorted(ROUNDS), help="only rounds of this kind; the page is not written")
    parser.add_argument("--seconds", type=float, default=20.0, help="seconds of a round (default 20)")
    parser.add_argument("--seed", type=int, default=None, help="begin with this seed (default: a new one, printed)")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code: 1 where anything was lost or wrong."""
    options = arguments(given)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(
        prefix="televent-chaos-",
    ) as folder:
        Path(folder).chmod(0o755)
        try:
            outcome = run(Path(folder), options, random.Random(seed))
        finally:
            KEPT.mkdir(exist_ok=True)
            (KEPT / "televent.log").write_bytes((Path(folder) / "data.log").read_bytes())
    outcome.minutes = (time.monotonic() - begun) / 60
    print("\n".join(lines(outcome)))
    if options.only is None and not outcome.wrong:
        document(PAGE, outcome)
        print(f"written: {PAGE.relative_to(ROOT)}")
    return int(bool(outcome.wrong))


def run(folder: Path, options: argparse.Namespace, chance: random.Random) -> Outcome:
    """All rounds, and the checks after them."""
    with open_world(folder) as world:
        record, faults, rounds = Record(), Counter[str](), Counter[str]()
        ann, bob, eve, dan = (
            world.client(number, name) for number, name in ((ANN, "Ann"), (BOB, "Bob"), (EVE, "Eve"), (DAN, "Dan"))
        )
        people = People(world.sandbox)
        people.http("POST", "/sandbox/people", {"id": DAN, "name": "Dan"})
        for number in (ANN, BOB, EVE, DAN):
            people.say(number, "/start")
        for number, name in ((ANN, "Ann"), (BOB, "Bob"), (EVE, "Eve"), (DAN, "Dan")):
            people.heard(number, name)
        guest = "bob@example.com"
        writers: list[Writer] = [
            CalendarWriter(record, world.again(ann), guest, chance.randrange(1000)),
            CalendarWriter(record, world.again(dan), guest, chance.randrange(1000)),
            ChatWriter(record, people, EVE),
            MailWriter(record, world.mail_port, "ann@example.com"),
        ]
        followers = [Follower(record, world.again(each)) for each in (ann, bob, eve, dan)]
        balancer = Balancer(world)
        threads = [*writers, *followers, balancer]
        for thread in threads:
            thread.start()
        kinds = [options.only] if options.only else [kind for kind in ROUNDS if kind != "disk" or world.small_disk]
        for number in range(options.rounds):
            kind = kinds[number % len(kinds)]
            rounds[kind] += 1
            ROUNDS[kind](world, chance, time.monotonic() + options.seconds, faults)
            world.heal()
            written = ", ".join(f"{each.door} {each.acknowledged}" for each in writers)
            print(f"round {number + 1} ({kind}): acknowledged {written}; wrong {len(record.wrong)}", flush=True)
        for writer in writers:
            writer.finish()
        for writer in writers:
            writer.join()
        balancer.finish()
        for follower in followers:
            follower.finish()
        return check(world, record, writers, followers, balancer, faults, rounds)


if __name__ == "__main__":
    sys.exit(main())
