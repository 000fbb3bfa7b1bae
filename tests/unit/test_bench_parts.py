"""The bench's larger parts: what is judged, what is counted, and how its events are spread."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # The bench lies beside the package and is not installed.

from bench import (
    events,
    large,
    mails,
    meeting,
    memory,
    reminders,
    replayed,
    room,
    standing,
    start,
    table,
    town,
)
from bench.clients import Book
from bench.filled import Login
from bench.load import LONG, Answer, LoadError, Wire, length
from bench.measure import OURS, Result
from bench.processes import MEGABYTE, kilobytes
from bench.site import hrefs, sync_token
from bench.workloads import Row, put_one

from televent.adapters.postgres.replay.parts import Result as Replayed

PEERS = ("Radicale", "Xandikos")


def result(unit: str = "/s", key: str = "poll-16", **values: list[float]) -> Result:
    return Result(Row(key, "Some work", unit, put_one, goal=4), dict(values))


# ---- peers that do not answer in time


def test_a_peer_that_gave_no_answer_counts_as_if_it_had_in_the_last_moment() -> None:
    found = result("ms", Televent=[2000.0])
    found.beyond["Radicale"] = 20.0
    (verdict,) = table.verdicts(found, PEERS)
    assert str(verdict) == "≥ 4×: more than 10.0× ok"
    assert table.cell(found, "Radicale") == "> 20 s"


def test_a_peer_that_answered_is_better_than_one_that_did_not() -> None:
    found = result("ms", Televent=[2000.0], Xandikos=[4000.0])
    found.beyond["Radicale"] = 20.0
    assert [str(verdict) for verdict in table.verdicts(found, PEERS)] == ["≥ 4×: 2.00× SHORT"]


def test_of_a_rate_without_any_answer_one_within_the_limit_is_assumed() -> None:
    found = result(Televent=[5.0])
    found.beyond["Radicale"] = 20.0
    assert table.times_faster(found, PEERS) == 100.0


# ---- what grows with the calendar


@pytest.mark.parametrize(("unit", "small", "big"), [("/s", 300.0, 200.0), ("ms", 2.0, 3.0)])
def test_growing_is_told_as_a_multiple_of_the_time_at_1000(unit: str, small: float, big: float) -> None:
    found = Result(result(unit).row, {large.BESIDE: [small], OURS: [big]})
    assert large.grown(found) == 1.5


@pytest.mark.parametrize(("big", "met"), [(3.0, True), (3.1, False)])
def test_what_does_not_depend_on_the_size_must_stay(big: float, met: bool) -> None:
    found = Result(result("ms", "query").row, {large.BESIDE: [2.0], OURS: [big]})
    (verdict,) = large.verdicts(found, ())
    assert verdict.met is met


def test_an_answer_that_holds_the_whole_calendar_may_grow_with_it() -> None:
    found = Result(result("ms", "sync-all").row, {large.BESIDE: [2.0], OURS: [200.0]})
    assert large.verdicts(found, ()) == []


def test_the_rows_of_the_large_calendar_count_before_anything_makes_it_larger() -> None:
    keys = [row.key for row in large.large_rows(None)]
    assert keys.index("sync-all") < keys.index("put-1")
    assert keys.index("query") < keys.index("put-16")
    assert "put-full" not in keys
    text = large.report([result("ms", "query", Televent=[3.0])], PEERS, "note", large.LARGE)
    assert {line.count("|") for line in text.splitlines() if line.startswith("|")} == {9}


# ---- the events


@pytest.mark.parametrize("count", [20_000, 100_000])
def test_a_week_and_a_month_hold_as_much_however_large_the_calendar(count: int) -> None:
    assert events.in_week(count) == events.in_week(1_000) > 30
    assert events.busy_hours(count) == events.busy_hours(1_000) > 80


def test_three_events_a_day_stand_on_both_sides_of_the_first() -> None:
    starts = [events.start_of(number) for number in range(100_000)]
    assert len(set(starts)) == len(starts)
    assert (min(starts).year, max(starts).year) == (1979, 2071)
    # A series that begins before the first event ends before it.
    assert max(start for start in starts if start < events.FIRST) + timedelta(weeks=events.TIMES - 1) < events.FIRST


def test_events_that_come_meanwhile_change_neither_the_week_nor_the_month() -> None:
    stamps = [events.start_of(events.NEW + number).strftime(events.STAMP) for number in range(2_000)]
    assert min(stamps) > max(*events.WEEK, *events.MONTH)


# ---- the town


def test_a_percentile_is_a_value_that_was_seen() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert [town.percentile(values, share) for share in (0.0, 0.5, 0.99, 1.0)] == [1.0, 50.0, 99.0, 100.0]
    assert town.percentile([7.0], 0.99) == 7.0
    with pytest.raises(ValueError, match="no values"):
        town.percentile([], 0.99)


@pytest.mark.parametrize(("slowest", "said"), [(0.0099, "9.9× ok"), (0.01, "10.0× SHORT")])
def test_polls_that_stray_are_a_goal_missed(slowest: float, said: str) -> None:
    book = Book({"poll": [0.001] * 50 + [slowest] * 2})
    assert [str(verdict) for verdict in town.verdicts(book)] == [
        f"p99 of a poll under 10× its median: {said}",
        "no error: 0 ok",
    ]


def test_an_error_is_a_goal_missed_and_told_once() -> None:
    book = Book({"poll": [0.001]}, ["poll: 500"] * 7)
    text = town.report(book, Book(), 1.0, town.QUICK, "note")
    assert "no error: 7 SHORT" in text
    assert text.count("error: poll: 500") == 1


def test_a_town_without_polls_proves_nothing() -> None:
    assert [verdict.met for verdict in town.verdicts(Book())] == [False, True]


# ---- a meeting

INVITED = meeting.Reading(0.2, 2.9, 3.9, [0.1, 0.2, 0.29], 2.5, 3.5, 0.6)


def person(number: int) -> meeting.Person:
    return meeting.Person(Login(number, "account", "user", "password"), 1)


def test_an_answer_changes_the_guests_own_line_and_no_other() -> None:
    ann, bob, cy = map(person, range(3))
    try:
        asked = meeting.meeting("one@example.com", ann, [bob, cy]).replace(b"NEEDS-ACTION:", b"NEEDS-ACTION;RSVP=TRUE:")
        answer = meeting.accepted(asked, cy.address)
        assert answer.count(b"PARTSTAT=ACCEPTED") == 2
        assert b"PARTSTAT=ACCEPTED:mailto:" + cy.address.encode() in answer
        with pytest.raises(LoadError, match="is not asked"):
            meeting.accepted(answer, cy.address)
    finally:
        for each in (ann, bob, cy):
            each.close()


@pytest.mark.parametrize(("size", "slowest", "missed"), [(25, 0.29, 0), (25, 0.31, 1), (200, 9.0, 0)])
def test_every_answer_of_25_has_a_goal(size: int, slowest: float, missed: int) -> None:
    reading = replace(INVITED, answers=[0.1, slowest])
    found = meeting.rows(size, [reading] * 3, meeting.GOALS[size])
    assert len([verdict for *_, judged in found for verdict in judged if not verdict.met]) == missed
    text = meeting.report({size: [reading]}, "note")
    assert ("SHORT" in text) is bool(missed)


def test_the_median_of_the_meetings_counts() -> None:
    late = replace(INVITED, invited=30.0)
    text = meeting.report({200: [INVITED, late, INVITED]}, "note")
    assert "≤ 3 s: 2.90 s ok; ≤ 4 CPU-s: 3.90 CPU-s ok" in text


# ---- memory


@pytest.mark.parametrize(("queued", "missed"), [(59.0, "- none"), (61.0, "- ≤ 60 s: 61.0 s SHORT")])
def test_reminders_are_judged_by_the_time_to_queue_them(queued: float, missed: str) -> None:
    reading = reminders.Reading(60.0, 50.0, queued, 20.0, 100 * MEGABYTE, 110 * MEGABYTE, 100.0)
    text = reminders.report(reading, 100_000, "note")
    assert text.endswith(missed)
    assert "within Telegram's limits, 28 messages a second | 60 min |" in text


@pytest.mark.parametrize(("lost", "missed"), [(0, "- none"), (1, "- none lost: 1 lost SHORT")])
def test_no_mail_may_be_lost(lost: int, missed: str) -> None:
    reading = mails.Reading("SMTP", 10.0, 20.0, lost, 1000, 100 * MEGABYTE, 120 * MEGABYTE)
    text = mails.report([reading], 1000, "note")
    assert f"| SMTP | 100 | 50 | {lost} | 1,000 | 100 MB, at most 120 MB |" in text
    assert text.endswith(missed)


@pytest.mark.parametrize(
    ("seconds", "held", "differing", "chains", "missed"),
    [
        (100.0, 0.2, 0, 30_000.0, "- none"),
        (101.0, 0.1, 0, 30_000.0, "- replayed ≥ 10,000/s: 9,901/s SHORT"),
        (100.0, 0.3, 0, 30_000.0, "- no write held longer than 200 ms: 300 ms SHORT"),
        (100.0, 0.1, 1, 30_000.0, "- no row differs: 3 SHORT"),
        (100.0, 0.1, 0, 29_999.0, "- chains verified ≥ 30,000/s: 29,999/s SHORT"),
    ],
)
def test_a_replay_is_judged_by_its_rate_the_writes_and_the_rows(
    seconds: float, held: float, differing: int, chains: float, missed: str
) -> None:
    beside = replayed.Beside(took=[held, 0.01, 0.01], peak=200 * MEGABYTE, cpu=120.0)
    measured = replayed.Measured(Replayed(events=1_000_000, differing=differing), seconds, beside)
    text = replayed.report(replayed.Chains(chains, 6.0, 0), measured, measured, measured, "note")
    assert text.endswith(missed)
    assert "processor time of its processes, µs/event" in text


@pytest.mark.parametrize(("above", "met"), [(50, True), (51, False)])
def test_fifty_megabytes_above_idle_are_allowed(above: int, met: bool) -> None:
    assert memory.judged((100 + above) * MEGABYTE, 100 * MEGABYTE).met is met


def test_memory_is_read_as_the_system_writes_it() -> None:
    status = "Name:\tpython\nVmPeak:\t  200 kB\nVmHWM:\t  120 kB\nVmRSS:\t  100 kB\n"
    assert [kilobytes(status, name) for name in ("VmHWM", "VmRSS")] == [120, 100]
    with pytest.raises(ValueError, match="VmSwap"):
        kilobytes(status, "VmSwap")


def test_each_kind_of_stream_has_its_row() -> None:
    reading = memory.Reading(memory.Stream(b"", *memory.STREAMS[0]), 4, None, 93 * MEGABYTE, 4.4, 100, 100, 100)
    text = memory.report([reading, replace(reading, readers=1, pace=2 * MEGABYTE)], "note")
    assert "| sync-collection from nothing | 4 × fast | 93 MB |" in text
    assert "|   2 MB/s |" in text


@pytest.mark.parametrize(
    ("grown", "missed"), [(4_000, "- none"), (4_100, "- 10 events: ≤ 4 times the raw texts: 4.1 SHORT")]
)
def test_the_room_of_the_database_is_judged_by_the_raw_texts(grown: int, missed: str) -> None:
    groups = dict.fromkeys((*room.GROUPS, room.REST), 100)
    found = room.Room(10, 1_000, grown, groups)
    text = room.report([found], replace(found, items=1, grown=47_000), "note")
    assert "47,000" in text
    assert text.endswith(missed)


@pytest.mark.parametrize(("held", "missed"), [(0, "- none"), (1, "SHORT")])
def test_a_process_is_judged_by_its_bound(held: int, missed: str) -> None:
    sizes = {name: standing.Held(1, bound * 10**6) for name, bound in standing.BOUNDS.items()}
    most = sizes | {"api": standing.Held(2, sizes["api"].size + held)}
    text = standing.report(sizes, most, sizes, "note")
    assert "`api`, 2 processes" in text
    assert text.endswith(missed)


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ([b"/usr/bin/python", b"-m", b"televent", b"worker", b""], "worker"),
        ([b"/usr/bin/python", b"/opt/bin/televent", b"up", b""], "up"),
        ([b"/usr/bin/sleep", b"1", b""], "other"),
        ([b"postgres: televent televent [local] idle", b""], "postgres"),
        ([b"/x/postgres/bin/postgres", b"-D", b"/data", b""], "postgres"),
    ],
)
def test_a_process_is_known_by_its_command_line(words: list[bytes], service: str) -> None:
    assert standing.service_of(words) == service


def test_a_start_is_judged_by_the_slower_of_few_and_many_data() -> None:
    fast = start.Round(1.0, 1.5, 1.0, 0.2, 0.1, 0)
    text = start.report([fast], [replace(fast, ready=2.1)], 1_000_000, "note")
    assert "| ≤ 2 s: SHORT |" in text
    assert "1,000,000 events on disk" in text


# ---- answers of many megabytes


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (b"HTTP/1.1 207 M\r\nContent-Length: 7\r\n\r\nabc", 41 + 7),
        (b"HTTP/1.1 207 M\r\nTransfer-Encoding: chunked\r\n\r\n", None),
        (b"HTTP/1.0 200 OK\r\n\r\n", 0),
        (b"HTTP/1.1 200 OK\r\nContent-Le", 0),
    ],
)
def test_an_answers_length_is_read_from_its_beginning(head: bytes, known: int | None) -> None:
    assert length(head) == (head.find(b"\r\n\r\n") + 11 if known else known)


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("piece", [1_000, LONG, 3 * LONG])
def test_a_long_answer_is_whole_when_its_last_piece_has_come(chunked: bool, piece: int) -> None:
    body = bytes(range(256)) * 1_024
    if chunked:
        parts = [body[at : at + 10_000] for at in range(0, len(body), 10_000)]
        framed = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        data = b"HTTP/1.1 207 Multi-Status\r\nTransfer-Encoding: chunked\r\n\r\n" + framed
    else:
        data = b"HTTP/1.1 207 Multi-Status\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    class Transport(asyncio.Transport):
        def write(self, data: object) -> None:
            """Answers no request."""

        def is_closing(self) -> bool:
            return False

    async def exchange() -> list[bytes]:
        wire, bodies = Wire(), []
        wire.connection_made(Transport())
        for _ in range(2):
            asked = asyncio.ensure_future(wire.send(b"GET / HTTP/1.1\r\n\r\n"))
            await asyncio.sleep(0)
            for at in range(0, len(data), piece):
                assert not asked.done()
                wire.data_received(data[at : at + piece])
            bodies.append((await asked).body)
        return bodies

    assert asyncio.run(exchange()) == [body, body]


def test_the_first_client_that_fails_ends_the_others_and_is_named() -> None:
    ended = []

    async def lives() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("lives")

    async def fails() -> None:
        raise LoadError("poll: 500")

    with pytest.raises(LoadError, match="poll: 500"):
        asyncio.run(town.together([lives(), fails()]))
    assert ended == ["lives"]


@pytest.mark.parametrize("read", [hrefs, sync_token])
def test_an_answer_that_is_no_xml_is_an_error_of_the_server(read: Callable[[Answer], object]) -> None:
    with pytest.raises(LoadError, match="is not XML"):
        read(Answer(207, b"HTTP/1.1 207 Multi-Status", b"<D:multistatus"))
