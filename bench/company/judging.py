"""Counts what was owed and what was delivered: by the database, the chats and the mails of the stand-in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from bench.company.ledger import Ledger
from bench.company.people import Person
from bench.company.sizes import ZONES

SUMMARY: Final = "☀️ Your day"
DAY_BY_MAIL: Final = "Your day"
REMINDER: Final = "⏰"
DIGESTS: Final = """
    INSERT INTO digest (tenant_id, marked, planned, due_at)
    SELECT account.tenant_id, 1, true, clock_timestamp() + make_interval(secs => wanted.after)
    FROM account JOIN unnest(%s::text[], %s::float8[]) AS wanted (zone, after) ON wanted.zone = account.timezone
    ON CONFLICT (tenant_id) DO UPDATE SET planned = true, due_at = excluded.due_at"""
STATES: Final = "SELECT kind, state, count(*), count(*) FILTER (WHERE attempts > 1) FROM outbox GROUP BY kind, state"
ETAGS: Final = """
    SELECT '/caldav/' || tenant_id || '/default/' || href, etag FROM resource
    WHERE href = ANY (%s) AND NOT deleted"""
COPIES: Final = "SELECT uid, tenant_id::text, ics FROM resource WHERE uid = ANY (%s) AND NOT deleted"
MAILS: Final = "SELECT state, count(*) FROM inbound_mail GROUP BY state"

Database = psycopg.AsyncConnection[tuple[Any, ...]]


@dataclass
class Balance:
    """The number owed of one kind, and how many were found once, not at all, or more than once."""

    what: str
    owed: int = 0
    once: int = 0
    lost: int = 0
    doubled: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, times: int, example: str = "") -> None:
        """Counts one that was found so many times."""
        self.owed += 1
        self.once += times == 1
        self.lost += times == 0
        self.doubled += times > 1
        if times != 1 and len(self.examples) < 3:
            self.examples.append(f"{self.what}: {example} came {times} times")


async def plan_digests(database: Database, seconds: float) -> None:
    """The summaries of each zone are due at a moment of their own in the run."""
    after = [seconds * (place + 0.5) / (len(ZONES) + 1) for place in range(len(ZONES))]
    await database.execute(DIGESTS.encode(), (list(ZONES), after))


async def balances(
    database: Database,
    ledger: Ledger,
    people: Sequence[Person],
    said: dict[int, list[str]],
    before: dict[int, int],
    mails: Sequence[dict[str, Any]],
) -> list[Balance]:
    """All balances of one run. ``said``: all that the bot has said in each chat, ``before``: the number of summaries in
    it when the run began. ``mails``: those of this run."""
    found = [
        await _writes(database, ledger),
        *await _meetings(database, ledger, people),
        await _from_outside(database, ledger),
    ]
    summaries, rung = Balance("summaries to chats"), Balance("reminders to chats")
    for number, texts in said.items():
        summaries.add(summaries_in(texts) - before.get(number, 0), f"that of person {number}")
    for title, number in ledger.rung.items():
        rung.add(sum(title in each and each.startswith(REMINDER) for each in said[number]), title)
    cards = Balance("invitations to chats")
    subjects: dict[str, list[str]] = {}
    for each in mails:
        subjects.setdefault(each["envelope_to"][0], []).append(each["subject"] or "")
    days, by_mail = Balance("summaries by mail"), Balance("invitations by mail")
    for person in people:
        if person.chat is None:
            times = sum(each.startswith(DAY_BY_MAIL) for each in subjects.get(person.address, ()))
            days.add(times, f"that of person {person.number}")
    for meeting in ledger.meetings:
        for guest in meeting.guests:
            person = people[guest]
            if person.chat is not None:
                cards.add(sum(meeting.title in each for each in said[guest]), f"{meeting.title} to person {guest}")
            else:
                times = sum(meeting.title in each for each in subjects.get(person.address, ()))
                # A mail that waits is not sent any more once its person has answered in their app.
                if times or guest not in meeting.accepted:
                    by_mail.add(times, f"{meeting.title} to person {guest}")
    return [*found, summaries, days, rung, cards, by_mail]


def summaries_in(texts: Sequence[str]) -> int:
    """The number of summaries among what the bot said."""
    return sum(each.startswith(SUMMARY) for each in texts)


async def _writes(database: Database, ledger: Ledger) -> Balance:
    balance = Balance("acknowledged PUTs")
    names = [path.rpartition("/")[2] for path in ledger.written]
    stored: dict[str, str] = dict(await (await database.execute(ETAGS.encode(), (names,))).fetchall())
    for path, etag in ledger.written.items():
        balance.add(int(stored.get(path, "").strip('"') == etag.strip('"')), path)
    return balance


async def _meetings(database: Database, ledger: Ledger, people: Sequence[Person]) -> list[Balance]:
    copies, answers = Balance("copies of meetings"), Balance("answers at the organizer")
    uids = [each.uid for each in ledger.meetings]
    by_uid: dict[str, list[tuple[str, bytes]]] = {}
    for uid, tenant, ics in await (await database.execute(COPIES.encode(), (uids,))).fetchall():
        by_uid.setdefault(uid, []).append((tenant, bytes(ics).replace(b"\r\n ", b"")))
    for meeting in ledger.meetings:
        counted = Counter(tenant for tenant, _ in by_uid.get(meeting.uid, ()))
        for number in (meeting.organizer, *meeting.guests):
            copies.add(counted[people[number].account], f"{meeting.uid} of person {number}")
        organizer = people[meeting.organizer].account
        texts = [text for tenant, text in by_uid.get(meeting.uid, ()) if tenant == organizer]
        for guest in meeting.accepted:
            answers.add(int(any(_accepts(text, people[guest].address) for text in texts)), f"{meeting.uid} by {guest}")
    return [copies, answers]


def _accepts(text: bytes, address: str) -> bool:
    end = f":mailto:{address}".encode()
    return any(
        line.startswith(b"ATTENDEE") and b"PARTSTAT=ACCEPTED" in line and line.endswith(end)
        for line in text.split(b"\r\n")
    )


async def _from_outside(database: Database, ledger: Ledger) -> Balance:
    balance = Balance("invitations from outside")
    rows = await (await database.execute(COPIES.encode(), (list(ledger.mailed),))).fetchall()
    counted = Counter(uid for uid, *_ in rows)
    for uid in ledger.mailed:
        balance.add(counted[uid], uid)
    return balance


@dataclass(frozen=True, slots=True)
class Delivered:
    """The outbox after a run: messages completed, failed and left, and those that were tried more than once."""

    completed: int
    failed: int
    left: int
    again: int
    kinds: dict[str, int]


async def delivered(database: Database) -> Delivered:
    """The counts of the outbox, of all messages so far."""
    rows = await (await database.execute(STATES.encode())).fetchall()
    kinds: dict[str, int] = {}
    for kind, _, count, _ in rows:
        kinds[kind] = kinds.get(kind, 0) + count
    by_state = Counter[str]()
    for _, state, count, _ in rows:
        by_state[state] += count
    left = by_state["pending"] + by_state["processing"]
    return Delivered(by_state["completed"], by_state["failed"], left, sum(row[3] for row in rows), kinds)


async def unapplied(database: Database) -> dict[str, int]:
    """Inbound mails by state, without those that were applied."""
    rows = await (await database.execute(MAILS.encode())).fetchall()
    return {state: count for state, count in rows if state != "applied"}
