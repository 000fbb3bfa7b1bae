"""The bench's judgement and its table: what is written is what was measured, and nothing else in the document moves."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))  # The bench lies beside the package and is not installed.

from bench import events, table  # noqa: E402
from bench.__main__ import PARTS, arguments, chosen_parts  # noqa: E402
from bench.load import parse  # noqa: E402
from bench.measure import FLOOR, Result  # noqa: E402
from bench.quiet import cpu_seconds  # noqa: E402
from bench.thousand import chosen_rows  # noqa: E402
from bench.workloads import ROWS, Row, put_one  # noqa: E402

from support.as_bytes import validate  # noqa: E402

PEERS = ("Radicale", "Xandikos")


def result(unit: str = "/s", **values: list[float]) -> Result:
    return Result(Row("row", "Some work", unit, put_one, goal=10), dict(values))


def test_a_rate_is_compared_with_the_faster_peer() -> None:
    found = result(Televent=[300.0], Radicale=[10.0], Xandikos=[20.0])
    assert table.times_faster(found, PEERS) == 15.0


def test_a_time_is_compared_with_the_faster_peer_too() -> None:
    found = result("ms", Televent=[5.0], Radicale=[100.0], Xandikos=[40.0])
    assert table.times_faster(found, PEERS) == 8.0


def test_the_median_round_counts() -> None:
    found = result(Televent=[1.0, 300.0, 280.0], Xandikos=[20.0, 20.0, 900.0])
    assert found.value("Televent") == 280.0
    assert table.times_faster(found, PEERS) == 14.0


@pytest.mark.parametrize(("ours", "said"), [(200.0, "≥ 10×: 10.0× ok"), (142.0, "≥ 10×: 7.10× SHORT")])
def test_a_verdict_names_goal_finding_and_judgement(ours: float, said: str) -> None:
    (verdict,) = table.verdicts(result(Televent=[ours], Xandikos=[20.0]), PEERS)
    assert str(verdict) == said


@pytest.mark.parametrize(("ours", "met"), [(500.0, True), (499.0, False)])
def test_half_of_the_floor_is_a_goal_of_its_own(ours: float, met: bool) -> None:
    row = Row("row", "Some work", "/s", put_one, floor="GET")
    (verdict,) = table.verdicts(Result(row, {"Televent": [ours], FLOOR: [1000.0]}), PEERS)
    assert verdict.met is met


@pytest.mark.parametrize(("ours", "met"), [(1.2, True), (1.21, False)])
def test_a_bound_on_televents_own_value_needs_no_peer(ours: float, met: bool) -> None:
    row = Row("row", "Full over empty", "×", put_one, at_most=1.2)
    (verdict,) = table.verdicts(Result(row, {"Televent": [ours]}), ())
    assert verdict.met is met


def test_a_missed_goal_is_a_shortfall_and_a_met_one_is_not() -> None:
    missed, met = result(Televent=[30.0], Xandikos=[20.0]), result(Televent=[900.0], Xandikos=[20.0])
    assert table.shortfalls([missed, met], PEERS, {}) == ["Some work: ≥ 10×: 1.50× SHORT"]


def test_a_goal_without_any_peer_is_reported_as_not_judged() -> None:
    found = result(Televent=[30.0])
    found.failures["Xandikos"] = "ended with 1"
    assert table.shortfalls([found], PEERS, {}) == [
        "Some work: Xandikos failed: ended with 1",
        "Some work: 1 of 1 goals could not be judged",
    ]


def test_a_server_that_failed_in_a_later_round_has_no_value() -> None:
    found = result(Televent=[30.0, 30.0], Xandikos=[20.0])
    found.failures["Televent"] = "500 Internal Server Error"
    assert table.verdicts(found, PEERS) == []
    assert "| failed |" in table.markdown([found], PEERS, {}).replace("  ", "")


def test_every_line_of_the_table_has_the_same_columns() -> None:
    lines = table.markdown([result(Televent=[1234.5], Xandikos=[20.0]), result("ms")], PEERS, {}).splitlines()
    assert {line.count("|") for line in lines} == {7}
    assert "1,234/s" in lines[2]
    assert "20.0/s" in lines[2]


def test_only_the_text_between_the_markers_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    (first, last), (other, end) = table.markers("thousand"), table.markers("town")
    beside = f"{other}\nthe town's\n{end}\n\nAfter\n"
    document.write_text(f"# Before\n\n{first}\nold\n{last}\n\n{beside}", "utf-8")
    table.write(document, "thousand", "new")
    table.write(document, "thousand", "newer\n")
    assert document.read_text("utf-8") == f"# Before\n\n{first}\nnewer\n{last}\n\n{beside}"


def test_a_document_without_markers_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("# Mine\n", "utf-8")
    with pytest.raises(ValueError, match="markers"):
        table.write(document, "thousand", "new")
    assert document.read_text("utf-8") == "# Mine\n"


@pytest.mark.parametrize("part", list(PARTS))
def test_the_reference_has_a_place_for_what_each_part_finds(part: str) -> None:
    text = (REPOSITORY / "docs" / "reference" / "performance.md").read_text("utf-8")
    assert table.replace_between(text, part, "x").count(table.markers(part)[0]) == 1


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ([], ["thousand"]),
        (["--town", "--large"], ["large", "town"]),
        (
            ["--whole", "--town"],
            [
                "thousand",
                "large",
                "memory",
                "town",
                "start",
                "meeting",
                "bot",
                "reminders",
                "mails",
                "replay",
                "search",
                "live",
                "rest",
                "company",
                "room",
                "standing",
            ],
        ),
        (["--meeting"], ["meeting"]),
        (["--company", "--runs", "3"], ["company"]),
    ],
)
def test_parts_are_measured_one_by_one_or_all(given: list[str], parts: list[str]) -> None:
    assert chosen_parts(arguments(given)) == parts


def test_filling_comes_first_whatever_is_chosen() -> None:
    assert [row.key for row in chosen_rows(arguments(["--only", "query"]).only)] == ["put-1", "query"]
    assert chosen_rows(None) == list(ROWS)


@pytest.mark.parametrize("number", [0, 7, 10, 999])
def test_the_events_are_what_every_server_accepts(number: int) -> None:
    text = events.event(number)
    reading = validate(text)
    assert reading.recurs is (number % 10 == 0)
    assert reading.uid == f"bench-{number:06d}@bench.example.com"
    assert max(len(line) for line in text.split(b"\r\n")) <= 75


@pytest.mark.parametrize(
    ("data", "ended", "body", "stays"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", False, b"ok", True),
        (b"HTTP/1.1 207 M\r\ncontent-length: 2\r\nConnection: close\r\n\r\nok", False, b"ok", False),
        (
            b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3\r\nyes\r\n0\r\n\r\n",
            False,
            b"okyes",
            True,
        ),
        (b"HTTP/1.0 200 OK\r\n\r\nok", True, b"ok", False),
        (b"HTTP/1.1 204 No Content\r\nETag: x\r\n\r\n", False, b"", True),
    ],
)
def test_an_answer_is_read_however_it_is_framed(data: bytes, ended: bool, body: bytes, stays: bool) -> None:
    found = parse(data, ended=ended)
    assert found is not None
    assert (found[0].body, found[1]) == (body, stays)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Le",
    ],
)
def test_half_an_answer_is_awaited(data: bytes) -> None:
    assert parse(data, ended=False) is None


def test_processor_time_includes_what_was_just_used() -> None:
    before, started = cpu_seconds(os.getpid()), time.process_time()
    while time.process_time() - started < 0.1:
        sum(range(10_000))
    assert cpu_seconds(os.getpid()) - before >= 0.05
