"""Threads that give work to the one that was idle for the shortest time.

A ThreadPoolExecutor gives it to the one that was idle for the longest, so requests that come one after the other go
through all its threads, and each finds its stack and its data in no cache of the processor (ADR 95).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any, Final, TypeVar

T = TypeVar("T")
_Job = tuple[Callable[[], object], Callable[[], object]]
"""Work for a thread, and what to call where it will not be done."""

CLOSED: Final = "the threads have ended"


class WarmThreads(Executor):
    """At most ``size`` threads. They start when first needed; ``shutdown`` ends them. Thread-safe."""

    def __init__(self, size: int, name: str) -> None:
        """``name``: the beginning of the threads' names."""
        self._size, self._name = size, name
        self._guard = threading.Lock()
        self._idle: list[threading.Lock] = []
        """The lock that each idle thread waits for. The thread that was idle for the shortest time comes last."""
        self._waiting: deque[_Job] = deque()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def call(self, function: Callable[..., T], *args: object) -> asyncio.Future[T]:
        """The future of a call, for the running event loop. Raises RuntimeError after ``shutdown``.

        Cancelling it before a thread has begun prevents the call; later the result is dropped.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        cancel = partial(_tell, loop, future.cancel)
        self._do((partial(_answer, loop, future, function, args), cancel))
        return future

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """The future of a call, for any thread. Raises RuntimeError after ``shutdown``."""
        future: Future[T] = Future()
        self._do((partial(_settle, future, partial(fn, *args, **kwargs)), future.cancel))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the threads after the calls that have begun, and after those that wait, unless they are cancelled."""
        with self._guard:
            self._closed = True
            dropped: list[_Job] = []
            if cancel_futures:
                dropped, self._waiting = list(self._waiting), deque()
            idle, self._idle = self._idle, []
        for turn in idle:
            turn.release()
        for _, cancel in dropped:
            cancel()
        if wait:
            for thread in self._threads:
                thread.join()

    def _do(self, job: _Job) -> None:
        with self._guard:
            if self._closed:
                raise RuntimeError(CLOSED)
            self._waiting.append(job)
            if not self._idle:
                if len(self._threads) < self._size:
                    self._start()
                return
            turn = self._idle.pop()
        turn.release()

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name=f"{self._name}_{len(self._threads)}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # The system has no room for another thread: the call waits for one of these, if there are any.
            if not self._threads:
                self._waiting.pop()
                raise
            return
        self._threads.append(thread)

    def _work(self) -> None:
        turn = threading.Lock()
        turn.acquire()
        while True:
            job = None
            with self._guard:
                if self._waiting:
                    # A thread that has just ended a call takes the next one before another thread has woken up.
                    job = self._waiting.popleft()
                elif self._closed:
                    return
                else:
                    self._idle.append(turn)
            if job is None:
                turn.acquire()
            else:
                job[0]()


def _answer(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[T], function: Callable[..., T], args: tuple[object, ...]
) -> None:
    if future.cancelled():
        return
    try:
        result = function(*args)
    except StopIteration as error:
        # A future of asyncio refuses it, and its caller would wait for ever.
        _tell(loop, _give, future, future.set_exception, RuntimeError(f"the call raised {error!r}"))
        del future  # as below
    except BaseException as error:
        _tell(loop, _give, future, future.set_exception, error)
        # Its traceback holds this frame: without the future there is no cycle for the garbage collection.
        del future
    else:
        _tell(loop, _give, future, future.set_result, result)


def _give(future: asyncio.Future[T], give: Callable[[Any], None], result: object) -> None:
    if not future.done():
        give(result)


def _tell(loop: asyncio.AbstractEventLoop, function: Callable[..., object], *args: object) -> None:
    # Nobody waits any more where the loop is closed.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(function, *args)


def _settle(future: Future[T], function: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function()
    except BaseException as error:
        future.set_exception(error)
        del future  # as above
    else:
        future.set_result(result)
