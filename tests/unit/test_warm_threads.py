"""Threads that give work to the one that was idle for the shortest time."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError

import pytest

from support.waiting import NET, wait_until
from televent.runtime.warm_threads import CLOSED, WarmThreads


class Gates:
    """Calls that wait until they are let through."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.entered: list[int] = []

    def wait(self) -> int:
        self.entered.append(threading.get_ident())
        assert self.opened.wait(NET)
        return threading.get_ident()


class Thing:
    """An object whose end can be seen."""


@pytest.fixture
def threads() -> Iterator[WarmThreads]:
    made = WarmThreads(3, "warm")
    yield made
    made.shutdown()


def together(threads: WarmThreads, count: int) -> list[int]:
    """The threads of calls that run at the same time."""
    gates = Gates()
    running = [threads.submit(gates.wait) for _ in range(count)]
    wait_until(lambda: len(gates.entered) == count, what="all calls have begun")
    gates.opened.set()
    return [each.result(NET) for each in running]


def idle(threads: WarmThreads, count: int) -> None:
    wait_until(lambda: len(threads._idle) == count, what="the threads wait for work")


def test_calls_one_after_the_other_share_a_thread_also_after_a_crowd(threads: WarmThreads) -> None:
    assert len(set(together(threads, 3))) == 3
    idle(threads, 3)
    used = set()
    for _ in range(9):
        used.add(threads.submit(threading.get_ident).result(NET))
        idle(threads, 3)
    assert len(used) == 1


def test_calls_at_the_same_time_have_threads_of_their_own(threads: WarmThreads) -> None:
    assert len(set(together(threads, 3))) == 3


def test_calls_above_the_number_of_threads_wait_and_are_all_done(threads: WarmThreads) -> None:
    gates = Gates()
    running = [threads.submit(gates.wait) for _ in range(3)]
    wait_until(lambda: len(gates.entered) == 3, what="all threads are busy")
    later = [threads.submit(divmod, number, 2) for number in range(20)]
    assert not any(each.done() for each in later)
    gates.opened.set()
    assert [each.result(NET) for each in later] == [divmod(number, 2) for number in range(20)]
    assert len({each.result(NET) for each in running}) == 3


def test_a_call_gives_the_event_loop_its_result_and_its_error(threads: WarmThreads) -> None:
    async def ask() -> None:
        assert await threads.call(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await threads.call(divmod, 7, 0)
        assert await threads.call(divmod, 9, 2) == (4, 1)

    asyncio.run(ask())


def test_a_call_that_ends_an_iterator_is_answered_by_an_error(threads: WarmThreads) -> None:
    async def ask() -> None:
        with pytest.raises(RuntimeError, match="StopIteration"):
            await threads.call(next, iter(()))
        assert await threads.call(divmod, 7, 2) == (3, 1)

    asyncio.run(ask())


def test_without_room_for_another_thread_calls_wait_for_those_there_are(
    threads: WarmThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    start = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", full)
    with pytest.raises(RuntimeError, match="new thread"):
        threads.submit(divmod, 7, 2)
    monkeypatch.setattr(threading.Thread, "start", start)
    gates = Gates()
    begun = threads.submit(gates.wait)
    wait_until(lambda: bool(gates.entered), what="the call has begun")
    monkeypatch.setattr(threading.Thread, "start", full)
    later = [threads.submit(divmod, number, 2) for number in range(3)]
    gates.opened.set()
    assert [each.result(NET) for each in later] == [divmod(number, 2) for number in range(3)]
    assert begun.result(NET) == threads.submit(threading.get_ident).result(NET)


def test_the_loops_own_calls_in_an_executor_work(threads: WarmThreads) -> None:
    async def ask() -> None:
        loop = asyncio.get_running_loop()
        assert await loop.run_in_executor(threads, divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(threads, divmod, 7, 0)

    asyncio.run(ask())


def test_a_cancelled_call_that_waits_is_never_made(threads: WarmThreads) -> None:
    async def ask() -> None:
        gates, made = Gates(), list[int]()
        running = [threads.call(gates.wait) for _ in range(3)]
        waiting = threads.call(made.append, 1)
        waiting.cancel()
        after = threads.call(made.append, 2)
        gates.opened.set()
        await asyncio.gather(*running, after)
        assert waiting.cancelled()
        assert made == [2]

    asyncio.run(ask())


def test_a_cancelled_call_that_has_begun_is_finished_and_its_result_dropped(threads: WarmThreads) -> None:
    async def ask() -> None:
        gates = Gates()
        begun = threads.call(gates.wait)
        await asyncio.to_thread(wait_until, lambda: bool(gates.entered), what="the call has begun")
        begun.cancel()
        gates.opened.set()
        await asyncio.to_thread(idle, threads, 1)
        assert begun.cancelled()
        assert await threads.call(divmod, 7, 2) == (3, 1)

    asyncio.run(ask())


def test_a_thread_outlives_the_event_loop_that_asked(threads: WarmThreads) -> None:
    gates = Gates()

    async def leave() -> None:
        threads.call(gates.wait)
        await asyncio.to_thread(wait_until, lambda: bool(gates.entered), what="the call has begun")

    asyncio.run(leave())
    gates.opened.set()
    assert threads.submit(divmod, 7, 2).result(NET) == (3, 1)
    idle(threads, len(threads._threads))


def fails(thing: Thing) -> None:
    raise ValueError(str(thing))


@pytest.mark.parametrize("function", [repr, fails])
def test_nothing_of_a_call_stays_alive_while_its_thread_waits(
    threads: WarmThreads, function: Callable[[Thing], object]
) -> None:
    thing = Thing()
    end = weakref.ref(thing)

    async def ask(given: Thing) -> None:
        for each in (threads.call(function, given), asyncio.wrap_future(threads.submit(function, given))):
            await asyncio.wait({each})
            each.exception()

    gc.disable()
    try:
        asyncio.run(ask(thing))
        del thing
        idle(threads, len(threads._threads))
        assert end() is None
    finally:
        gc.enable()


def test_shutdown_finishes_what_has_begun_and_cancels_what_waits() -> None:
    threads, gates = WarmThreads(1, "warm"), Gates()
    begun = threads.submit(gates.wait)
    wait_until(lambda: bool(gates.entered), what="the call has begun")
    waiting = threads.submit(gates.wait)
    threads.shutdown(wait=False, cancel_futures=True)
    gates.opened.set()
    assert begun.result(NET) == gates.entered[0]
    with pytest.raises(CancelledError):
        waiting.result(NET)
    threads.shutdown()
    assert not any(each.is_alive() for each in threads._threads)
    with pytest.raises(RuntimeError, match=CLOSED):
        threads.submit(gates.wait)


def test_shutdown_does_what_waits_unless_it_is_told_to_cancel_it() -> None:
    threads, gates = WarmThreads(1, "warm"), Gates()
    calls = [threads.submit(gates.wait) for _ in range(3)]
    wait_until(lambda: bool(gates.entered), what="the call has begun")
    threads.shutdown(wait=False)
    gates.opened.set()
    threads.shutdown()
    assert len({each.result(0) for each in calls}) == 1


def test_shutdown_cancels_the_calls_of_an_event_loop_that_wait() -> None:
    async def ask() -> None:
        threads, gates = WarmThreads(1, "warm"), Gates()
        begun, waiting = threads.call(gates.wait), threads.call(gates.wait)
        await asyncio.to_thread(wait_until, lambda: bool(gates.entered), what="the first call has begun")
        threads.shutdown(wait=False, cancel_futures=True)
        gates.opened.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await begun
        threads.shutdown()
        assert len(gates.entered) == 1

    asyncio.run(ask())
