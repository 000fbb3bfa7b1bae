"""The bench's company: its schedule, its plots, what it counts as lost or doubled, and what it says gives first."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # The bench lies beside the package and is not installed.

from bench.company import report, schedule, texts
from bench.company.chats import question
from bench.company.judging import Balance, summaries_in
from bench.company.ledger import Ledger
from bench.company.sizes import COMPANY, GUESTS, POLL_EVERY, QUICK
from bench.company.watch import QUEUES, Samples
from bench.meeting import accepted

from support.as_bytes import validate

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def run(factor: float = 40.0, depths: list[int] | None = None, **seconds: list[float]) -> report.Run:
    ledger = Ledger(seconds=dict(seconds), elapsed=10.0)
    samples = Samples(cpu=5.0)
    for place, depth in enumerate(depths or [0]):
        samples.at.append(float(place + 1))
        samples.depths.append((depth, *[0] * (len(QUEUES) - 1)))
        samples.waiting.append(1)
    return report.Run(factor, ledger, samples, [])


# ---- the schedule


def test_the_same_seed_gives_the_same_day_and_another_one_another() -> None:
    first = schedule.schedule(QUICK, 100.0, 5.0, 1)
    assert first == schedule.schedule(QUICK, 100.0, 5.0, 1)
    assert first != schedule.schedule(QUICK, 100.0, 5.0, 2)
    assert [each.at for each in first] == sorted(each.at for each in first)


def test_every_device_polls_each_fifteen_minutes_of_the_day() -> None:
    acts = schedule.schedule(QUICK, 450.0, 8.0, 1)
    polls = Counter(each.person for each in acts if each.kind == schedule.POLL)
    assert set(polls) == set(range(QUICK.accounts))
    assert set(polls.values()) == {round(8.0 * 450.0 / POLL_EVERY)}


def test_a_meeting_has_seven_guests_without_its_organizer() -> None:
    acts = schedule.schedule(COMPANY, 40.0, 5.0, 1)
    meetings = [each for each in acts if each.kind == schedule.MEET]
    assert len(meetings) == round(0.1 * COMPANY.accounts * 40 * 5 / (8 * 3600))
    for each in meetings:
        assert len(set(each.others)) == GUESTS
        assert each.person not in each.others


def test_only_people_with_a_chat_write_to_the_bot_and_only_some_get_mail_from_outside() -> None:
    acts = schedule.schedule(QUICK, 300.0, 6.0, 1)
    by_kind = {kind: [each.person for each in acts if each.kind == kind] for kind in {each.kind for each in acts}}
    assert max([*by_kind[schedule.ASK], *by_kind[schedule.REMIND]]) < QUICK.chats
    assert QUICK.chats <= min(by_kind[schedule.MAIL]) <= max(by_kind[schedule.MAIL]) < QUICK.chats + QUICK.mailed


def test_everybody_saves_once_before_the_runs() -> None:
    acts = schedule.first_saves(COMPANY)
    assert [each.person for each in acts] == list(range(COMPANY.accounts))
    assert {each.kind for each in acts} == {schedule.EDIT}
    assert acts[-1].at < COMPANY.accounts / COMPANY.first_rate


# ---- texts


def test_the_texts_are_what_the_server_accepts() -> None:
    own = texts.own_event(17, NOW.replace(hour=0), prefix="staff00001", revision=2)
    rings = texts.reminding("call@example.com", "Call r1 4.", NOW)
    met = texts.meeting("m@example.com", "Meeting r1 1.", NOW, "a@example.com", ["b@example.com", "c@example.com"])
    for text in (own, rings, met):
        assert validate(text).uid
    assert b"DTSTART:20261123T180000Z" in own
    assert f"DTSTART:{NOW + timedelta(minutes=15):{texts.STAMP}}".encode() in rings
    answered = accepted(met, "c@example.com")
    assert answered.count(b"PARTSTAT=ACCEPTED") == 2


def test_no_title_is_part_of_another() -> None:
    asked = [question(person, number)[0] for person in (1, 11) for number in (0, 10, 100)]
    assert len(set(asked)) == len(asked)
    for text in asked:
        fits = [question(person, number)[1](text) for person in (1, 11) for number in (0, 10, 100)]
        assert fits.count(True) == 1


# ---- counting


def test_what_came_never_or_twice_is_named() -> None:
    balance = Balance("summaries")
    for times in (1, 0, 2, 1):
        balance.add(times, f"{times}")
    assert (balance.owed, balance.once, balance.lost, balance.doubled) == (4, 2, 1, 1)
    assert balance.examples == ["summaries: 0 came 0 times", "summaries: 2 came 2 times"]
    done = replace(run(poll=[0.1]), balances=[balance])
    assert report.failed([done])
    assert "SHORT" in report.counted([done])


def test_a_run_without_loss_has_not_failed() -> None:
    balance = Balance("summaries")
    balance.add(1)
    done = replace(run(poll=[0.1]), balances=[balance])
    assert not report.failed([done])
    assert "| ok |" in report.counted([done, done]).replace("  ", "")


def test_a_day_of_which_acts_were_left_out_is_not_written_down() -> None:
    done = run(poll=[0.1])
    assert not report.failed([done])
    done.ledger.left_out = 3
    assert report.failed([done])
    assert "3 acts left out" in report.gives(done)


def test_a_summary_is_told_from_other_messages() -> None:
    assert summaries_in(["☀️ Your day\n• 9", "⏰ Call", "📅 Today"]) == 1


# ---- plots and judgement


def test_a_plot_shows_the_highest_value_of_each_share() -> None:
    assert report.plot([0, 0, 7, 0], width=2) == "▁█"
    assert report.plot([0, 1, 7]) == "▁▂█"
    assert report.plot([]) == ""


@pytest.mark.parametrize(
    ("depths", "grows"),
    [([0, 100, 200, 300, 400, 500, 600, 700], True), ([700, 0, 600, 0, 500, 0, 400, 0], False), ([0] * 8, False)],
)
def test_a_queue_that_is_deeper_in_each_quarter_grows_without_end(depths: list[int], grows: bool) -> None:
    found = report.growing(run(depths=depths, poll=[0.1]))
    assert bool(found) is grows
    assert all(QUEUES[0] in each for each in found)


def test_what_gives_first_is_the_latest_kind() -> None:
    assert report.gives(run(poll=[0.1], PUT=[3.0], bot=[9.0])) == "bot (p99 9.0 s); PUT (p99 3.0 s)"
    assert report.gives(run(poll=[0.1])) == ""


def test_memory_is_flat_where_the_last_run_ends_as_the_first() -> None:
    assert report.flatness([100.0]) == "–"
    assert report.flatness([100.0, 130.0, 104.0]).endswith("ok")
    assert report.flatness([100.0, 103.0, 106.0]).endswith("SHORT")


def test_the_projection_names_the_highest_load_that_was_carried() -> None:
    text = report.projection(COMPANY, [run(40.0, poll=[0.1])], [run(80.0, poll=[0.1]), run(120.0, poll=[5.0])])
    assert "80×, that is the traffic of 800,000 people" in text
    assert "poll (p99 5.0 s)" in text
