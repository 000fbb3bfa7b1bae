"""The part of the company: fills it, plays its days against ``televent up``, and counts."""

from __future__ import annotations

import asyncio
import os
import resource
from contextlib import suppress
from typing import Any, Final

import httpx
import psycopg

from bench import filled, servers, store
from bench.company import judging, report
from bench.company.chats import Chats
from bench.company.devices import Device
from bench.company.people import Person, fill_company
from bench.company.play import Player
from bench.company.proxy import Proxy
from bench.company.schedule import first_saves, schedule
from bench.company.sizes import COMPANY, QUICK, Size
from bench.company.watch import Samples, Watch, memory
from bench.load import LoadError
from bench.part import FIRST_TASK, Outcome, Task, machine
from bench.quiet import settle

BOT_TOKEN: Final = "5550001:company-of-the-bench-0000000000000000"
SEED: Final = 14
EXCEPTIONS: Final = (
    "`televent up` with its defaults, rate limits and access log included, but: Telegram and the mail server are"
    " `televent sandbox` in a process of its own, as they are elsewhere in production; `TELEVENT_TRUSTED_PROXIES` names"
    " the load generator, which gives each device an address; device passwords are hashed cheaply, because 10,000"
    " sign-ins come in seconds and not in a quarter of an hour (as shipped 18 ms each, 0.2 cores in real time); the"
    " filled events do not remind"
)


async def measure_company(task: Task) -> Outcome:
    """Fills the company, plays its day, and then more load in steps."""
    size = QUICK if task.options.quick else COMPANY
    runs = task.options.runs
    _many_files()
    people = await _filled(task, size)
    stand_in = _stand_in(task)
    up = _televent(task, stand_in)
    with store.open_store(up) as core:
        conninfo = core.conninfo
    url = f"http://{servers.HOST}:{stand_in.port}"
    # The stand-in closes connections that were idle for five seconds, perhaps while a request is on its way.
    limits = httpx.Limits(max_connections=400, max_keepalive_connections=100, keepalive_expiry=2.0)
    async with (
        await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as database,
        await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as looking,
        httpx.AsyncClient(base_url=url, timeout=120.0, trust_env=False, limits=limits) as http,
    ):
        chats, proxy = Chats(http), Proxy(up.port, size.connections)
        devices = [Device(each, up.port, proxy, size.each) for each in people]
        player = Player(devices, chats, int(up.facts["environment"]["MAIL_LISTEN_PORT"]))
        day = Day(task, size, people, up.process.pid, player, chats, database, Watch(up.process.pid, looking))
        task.say("people with a chat begin to talk to the bot …")
        await chats.open(people)
        listening = [asyncio.create_task(chats.listen()), asyncio.create_task(chats.collect())]
        try:
            await settle(up.process.pid)
            start = await asyncio.to_thread(memory, up.process.pid)
            await day.first_saves()
            done = [await day.run(f"r{number}", SEED + number) for number in range(1, runs + 1)]
            tried = [await day.step(factor, f"s{factor:g}", SEED + 100) for factor in size.steps]
        finally:
            for each in listening:
                # One that has ended tells why.
                if not each.cancel():
                    each.result()
            await asyncio.gather(*listening, return_exceptions=True)
            await player.close()
            proxy.close()
    up.check()
    note = machine(store.postgres_version(up), task.load, EXCEPTIONS)
    return Outcome(report.report(size, done, tried, start, note), report.failed(done))


class Day:
    """Plays runs and steps on one server."""

    def __init__(
        self,
        task: Task,
        size: Size,
        people: list[Person],
        root: int,
        player: Player,
        chats: Chats,
        database: judging.Database,
        watch: Watch,
    ) -> None:
        self._task, self._size, self._people, self._root = task, size, people, root
        self._player, self._chats, self._database, self._watch = player, chats, database, watch

    async def first_saves(self) -> None:
        """Everybody saves once. Raises LoadError where that fails for somebody."""
        self._task.say("everybody saves an event …")
        ledger = await self._player.play(first_saves(self._size), "first", SEED)
        if ledger.errors or ledger.left_out:
            raise LoadError(f"first saves: {len(ledger.errors)} failed, {ledger.left_out} left out {ledger.errors[:1]}")
        await self._watch.drained(self._size.patience)

    async def run(self, name: str, seed: int) -> report.Run:
        """The day at its usual load, until no message waits; then everything owed is counted."""
        size = self._size
        self._task.say(f"run {name}: {size.seconds:g} s at {size.factor:g}× …")
        said = await self._chats.said(self._people)
        before = {number: judging.summaries_in(texts) for number, texts in said.items()}
        mails = len(self._chats.mails)
        await judging.plan_digests(self._database, size.seconds)
        run = await self._phase(size.factor, size.seconds, name, seed)
        run.settled = await self._watch.drained(size.patience)
        await settle(self._root)
        run.memory = await asyncio.to_thread(memory, self._root)
        said = await self._chats.said(self._people)
        new = await self._chats.collected(mails)
        run.balances = await judging.balances(self._database, run.ledger, self._people, said, before, new)
        run.outbox = await judging.delivered(self._database)
        self._task.say(
            f"{run.ledger.count:,} requests, {len(run.ledger.errors)} errors; settled in {run.settled:.0f} s"
        )
        return run

    async def step(self, factor: float, name: str, seed: int) -> report.Run:
        """More load, to see what gives. Waits for the messages that it left over."""
        self._task.say(f"{self._size.step:g} s at {factor:g}× …")
        run = await self._phase(factor, self._size.step, name, seed)
        await self._watch.drained(self._size.step)
        return run

    async def _phase(self, factor: float, seconds: float, name: str, seed: int) -> report.Run:
        acts, samples = schedule(self._size, factor, seconds, seed), Samples()
        looking = asyncio.create_task(self._watch.look(samples, lambda: self._player.waiting))
        try:
            ledger = await self._player.play(acts, name, seed)
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
        return report.Run(factor, ledger, samples, [])


async def _filled(task: Task, size: Size) -> list[Person]:
    total = size.accounts * size.each
    task.say(f"filling Televent with {size.accounts:,} accounts and {total:,} events …")
    with task.progress("accounts", size.accounts) as progress:
        done = {"accounts": 0, "events": 0}

        def more(what: str, count: int) -> None:
            done[what] += count
            of = size.accounts if what == "accounts" else total
            progress.update(FIRST_TASK, description=what, completed=done[what], total=of)

        meter = filled.Meter(more)
        try:
            return await asyncio.to_thread(fill_company, task.place / "televent", size, meter)
        finally:
            meter.stop.set()


def _stand_in(task: Task) -> servers.Server:
    """The stand-ins of Telegram and of a mail server, in a process of their own."""
    place = task.place / "sandbox"
    place.mkdir()
    port, smtp = servers.free_ports(2)
    environment = {
        "SANDBOX_PORT": str(port),
        "SANDBOX_SMTP_PORT": str(smtp),
        "TELEVENT_DATA_DIR": str(place),
        "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
        "LOG_LEVEL": "WARNING",
    }
    log = task.place / "sandbox.log"
    process = servers.start([*servers.TELEVENT, "sandbox"], log, **environment)
    server = servers.Server("the sandbox", "", port, "", ("", ""), process, log, {"smtp": smtp})
    task.running.callback(server.stop)
    for each in (port, smtp):
        servers.await_port(server.name, process, each, log)
    return server


def _televent(task: Task, stand_in: servers.Server) -> servers.Server:
    settings = {
        "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
        "TELEGRAM_API_BASE": f"http://{servers.HOST}:{stand_in.port}",
        "SMTP_HOST": servers.HOST,
        "SMTP_PORT": str(stand_in.facts["smtp"]),
        "SMTP_TLS": "none",
        "TELEVENT_TRUSTED_PROXIES": servers.HOST,
        "TELEVENT_RATE_LIMITS": "on",
    }
    if workers := os.environ.get("API_WORKERS"):
        settings["API_WORKERS"] = workers
    server = servers.start_televent(task.place / "televent", "INFO", sandbox=False, **settings)
    task.running.callback(server.stop)
    return server


def _many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted: Any = min(hard, 8192) if hard != resource.RLIM_INFINITY else 8192
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
