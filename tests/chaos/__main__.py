"""``make chaos``: people write by CalDAV, chat and mail while processes die, connections break and the disk is full.

In the end every acknowledged change is stored, once; clients that follow sync tokens hold what the server lists; and no
answer was a 5xx but 503, and 507 on a full disk. Writes the figures to docs/reference/reliability.md.

With --chat: forty people invite, move, cancel and answer for five minutes, while Telegram fails a tenth of the calls
and workers, bots, API and PostgreSQL are killed. Everybody is told everything.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from chaos.chat.report import MARKERS as CHAT_MARKERS
from chaos.chat.report import lines as chat_lines
from chaos.chat.run import Plan
from chaos.chat.run import run as run_chat
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
FULL, SECONDS = 12, 20.0
"""Rounds, and seconds of each, of a run that is published."""
RECOVERY = 60.0
"""Max seconds after a round until each door has acknowledged a change again."""
ANN, BOB, EVE, DAN = 1001, 1002, 1003, 1004


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make chaos ARGS=…", description=__doc__)
    parser.add_argument("--rounds", type=int, default=FULL, help=f"how many rounds (default {FULL})")
    parser.add_argument("--only", choices=sorted(ROUNDS), help="only rounds of this kind")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"seconds of a round (default {SECONDS:g})")
    parser.add_argument("--chat", action="store_true", help="the messages in chats, for five minutes")
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
        if options.chat:
            return chat(Path(folder), seed)
        try:
            outcome = run(Path(folder), options, random.Random(seed))
        finally:
            KEPT.mkdir(exist_ok=True)
            (KEPT / "televent.log").write_bytes((Path(folder) / "data.log").read_bytes())
    outcome.minutes = (time.monotonic() - begun) / 60
    print("\n".join(lines(outcome)))
    # The page shows whole runs only.
    whole = options.only is None and options.rounds >= FULL and options.seconds >= SECONDS
    if whole and not outcome.wrong:
        document(PAGE, lines(outcome), outcome.minutes)
        print(f"written: {PAGE.relative_to(ROOT)}")
    return int(bool(outcome.wrong))


def chat(folder: Path, seed: int) -> int:
    """The run about chats. Returns the exit code."""
    try:
        outcome = run_chat(folder, Plan(), seed)
    finally:
        shutil.rmtree(KEPT / "chat", ignore_errors=True)
        (KEPT / "chat").mkdir(parents=True)
        for log in (*folder.glob("*.log"), *folder.glob("data/sandbox/*.jsonl")):
            shutil.copy(log, KEPT / "chat")
    found = chat_lines(outcome)
    print("\n".join(found))
    if outcome.acts.total() < outcome.plan.acts:
        print(f"not written: the machine was too busy for {outcome.plan.acts} acts")
    elif not outcome.wrong:
        document(PAGE, found, outcome.minutes, CHAT_MARKERS)
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
        # Ann gets invitations of a sender whom she has never met.
        people.say(ANN, "/settings strangers always")
        people.heard(ANN, "accept into the calendar")
        guest = "bob@example.com"
        writers: list[Writer] = [
            CalendarWriter(record, world.again(ann), guest, chance.randrange(1000)),
            CalendarWriter(record, world.again(dan), guest, chance.randrange(1000)),
            ChatWriter(record, people, EVE),
            MailWriter(record, world.mail_port, "ann@example.com"),
        ]
        followers = [Follower(record, world.again(each)) for each in (ann, bob, eve, dan)]
        balancer = Balancer(record, world)
        threads = [*writers, *followers, balancer]
        for thread in threads:
            thread.start()
        kinds = [options.only] if options.only else [kind for kind in ROUNDS if kind != "disk" or world.small_disk]
        for number in range(options.rounds):
            kind = kinds[number % len(kinds)]
            rounds[kind] += 1
            ROUNDS[kind](world, chance, time.monotonic() + options.seconds, faults)
            world.heal()
            record.wrong += await_writing(writers, f"round {number + 1} ({kind})")
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


def await_writing(writers: Sequence[Writer], after: str) -> list[str]:
    """Returns once each writer has had a change acknowledged; what is wrong where one has not within RECOVERY."""
    before = [writer.acknowledged for writer in writers]
    until = time.monotonic() + RECOVERY
    while True:
        stuck = [each.door for each, count in zip(writers, before, strict=True) if each.acknowledged == count]
        if not stuck or time.monotonic() > until:
            return [f"{after}: nothing more is acknowledged by {door}" for door in stuck]
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
