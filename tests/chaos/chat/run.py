"""One run: people act while processes die and Telegram fails; then everything settles and is checked."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from chaos.chat.actors import CHANCES, Actor, Timetable
from chaos.chat.chats import Phones, sent_messages
from chaos.chat.checks import Told, check
from chaos.chat.killer import Killer
from chaos.chat.mails import check_mails
from chaos.chat.meetings import Facts
from chaos.chat.stage import open_stage
from chaos.writers import Record

STORM = 0.1
"""Share of the calls of the Bot API that fail."""
ACTORS = 40
"""Max threads that act for people, each for some of them."""
TAPS = 10
"""Min taps of a run."""
AFTERWARDS = 600.0
"""Max seconds until the outbox is empty."""
# Reminders that are not queued yet, or not even planned, among them.
_OPEN = """
    SELECT (SELECT count(*) FROM outbox WHERE state IN ('pending', 'processing'))
        + (SELECT count(*) FROM reminder WHERE fires_at < now() + interval '1 hour' OR plan_at <= now())"""


@dataclass(frozen=True)
class Plan:
    """How long, how many people, how many acts, and the seconds between two kills."""

    seconds: float = 300.0
    people: int = 40
    acts: int = 2000
    pauses: tuple[float, float] = (2.0, 6.0)
    ahead: tuple[float, float] = (40.0, 100.0)
    """Seconds until a reminder that people set is due: between these."""
    late: float = 60.0
    """Max seconds by which the run is longer, where a slow machine could not begin all acts and kills in time."""


@dataclass
class Outcome:
    """The figures of a run. ``wrong``: what must not be."""

    plan: Plan
    seed: int
    acts: Counter[str]
    kills: Counter[str]
    ended: Counter[str]
    faults: Counter[str]
    limited: Counter[str]
    conflicts: int
    settled: float
    told: Told
    acted: float
    """Seconds in which people acted, and processes were killed."""
    load: float
    minutes: float = 0.0
    wrong: list[str] = field(default_factory=list)


def run(folder: Path, plan: Plan, seed: int) -> Outcome:
    """The whole run, with its checks."""
    chance, begun = random.Random(seed), time.monotonic()
    with open_stage(folder, plan.people) as stage:
        record, facts = Record(), Facts()
        phones = Phones(record, stage.sandbox)
        shares = [stage.people[n::ACTORS] for n in range(min(ACTORS, plan.people))]
        times = Timetable(plan.acts, plan.seconds)
        actors = [
            Actor(record, stage, facts, phones, mine, random.Random(chance.random()), times, plan.ahead)
            for mine in shares
        ]
        killer = Killer(record, stage, random.Random(chance.random()), plan.pauses)
        stage.sandbox.http("POST", "/sandbox/faults", {"kind": "storm", "share": STORM, "seed": seed})
        for thread in (phones, killer, *actors):
            thread.start()
        acting = time.monotonic()
        while not record.wrong and time.monotonic() - acting < plan.seconds + plan.late:
            done = sum((actor.done for actor in actors), Counter[str]())
            enough = done.total() >= plan.acts and done["tap"] >= TAPS and done.keys() >= CHANCES.keys()
            if enough and facts.alarms and not killer.owes and time.monotonic() - acting >= plan.seconds:
                break
            time.sleep(0.5)
        acted, load = time.monotonic() - acting, os.getloadavg()[0]
        times.finished.set()
        killer.finish()
        for actor in actors:
            actor.finish()
        for actor in actors:
            actor.join()
        stage.sandbox.http("DELETE", "/sandbox/faults")
        settled = _settle(stage.url)
        phones.finish()
        phones.look()
        report = stage.sandbox.http("GET", "/sandbox/faults")
        limits = stage.sandbox.http("GET", "/sandbox/limits")
        told = check(stage, facts, phones, sent_messages(stage.services.journal), killer)
        check_mails(told, stage, facts, killer)
        wrong = [*record.wrong, *told.wrong]
        if settled is None:
            wrong.append(f"the outbox was not empty after {AFTERWARDS:g} s")
        return Outcome(
            plan=plan,
            seed=seed,
            acts=sum((actor.done for actor in actors), Counter()),
            kills=Counter(kill.what for kill in killer.kills),
            ended=killer.alone,
            faults=Counter({**report["met"], "hidden": report["hidden"]}),
            limited=Counter(limits["refused"]),
            conflicts=stage.services.logs("bot").count("terminated by other getUpdates"),
            settled=settled or AFTERWARDS,
            told=told,
            acted=acted,
            load=load,
            minutes=(time.monotonic() - begun) / 60,
            wrong=wrong,
        )


def _settle(url: str) -> float | None:
    """The seconds until the outbox is empty and stays so; None where it does not become so."""
    begun = time.monotonic()
    calm = 0
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() - begun < AFTERWARDS:
            left = (connection.execute(_OPEN).fetchone() or (0,))[0]
            calm = calm + 1 if left == 0 else 0
            # Followers make messages of the last facts within moments.
            if calm >= 10:
                return time.monotonic() - begun
            time.sleep(0.5)
    return None
