"""The part about memory: what the API process holds while a large calendar streams, to fast readers and slow ones."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import dav, events, filled, processes, store, table
from bench.large import BIG, LARGE, QUICK, SMALL, filled_calendars
from bench.load import REFUSED_AFTER, LoadError
from bench.part import Outcome, Task, listed, machine
from bench.quiet import settle
from bench.servers import HOST
from bench.site import Site

LIMIT = 50
"""Megabytes above idle."""
SLOW = 2 * processes.MEGABYTE
"""Octets a second."""
BUFFER = 64 * 1024
TOGETHER = 4


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer with every event in it. ``mark`` stands in it once for each."""

    title: str
    request: bytes
    mark: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What was seen while so many readers read: octets of the whole, seconds, the process's peak and what stayed."""

    stream: Stream
    readers: int
    pace: int | None
    octets: int
    seconds: float
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
    server = filled.start_filled(place, resident)
    task.running.callback(server.stop)
    process = processes.service(server.process.pid, "api")
    site = Site(server, scale, collection=BIG)
    small = Site(server, scale, collection=SMALL)
    # Once each: what is imported, compiled or opened by the first request is not what streaming takes.
    for stream in streams(small):
        await read(site, stream.request, None)
    settle(server.process.pid)
    idle = processes.resident(process)
    readings = []
    for stream in streams(site):
        for readers, pace in ((1, None), (1, SLOW), (TOGETHER, None)):
            task.say(f"{stream.title}, {readers} × {'fast' if pace is None else 'slow'} …")
            readings.append(await observe(site, stream, process, readers, pace))
    note = machine(
        store.postgres_version(server),
        task.load,
        f"{scale.items:,} events of about 650 bytes in one calendar",
        f"API process at {idle / processes.MEGABYTE:.1f} MB after a start and one such request each of a small"
        " calendar; peaks are VmHWM, counted anew for each row",
    )
    return Outcome(report(readings, idle, note), False)


def streams(site: Site) -> list[Stream]:
    """What can be asked of a calendar as a whole."""
    calendar = site.calendar
    return [
        Stream(
            "sync-collection from nothing",
            site.request("REPORT", calendar, dav.sync_collection("")),
            b"<D:response>",
        ),
        Stream("PROPFIND depth 1, etags", site.request("PROPFIND", calendar, dav.ETAGS, depth=1), b"<D:response>"),
        Stream(
            "calendar-query of everything, with data",
            site.request("REPORT", calendar, dav.query(*events.EVER), depth=1),
            b"BEGIN:VEVENT",
        ),
        Stream("GET of the calendar as one .ics", site.request("GET", calendar), b"BEGIN:VEVENT"),
    ]


async def observe(site: Site, stream: Stream, process: int, readers: int, pace: int | None) -> Reading:
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
    return Reading(stream, readers, pace, octets, seconds, peak, processes.resident(process))


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


def report(readings: Sequence[Reading], idle: int, note: str) -> str:
    """The table and the goals missed."""
    lines = [["answer", "readers", "sent", "time", "peak above idle", "after", "verdict"]]
    missed = []
    for each in readings:
        verdict = judged(each.peak, idle)
        megabytes = each.octets / processes.MEGABYTE
        shown = [each.who, f"{megabytes:,.0f} MB", f"{each.seconds:.1f} s"]
        shown += [f"{(value - idle) / processes.MEGABYTE:+.1f} MB" for value in (each.peak, each.after)]
        lines.append([each.stream.title, *shown, str(verdict)])
        if not verdict.met:
            missed.append(f"{each.stream.title}, {each.who}: {verdict}")
    return "\n\n".join([table.grid(lines), note, "Goals missed:", listed(missed)])


def judged(peak: int, idle: int) -> table.Verdict:
    """Whether the process stayed within the limit."""
    above = (peak - idle) / processes.MEGABYTE
    return table.Verdict(f"≤ {LIMIT} MB", f"{above:.1f} MB", above <= LIMIT)
