"""Writers that wait for one transaction share the next one, and each gets its own result."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from support.waiting import wait_until
from televent.adapters.postgres.event_store.group_commit import MAX_WRITERS, GroupCommit


class Work:
    """Doubles numbers; waits at 0 until it is released; refuses negative numbers and groups with 13 in them."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.groups: list[list[int]] = []
        self.singles: list[int] = []

    def together(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        if 13 in numbers or min(numbers) < 0:
            raise ValueError("one of them")
        return [number * 2 for number in numbers]

    def alone(self, number: int) -> int:
        self.singles.append(number)
        if number == 0:
            self.go_on.wait(30)
        if number < 0:
            raise ValueError(number)
        return number * 2


def crowd(
    work: Work, numbers: Sequence[int], before: Callable[[GroupCommit[int, int]], object] = id
) -> list[Future[int]]:
    """Calls with ``numbers``, each from its own thread, while 0 is being done."""
    commits = GroupCommit(work.together, work.alone)
    with ThreadPoolExecutor(len(numbers) + 1) as threads:
        first = threads.submit(commits.do, "here", 0)
        wait_until(lambda: work.singles == [0])
        rest = [threads.submit(commits.do, "here", number) for number in numbers]
        wait_until(lambda: len(commits._queues["here"]) == len(numbers))
        before(commits)
        work.go_on.set()
        assert first.result(30) == 0
    assert not commits._queues
    return rest


def test_calls_that_come_meanwhile_go_together_and_each_gets_its_own_result() -> None:
    work = Work()
    done = crowd(work, range(1, 8))
    assert [each.result(30) for each in done] == [2, 4, 6, 8, 10, 12, 14]
    assert work.singles == [0]
    assert [sorted(group) for group in work.groups] == [[1, 2, 3, 4, 5, 6, 7]]


def test_a_batch_that_fails_is_done_one_by_one_and_only_the_bad_call_fails() -> None:
    work = Work()
    done = crowd(work, [1, -2, 3])
    assert [done[0].result(30), done[2].result(30)] == [2, 6]
    with pytest.raises(ValueError, match="-2"):
        done[1].result(30)
    assert sorted(work.singles) == [-2, 0, 1, 3]


def test_a_group_that_fails_for_no_member_s_fault_leaves_nobody_without_a_result() -> None:
    work = Work()
    assert [each.result(30) for each in crowd(work, [13, 14])] == [26, 28]


def test_a_long_queue_is_done_in_groups_of_a_bounded_size() -> None:
    work = Work()
    done = crowd(work, range(1, MAX_WRITERS + 11))
    assert sorted(each.result(30) for each in done) == [number * 2 for number in range(1, MAX_WRITERS + 11)]
    assert [len(group) for group in work.groups] == [MAX_WRITERS, 10]


def test_nobody_waits_for_another_place() -> None:
    work = Work()

    def elsewhere(commits: GroupCommit[int, int]) -> None:
        assert commits.do("there", 21) == 42

    assert [each.result(30) for each in crowd(work, [5], elsewhere)] == [10]


def test_who_fails_alone_leaves_the_place_free() -> None:
    work = Work()
    commits = GroupCommit(work.together, work.alone)
    with pytest.raises(ValueError, match="-1"):
        commits.do("here", -1)
    assert commits.do("here", 4) == 8
    assert work.groups == []
