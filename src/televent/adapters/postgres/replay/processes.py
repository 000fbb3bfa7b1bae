"""The processes that replay parts: Python folds on one core for each process.

Each has a pipe to the process that planned the replay. When that one dies, also by SIGKILL, the pipe ends, and so do
they.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from typing import Any

from televent.adapters.postgres.event_store.subject_keys import PostgresSubjectKeys
from televent.adapters.postgres.pool import open_pool
from televent.adapters.postgres.replay.parts import Job, Part, Result, own_connection
from televent.application.event_store.key_vault import KeyVault
from televent.application.event_store.mapper import FactMapper


class WorkerLost(Exception):
    """A process that replays was ended from outside. The parts that are done stay done; the replay can be resumed."""


def replay_parts(
    conninfo: str,
    vault: KeyVault | None,
    job: Job,
    parts: Sequence[Part],
    processes: int,
    done: Callable[[Part, Result], None],
) -> None:
    """Replays the parts in that many processes. ``done`` is called for each part, in any order.

    ``vault``: where the keys of persons are kept; each process gets a copy of it.

    Raises WorkerLost, and the error of a part that failed as a whole.
    """
    waiting = list(reversed(parts))
    with _started(conninfo, vault, job, min(processes, len(parts))) as pipes:
        busy: dict[Any, Part] = {}
        for pipe in pipes:
            busy[pipe] = waiting.pop()
            pipe.send(busy[pipe])
        while busy:
            for ready in wait(list(busy)):
                assert isinstance(ready, Pipe)
                part = busy.pop(ready)
                try:
                    answer = ready.recv()
                except (EOFError, OSError):
                    raise WorkerLost("a process that replays was killed") from None
                if isinstance(answer, BaseException):
                    raise answer
                if waiting:
                    busy[ready] = waiting.pop()
                    ready.send(busy[ready])
                done(part, answer)


@contextlib.contextmanager
def _started(conninfo: str, vault: KeyVault | None, job: Job, processes: int) -> Iterator[list[Pipe]]:
    # A new interpreter for each: a copy of this one would have its connections and threads.
    context = multiprocessing.get_context("spawn")
    pipes: list[Pipe] = []
    workers = []
    try:
        for _ in range(processes):
            mine, theirs = context.Pipe()
            worker = context.Process(target=_work, args=(theirs, conninfo, vault, job), daemon=True)
            worker.start()
            theirs.close()
            pipes.append(mine)
            workers.append(worker)
        yield pipes
    finally:
        for pipe in pipes:
            pipe.close()
        for worker in workers:
            worker.terminate()
            worker.join()


def _work(pipe: Pipe, conninfo: str, vault: KeyVault | None, job: Job) -> None:
    # People's requests go first.
    os.nice(10)
    with (
        open_pool(conninfo, min_size=1, max_size=2, autocommit=True, prepare_threshold=None) as pool,
        own_connection(conninfo) as connection,
    ):
        mapper = FactMapper(PostgresSubjectKeys(pool, vault))
        while True:
            try:
                part = pipe.recv()
            except EOFError:
                return
            try:
                answer: Result | Exception = job(connection, mapper, part)
            except Exception as error:
                answer = RuntimeError(f"{type(error).__name__}: {error}")
            pipe.send(answer)
