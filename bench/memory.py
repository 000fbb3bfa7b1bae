"""The memory part: measures the API process while a large calendar streams to fast and slow readers."""

from __future__ import annotations

import asyncio
import socket
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import dav, events, filled, processes, store, table
from bench.large import BIG, LARGE, QUICK, SMALL, SMALL_ITEMS, filled_calendars
from bench.load import TIMEOUT, LoadError
from bench.part import Outcome, Task, listed, machine
from bench.quiet import settle
from bench.servers import HOST
from bench.site import Site

LIMIT = 50
"""Max megabytes above idle."""
STREAMS = (
    ("sync-collection from nothing", b"<D:response>", 2 * processes.MEGABYTE),
    ("PROPFIND depth 1, etags", b"<D:response>", 2 * processes.MEGABYTE),
    ("calendar-query of everything, with data", b"BEGIN:VEVENT", 8 * processes.MEGABYTE),
    ("GET of the calendar as one .ics", b"BEGIN:VEVENT", 8 * processes.MEGABYTE),
)
"""Title of an answer, a mark that it contains once per event, and bytes per second of a slow reader."""
BUFFER = 64 * 1024
"""Bytes of a reader's buffer."""
TOGETHER = 4
"""Number of readers at the same time."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A request whose answer contains every event; ``slow`` is in bytes per second."""

    request: bytes
    title: str
    mark: bytes
    slow: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement: ``size`` is the bytes of all answers, ``pace`` the bytes per second of a slow reader.

    ``idle``, ``peak`` and ``after`` are the bytes of memory of the process before, at most and afterwards.
    """

    stream: Stream
    readers: int
    pace: int | None
    size: int
    seconds: float
    idle: int
    peak: int
    after: int

    @property
    def who(self) -> str:
        """Number and speed of the readers, for the table."""
        how = "fast" if self.pace is None else f"{self.pace / processes.MEGABYTE:g} MB/s"
        return f"{self.readers} × {how}" if self.readers > 1 else how


async def measure_memory(task: Task) -> Outcome:
    """Measures all streams, each with a new API process.

    It uses the data of the part at 100,000 events; without them it fills the same data.
    """
    scale = QUICK if task.options.quick else LARGE
    earlier = task.place.parent / "large" / "televent"
    place = earlier if (earlier / "owner.json").exists() else task.place / "televent"
    login = await filled_calendars(task, place, scale)
    readings: list[Reading] = []
    version = ""
    for number in range(len(STREAMS)):
        server = filled.start_filled(place, login)
        task.running.callback(server.stop)
        version = store.postgres_version(server)
        readings += await one_process(task, Site(server, scale), number)
        server.stop()
    idle = statistics.median(each.idle for each in readings) / processes.MEGABYTE
    note = machine(
        version,
        task.load,
        f"{scale.items:,} events of about 650 bytes in one calendar",
        f"each kind of answer from an API process of its own, which is at {idle:.0f} MB after its start and one such"
        f" request of each kind for a calendar of {SMALL_ITEMS:,}; peaks are VmHWM, counted from the start for each"
        " row",
    )
    return Outcome(report(readings, note), False)


async def one_process(task: Task, site: Site, number: int) -> list[Reading]:
    """Measures one kind of answer in a process that has sent no answer of this size before."""
    process = processes.service(site.server.process.pid, "api")
    # One small request of each kind first: imports, compiled code and connections are not the cost of streaming.
    site.collection = SMALL
    for stream in streams(site):
        await read(site, stream.request, None)
    await settle(site.server.process.pid)
    site.collection = BIG
    stream, idle = streams(site)[number], processes.resident(process)
    readings = []
    for readers, pace in ((1, None), (1, stream.slow), (TOGETHER, None)):
        task.say(f"{stream.title}, {readers} × {'fast' if pace is None else 'slow'} …")
        readings.append(await observe(site, stream, process, idle, readers, pace))
    return readings


def streams(site: Site) -> list[Stream]:
    """The streams of the site's calendar."""
    calendar = site.calendar
    requests = (
        site.request("REPORT", calendar, dav.sync_collection("")),
        site.request("PROPFIND", calendar, dav.ETAGS, depth=1),
        site.request("REPORT", calendar, dav.query(*events.EVER), depth=1),
        site.request("GET", calendar),
    )
    return [Stream(request, *what) for request, what in zip(requests, STREAMS, strict=True)]


async def observe(site: Site, stream: Stream, process: int, idle: int, readers: int, pace: int | None) -> Reading:
    """Reads the whole stream with ``readers`` readers at once. Raises LoadError where an answer is incomplete."""
    processes.forget_peak(process)
    began = time.perf_counter()
    counted = await asyncio.gather(
        *(read(site, stream.request, pace, stream.mark) for _ in range(readers)),
    )
    seconds = time.perf_counter() - began
    peak = processes.peak(process)
    for size, found in counted:
        if found < site.scale.items:
            raise LoadError(f"{stream.title}: {found} events in {size} bytes, not {site.scale.items}")
    size = sum(size for size, _ in counted)
    return Reading(stream, readers, pace, size, seconds, idle, peak, processes.resident(process))


async def read(site: Site, request: bytes, pace: int | None, mark: bytes = b"BEGIN:VEVENT") -> tuple[int, int]:
    """Bytes of the answer, and the number of times that it contains ``mark``.

    With ``pace`` the reader has small buffers and reads that many bytes per second. Raises LoadError.
    """
    plain = socket.socket()
    plain.setblocking(False)
    if pace is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    await asyncio.get_running_loop().sock_connect(plain, (HOST, site.server.port))
    reader, writer = await asyncio.open_connection(sock=plain, limit=BUFFER)
    size, found, tail, head = 0, 0, b"", b""
    began = time.perf_counter()
    try:
        writer.write(request.replace(b"User-Agent: bench", b"User-Agent: bench\r\nConnection: close", 1))
        while data := await asyncio.wait_for(reader.read(BUFFER), TIMEOUT):
            head = head or data
            size += len(data)
            seen = tail + data
            found += seen.count(mark)
            # A mark may be split between two pieces; the tail is shorter than a mark, so none counts twice.
            tail = seen[len(seen) - len(mark) + 1 :]
            if pace is not None:
                await asyncio.sleep(max(0.0, size / pace - (time.perf_counter() - began)))
    except (OSError, TimeoutError) as error:
        raise LoadError(f"the answer broke off after {size} bytes: {error}") from error
    finally:
        writer.close()
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 207")):
        raise LoadError(head[:200].decode("utf-8", "replace"))
    return size, found


def report(readings: Sequence[Reading], note: str) -> str:
    """The table and the goals missed."""
    lines = [["answer", "readers", "sent", "time", "peak above idle", "after", "verdict"]]
    missed = []
    for each in readings:
        verdict = judged(each.peak, each.idle)
        megabytes = each.size / processes.MEGABYTE
        shown = [each.who, f"{megabytes:,.0f} MB", f"{each.seconds:.1f} s"]
        shown += [f"{(value - each.idle) / processes.MEGABYTE:+.1f} MB" for value in (each.peak, each.after)]
        lines.append([each.stream.title, *shown, str(verdict)])
        if not verdict.met:
            missed.append(f"{each.stream.title}, {each.who}: {verdict}")
    return "\n\n".join([table.grid(lines), note, "Goals missed:", listed(missed)])


def judged(peak: int, idle: int) -> table.Verdict:
    """Whether the process stayed within the limit."""
    above = (peak - idle) / processes.MEGABYTE
    return table.Verdict(f"≤ {LIMIT} MB", f"{above:.1f} MB", above <= LIMIT)
