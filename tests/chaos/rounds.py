"""The rounds: what is broken in each, and when."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

from chaos.world import World

KILLED = ("api", "api", "worker", "bot", "fork-server", "database", "everything")


def kill(world: World, chance: random.Random, until: float, done: Counter[str]) -> None:
    """kill -9 of a service, of the database, or of everything, again and again."""
    world.killing = True
    while time.monotonic() < until:
        what = chance.choice(KILLED)
        world.kill(what)
        done[f"kill -9 of {what}"] += 1
        pause = time.monotonic() + chance.uniform(2.0, 8.0)
        while time.monotonic() < min(pause, until):
            world.keep_running()
            time.sleep(0.2)


def cut(world: World, chance: random.Random, until: float, done: Counter[str]) -> None:
    """The connections to the database are cut, lose a COMMIT's reply, are refused, or fall silent."""
    while time.monotonic() < until:
        kind = chance.choice(("cut", "cut", "cut", "lose", "lose", "refuse", "silence"))
        if kind == "cut":
            done["connections cut"] += world.wire.cut()
        elif kind == "lose":
            world.wire.lose()
            done["replies to COMMIT lost"] += world.wire.lost.wait(2.0)
        elif kind == "refuse":
            world.wire.refuse()
            world.wire.cut()
            done["times away"] += 1
            time.sleep(chance.uniform(1.0, 7.0))
            world.wire.restore()
        else:
            world.wire.silence()
            done["times silent"] += 1
            time.sleep(chance.uniform(1.0, 7.0))
            if chance.random() < 0.5:
                world.wire.cut()
            world.wire.restore()
        time.sleep(chance.uniform(0.2, 2.0))


def disk(world: World, chance: random.Random, until: float, done: Counter[str]) -> None:
    """The database's disk is filled to the last byte, and has room again."""
    while time.monotonic() < until:
        world.fill_disk()
        done["times the disk was full"] += 1
        time.sleep(min(chance.uniform(4.0, 8.0), max(until - time.monotonic(), 1.0)))
        world.ballast.unlink(missing_ok=True)
        time.sleep(chance.uniform(2.0, 5.0))


Round = Callable[[World, random.Random, float, Counter[str]], None]
ROUNDS: dict[str, Round] = {
    "kill": kill,
    "cut": cut,
    "disk": disk,
}
