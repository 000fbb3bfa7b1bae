"""The checks after the last round: nothing acknowledged is lost or doubled, and everybody sees the same."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from chaos.following import Balancer, Follower
from chaos.world import World
from chaos.writers import CalendarWriter, ChatWriter, MailWriter, Record, Writer, ask
from support.dav import Client, cal

OPEN = """
    SELECT kind, count(*), max(last_error) FROM outbox WHERE state IN ('pending', 'processing') GROUP BY kind
    UNION ALL
    SELECT 'mail received', count(*), NULL FROM inbound_mail WHERE state = 'received' HAVING count(*) > 0"""
MAX_REFUSAL = 5.0
"""Max seconds of an answer of 503 or 507."""
MAX_HEALTH = 1.0
"""Max seconds of an answer of /health while no process is killed."""
AFTERWARDS = 600.0
"""Max seconds until the outbox and the stored mail are carried out."""


@dataclass
class Outcome:
    """The figures of a run. ``wrong``: what must not be."""

    rounds: Counter[str]
    faults: Counter[str]
    acknowledged: dict[str, int]
    statuses: Counter[str]
    slowest_refusal: float
    slowest_health: float
    unready: int
    refused_tokens: int
    members: int
    settled_seconds: float
    small_disk: bool
    lost: int = 0
    minutes: float = 0.0
    wrong: list[str] = field(default_factory=list)


def check(
    world: World,
    record: Record,
    writers: Sequence[Writer],
    followers: Sequence[Follower],
    balancer: Balancer,
    faults: Counter[str],
    rounds: Counter[str],
) -> Outcome:
    """Compares what was acknowledged with what is stored."""
    begun = time.monotonic()
    wrong = list(record.wrong)
    with psycopg.connect(world.wire.url, autocommit=True) as connection:
        until = begun + AFTERWARDS
        while (left := connection.execute(OPEN).fetchall()) and time.monotonic() < until:
            time.sleep(0.5)
        failed = connection.execute("SELECT kind, last_error FROM outbox WHERE state = 'failed'").fetchall()
        failed += connection.execute("SELECT 'mail', verdict FROM inbound_mail WHERE state = 'failed'").fetchall()
    wrong += [f"failed: {kind}: {error}" for kind, error in failed]
    wrong += [f"not carried out: {count} of {kind}: {error}" for kind, count, error in left]
    settled = time.monotonic() - begun
    for each in (*writers, *followers):
        if isinstance(each, CalendarWriter | Follower):
            # The server may have closed it meanwhile, because it was idle.
            each.client.connection.close()
    at_ann, at_bob, at_eve = (texts(follower.client) for follower in followers[:3])
    lost: list[str] = []
    for writer in writers:
        if isinstance(writer, CalendarWriter):
            lost += [f"{path} is not as acknowledged" for path in _changed(writer, record)]
            lost += [f"Bob's copy of {uid}: {at_bob[uid]}" for uid in writer.meetings if at_bob[uid] != 1]
            wrong += [f"never acknowledged: {path}" for path in writer.uncertain]
        elif isinstance(writer, ChatWriter):
            lost += [f"{title}: {at_eve[title]} events" for title in writer.titles if at_eve[title] != 1]
        elif isinstance(writer, MailWriter):
            lost += [f"the mail's {uid}: {at_ann[uid]} copies" for uid in writer.invited if at_ann[uid] != 1]
    for follower in followers:
        while not follower.look():
            time.sleep(0.1)
        listed = follower.listing()
        if follower.copy.has != listed:
            differ = set(follower.copy.has.items()) ^ set(listed.items())
            wrong.append(f"a client that follows {follower.path} differs in {len(differ)} members")
    verified = json.loads(world.televent.run("verify", "--json").stdout)
    wrong += [f"broken chain: {each}" for each in verified["broken"]]
    rebuilt = json.loads(world.televent.run("rebuild", "dav_index", "--json").stdout)
    if rebuilt["differing_rows"]:
        wrong.append(f"{rebuilt['differing_rows']} rows differ from the log")
    refused_tokens = sum(follower.refused for follower in followers)
    if record.slowest > MAX_REFUSAL:
        wrong.append(f"a 503 or 507 took {record.slowest:.1f} s")
    if balancer.slowest > MAX_HEALTH:
        wrong.append(f"/health took {balancer.slowest:.2f} s")
    if refused_tokens:
        wrong.append(f"{refused_tokens} sync tokens were refused")
    if not balancer.asked:
        wrong.append("/health was never answered")
    acknowledged = Counter[str]()
    for writer in writers:
        acknowledged[writer.door] += writer.acknowledged
    return Outcome(
        rounds=rounds,
        faults=faults,
        acknowledged=dict(acknowledged),
        statuses=record.statuses,
        slowest_refusal=record.slowest,
        slowest_health=balancer.slowest,
        unready=balancer.unready,
        refused_tokens=refused_tokens,
        members=sum(len(follower.copy.has) for follower in followers),
        settled_seconds=settled,
        small_disk=world.small_disk,
        lost=len(lost),
        wrong=[*lost, *wrong],
    )


def _changed(writer: CalendarWriter, record: Record) -> list[str]:
    changed = []
    for path, text in writer.events.items():
        if path in writer.uncertain:
            continue
        answer = ask(writer.client, record, "GET", path)
        found = None if answer is None or answer.status == 404 else answer.body
        if found != text:
            changed.append(path)
    return changed


def texts(client: Client) -> Counter[str]:
    """How often each UID and each title is in the person's calendar."""
    answer = client.report(client.calendar(), "C:calendar-query", QUERY, Depth="1")
    assert answer.status == 207, answer.text
    found: Counter[str] = Counter()
    for entry in answer.responses().values():
        text = entry.text(cal("calendar-data")).replace("\r\n ", "")
        found.update(re.findall(r"^(?:UID|SUMMARY)[^:]*:(.*?)\r?$", text, re.MULTILINE))
    return found


QUERY = (
    "<D:prop><C:calendar-data/></D:prop>"
    '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter>'
)
