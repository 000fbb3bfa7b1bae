"""The checks after the run: everybody was told everything, and whatever came twice has an explanation."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

import psycopg

from chaos.chat.chats import Phones, Sent
from chaos.chat.killer import Killer
from chaos.chat.meetings import ANSWERS, Facts, Meeting, Tap
from chaos.chat.stage import Person, Stage
from televent.domain.calendar_object.events import RsvpGiven
from televent.domain.ids import StreamKey

CHAT_KINDS = ("invite_notification", "rsvp_notification", "reminder_due", "reminders_due", "bot_text")
_STATES = "SELECT kind, state, count(*), max(last_error) FROM outbox GROUP BY kind, state"
_WAITS = """
    SELECT extract(epoch FROM finished_at - created_at)::float FROM outbox
    WHERE state = 'completed' AND split_part(kind, '/', 1) = ANY (%s)"""
_REMINDED = """
    SELECT tenant_id, payload->>'stream_id' FROM outbox WHERE split_part(kind, '/', 1) = 'reminder_due'
    UNION ALL
    SELECT tenant_id, copy->>'stream_id' FROM outbox, jsonb_array_elements(payload->'copies') AS copy
    WHERE split_part(kind, '/', 1) = 'reminders_due'"""


@dataclass
class Told:
    """The number of facts that people had to be told, and of messages that came twice. ``wrong``: what must not be."""

    facts: Counter[str] = field(default_factory=Counter)
    twice: Counter[str] = field(default_factory=Counter)
    withdrawn: int = 0
    """Invitations that were cancelled before they were told."""
    waits: list[float] = field(default_factory=list)
    """Seconds from the making of each chat message to its delivery."""
    rows: Counter[str] = field(default_factory=Counter)
    """The messages of the outbox by kind."""
    wrong: list[str] = field(default_factory=list)

    def wait(self, percent: int) -> float:
        """Seconds within which this share of the chat messages was delivered."""
        return quantiles(self.waits, n=100, method="inclusive")[percent - 1] if len(self.waits) > 1 else 0.0


def check(stage: Stage, facts: Facts, phones: Phones, chats: dict[int, list[Sent]], killer: Killer) -> Told:
    """Compares what was acknowledged with what the chats say and with the outbox."""
    told = Told()
    for meeting in facts.meetings:
        if meeting.uncertain:
            told.wrong.append(f"{meeting.title}: a change was never acknowledged")
            continue
        for guest in meeting.guests:
            _invitation(told, chats[guest.number], meeting, guest)
        if not meeting.cancelled:
            _answers(told, stage, meeting, chats[meeting.organizer.number])
    for alarm in facts.alarms:
        told.facts["reminders"] += 1
        if not _says(chats[alarm.person.number], alarm.title):
            told.wrong.append(f"{alarm.person.name} was not reminded of {alarm.title}")
    _taps(told, stage, facts, phones)
    _outbox(told, stage, facts)
    _twice(told, stage, chats, killer)
    return told


def _says(chat: list[Sent], *words: str) -> bool:
    return any(all(word in text for word in words) for sent in chat for text in sent.texts)


def _invitation(told: Told, chat: list[Sent], meeting: Meeting, guest: Person) -> None:
    """The guest must know the last state. Earlier ones may be left out where the last one came in their place."""
    if not meeting.cancelled:
        told.facts["moves" if meeting.version else "invitations"] += 1
        if not _says(chat, meeting.title, meeting.clock):
            told.wrong.append(f"{guest.name} was not told that {meeting.title} begins at {meeting.clock}")
    elif _says(chat, meeting.title):
        told.facts["cancellations"] += 1
        if not _says(chat, meeting.title, "cancelled"):
            told.wrong.append(f"{guest.name} was not told that {meeting.title} is cancelled")
    else:
        told.withdrawn += 1


def _answers(told: Told, stage: Stage, meeting: Meeting, chat: list[Sent]) -> None:
    """The answers in the organizer's copy are told to the organizer, and are those of the guests' copies."""
    stored = _partstats(stage, meeting.organizer, meeting)
    for guest in meeting.guests:
        own, noted = _partstats(stage, guest, meeting).get(guest.address), stored.get(guest.address)
        if own != noted:
            told.wrong.append(f"{guest.name} answered {meeting.title} with {own}; the organizer's copy says {noted}")
        if noted not in ANSWERS:
            continue
        told.facts["answers"] += 1
        if not any(
            meeting.title in text and re.search(f"{guest.name}.*{ANSWERS[noted]}", text)
            for sent in chat
            for text in sent.texts
        ):
            told.wrong.append(f"{meeting.organizer.name} was not told: {guest.name} {noted} {meeting.title}")


def _partstats(stage: Stage, person: Person, meeting: Meeting) -> dict[str, str]:
    """The answer of each attendee in this person's copy."""
    reads = stage.core.reads
    row = next(iter(reads.by_uid(person.tenant, meeting.uid)), None)
    whole = reads.by_stream(person.tenant, row.stream_id) if row is not None else None
    text = (whole.ics or b"").decode().replace("\r\n ", "") if whole is not None else ""
    found = {}
    for line in re.findall(r"^ATTENDEE[^\r\n]*", text, re.MULTILINE):
        address = line.rpartition("mailto:")[2]
        partstat = re.search(r"PARTSTAT=([A-Z-]+)", line)
        found[address] = partstat[1] if partstat else "NEEDS-ACTION"
    return found


def _taps(told: Told, stage: Stage, facts: Facts, phones: Phones) -> None:
    """Every tap is answered, or its effect is on the card. The last one on a card with the newest state is the stored
    answer."""
    last: dict[tuple[int, int], Any] = {}
    for tap in facts.taps:
        told.facts["taps"] += 1
        if tap.query not in phones.answered:
            told.facts["taps without an answer whose effect is shown"] += 1
            if not _stored(stage, tap):
                told.wrong.append(f"{tap.person.name}'s tap {tap.partstat} on {tap.meeting.title} was lost")
        last[tap.person.number, tap.meeting.number] = tap
    for tap in last.values():
        given = {each for number, each in tap.meeting.answers if number == tap.person.number}
        # A tap on an older card is refused with a sentence. An answer by the calendar app may have come before or after
        # it, and a change asks again.
        if (phones.answered.get(tap.query) or {}).get("show_alert"):
            told.facts["taps refused with a sentence"] += 1
            continue
        if given != {tap.partstat} or tap.version != tap.meeting.version or tap.meeting.cancelled:
            continue
        told.facts["taps whose answer must be stored"] += 1
        stored = _partstats(stage, tap.person, tap.meeting).get(tap.person.address)
        if stored != tap.partstat:
            told.wrong.append(f"{tap.person.name} tapped {tap.partstat} on {tap.meeting.title}; stored is {stored}")


def _stored(stage: Stage, tap: Tap) -> bool:
    """Whether that answer is among the facts of the guest's copy."""
    tenant = tap.person.tenant
    keys = [StreamKey(tenant, row.stream_id) for row in stage.core.reads.by_uid(tenant, tap.meeting.uid)]
    facts = [fact for key in keys for _, fact in stage.core.store.newest(key, after=0, limit=1000)]
    return any(isinstance(fact, RsvpGiven) and fact.own and fact.partstat == tap.partstat for fact in facts)


def _outbox(told: Told, stage: Stage, facts: Facts) -> None:
    with psycopg.connect(stage.url) as connection:
        for kind, state, count, error in connection.execute(_STATES).fetchall():
            told.rows[kind] += count
            if state != "completed":
                told.wrong.append(f"outbox: {count} {kind} {state}: {error}")
        told.waits = [row[0] for row in connection.execute(_WAITS, (list(CHAT_KINDS),)).fetchall()]
        reminded = Counter((tenant, str(stream)) for tenant, stream in connection.execute(_REMINDED).fetchall())
    for alarm in facts.alarms:
        rows = stage.core.reads.by_uid(alarm.person.tenant, alarm.uid)
        times = sum(reminded[alarm.person.tenant, str(row.stream_id)] for row in rows)
        if times != 1:
            told.wrong.append(f"the reminder of {alarm.title} was queued {times} times")


def _twice(told: Told, stage: Stage, chats: dict[int, list[Sent]], killer: Killer) -> None:
    """Counts what came twice, by its reason. A text repeats no other: each state of a meeting has a time of its own,
    and nobody gives one answer twice."""
    report = stage.sandbox.http("GET", "/sandbox/faults")
    hidden = {(each["chat_id"], each["message_id"]) for each in report["hidden_deliveries"]}
    accounts = {each.number: each.tenant for each in stage.people}
    for number, chat in chats.items():
        same: dict[str, list[Sent]] = defaultdict(list)
        for sent in chat:
            # A reminder says how long it is until the event, so a second one has another text.
            alarms = re.findall(r"Alarm \d+", sent.texts[0])
            for each in alarms or re.findall(r"(?s)^.*Meeting .*$", sent.texts[0]):
                same[each].append(sent)
        for text, copies in same.items():
            for sent in sorted(copies, key=lambda each: each.message_id)[:-1]:
                reason = "no reason"
                if (number, sent.message_id) in hidden:
                    reason = "Telegram took it and hid it"
                elif any(
                    kill.what == "bot" and kill.interrupted(accounts[number], sent.at, killer.outages)
                    for kill in killer.kills
                ):
                    reason = "a bot was killed before it was recorded"
                told.twice[reason] += 1
                if reason == "no reason":
                    told.wrong.append(f"{reason}: {number} got {len(copies)} times: {text[:120]!r}")
