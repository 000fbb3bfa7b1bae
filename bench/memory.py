"""The part about memory: what the API process holds while a large calendar streams, to fast readers and slow ones."""

from __future__ import annotations

import asyncio
import socket
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import dav, events, filled, processes, store, table
from bench.large import BIG, LARGE, QUICK, SMALL, SMALL_ITEMS, filled_calendars
from bench.load import REFUSED_AFTER, LoadError
from bench.part import Outcome, Task, listed, machine
from bench.quiet import settle
from bench.servers import HOST
from bench.site import Site

LIMIT = 50
"""Megabytes above idle."""
STREAMS = (
    ("sync-collection from nothing", b"<D:response>", 2 * processes.MEGABYTE),
    ("PROPFIND depth 1, etags", b"<D:response>", 2 * processes.MEGABYTE),
    ("calendar-query of everything, with data", b"BEGIN:VEVENT", 8 * processes.MEGABYTE),
    ("GET of the calendar as one .ics", b"BEGIN:VEVENT", 8 * processes.MEGABYTE),
)
"""What is asked for, what stands in the answer once for each event, and how fast a slow reader reads it, in octets a
second."""
BUFFER = 64 * 1024
TOGETHER = 4


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer with every event in it."""

    request: bytes
    title: str
    mark: bytes
    slow: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What was seen while so many readers read: octets of the whole, seconds, and in octets what the process held
    before, at most and afterwards."""

    stream: Stream
    readers: int
    pace: int | None
    octets: int
    seconds: float
    idle: int
    peak: int
    after: int

    @property
    def who(self) -> str:
        how = "fast" if self.pace is None else f"{self.pace / processes.MEGABYTE:g} MB/s"
        return f"{self.readers} × {how}" if self.readers > 1 else how


async def measure_memory(task: Task) -> Outcome:
    """On the data of the part at 100,000 if it has been, else on its like; the API process is a fresh one."""
    scale = QUICK if task.options.quick else LARGE
    earlier = task.place.parent / "large" / "televent"
    place = earlier if (earlier / "owner.json").exists() else task.place / "televent"
    resident = await filled_calendars(task, place, scale)
    readings: list[Reading] = []
    version = ""
    for number in range(len(STREAMS)):
        server = filled.start_filled(place, resident)
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
        f" request of each kind for a calendar of {SMALL_ITEMS:,}; peaks are VmHWM, counted anew for each row",
    )
    return Outcome(report(readings, note), False)


async def one_process(task: Task, site: Site, number: int) -> list[Reading]:
    """One kind of answer, from a process that has given none of this size yet."""
    process = processes.service(site.server.process.pid, "api")
    # Once each: what is imported, compiled or opened by the first request is not what streaming takes.
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
    """What can be asked of the site's calendar as a whole."""
    calendar = site.calendar
    requests = (
        site.request("REPORT", calendar, dav.sync_collection("")),
        site.request("PROPFIND", calendar, dav.ETAGS, depth=1),
        site.request("REPORT", calendar, dav.query(*events.EVER), depth=1),
        site.request("GET", calendar),
    )
    return [Stream(request, *what) for request, what in zip(requests, STREAMS, strict=True)]


async def observe(site: Site, stream: Stream, process: int, idle: int, readers: int, pace: int | None) -> Reading:
    """Lets so many readers read it whole at once. Raises LoadError where an answer is not whole."""
    processes.forget_peak(process)
    began = time.perf_counter()
    counted = await asyncio.gather(
        *(read(site, stream.request, pace, stream.mark) for _ in range(readers)),
    )
    seconds = time.perf_counter() - began
    peak = processes.peak(process)
    for octets, found in counted:
        if found < site.scale.items:
            raise LoadError(f"{stream.title}: {found} events in {octets} octets, not {site.scale.items}")
    octets = sum(octets for octets, _ in counted)
    return Reading(stream, readers, pace, octets, seconds, idle, peak, processes.resident(process))


async def read(site: Site, request: bytes, pace: int | None, mark: bytes = b"BEGIN:VEVENT") -> tuple[int, int]:
    """Octets of the answer, and how often ``mark`` was in it. A slow reader has small buffers and reads so many octets
    a second. Raises LoadError."""
    plain = socket.socket()
    plain.setblocking(False)
    if pace is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    await asyncio.get_running_loop().sock_connect(plain, (HOST, site.server.port))
    reader, writer = await asyncio.open_connection(sock=plain, limit=BUFFER)
    octets, found, tail, head = 0, 0, b"", b""
    began = time.perf_counter()
    try:
        writer.write(request.replace(b"User-Agent: bench", b"User-Agent: bench\r\nConnection: close", 1))
        while data := await asyncio.wait_for(reader.read(BUFFER), REFUSED_AFTER):
            head = head or data
            octets += len(data)
            seen = tail + data
            found += seen.count(mark)
            # What ends the piece may be the beginning of a mark, and is no whole one.
            tail = seen[len(seen) - len(mark) + 1 :]
            if pace is not None:
                await asyncio.sleep(max(0.0, octets / pace - (time.perf_counter() - began)))
    except (OSError, TimeoutError) as error:
        raise LoadError(f"the answer broke off after {octets} octets: {error}") from error
    finally:
        writer.close()
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 207")):
        raise LoadError(head[:200].decode("utf-8", "replace"))
    return octets, found


def report(readings: Sequence[Reading], note: str) -> str:
    """The table and the goals missed."""
    lines = [["answer", "readers", "sent", "time", "peak above idle", "after", "verdict"]]
    missed = []
    for each in readings:
        verdict = judged(each.peak, each.idle)
        megabytes = each.octets / processes.MEGABYTE
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
