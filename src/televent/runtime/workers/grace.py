"""Reminds people of the erasure that they asked for, erases the accounts that are due, and takes erased people out of
the copies of others."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit
from uuid import uuid4

import structlog

from televent.adapters.postgres.wakeup import REMINDERS
from televent.adapters.sandbox.config import url_of
from televent.adapters.sandbox.erasing import SandboxAway, tell_sandbox
from televent.application.accounts.erased_people import ErasedPerson
from televent.application.event_store.context import Context
from televent.application.outage import Outage
from televent.application.use_cases.people.erasure import erase_due
from televent.application.use_cases.people.forgetting import do_errand
from televent.domain.ids import AccountId
from televent.runtime.compose import Core
from televent.runtime.workers.due_work import whenever_due

log = structlog.get_logger("televent.grace")

PAUSE, BUSY = 30.0, 0.01
"""Max seconds between two looks, and between two pages of copies: other work of the process goes on."""


async def end_grace(core: Core, stop: asyncio.Event) -> None:
    """Does all this at its time, until ``stop`` is set."""

    async def work() -> float:
        await core.run(step, core)
        return BUSY if await core.run(forget_one, core) else PAUSE

    await whenever_due(core, REMINDERS, work, stop, what="the requested erasures", longest=PAUSE)


def step(core: Core) -> None:
    """Does what is due now. An account that cannot be erased stops no other one. Raises Outage."""
    now = core.backend.clock()
    core.erasures.remind(now)
    for tenant in core.erasures.due(now):
        try:
            if erase_due(core.backend, context_of(core, tenant)):
                log.info("an account is erased, as its owner asked", account=str(tenant))
        except Outage:
            raise
        except Exception:
            log.exception("an account that is due is not erased; it is retried", account=str(tenant))


def forget_one(core: Core) -> bool:
    """Takes an erased person out of one page of copies; returns whether there was one. Raises Outage."""
    errand = core.erased_people.next(core.backend.clock())
    if errand is None:
        return False
    failed = do_errand(core.backend, errand, lambda tenant: context_of(core, tenant)) > 0
    if errand.last is None and _sandbox_keeps(core, errand.person):
        failed = True
    core.erased_people.done(errand, core.backend.clock(), failed=failed)
    return True


def _sandbox_keeps(core: Core, person: ErasedPerson) -> bool:
    """Lets the sandbox of this data directory forget the person; returns whether there is one that has not."""
    settings = core.settings
    if not (settings.data_dir / "sandbox" / "telegram.jsonl").exists():
        return False
    host = urlsplit(url_of(settings.sandbox_host, settings.sandbox_port)).hostname or settings.sandbox_host
    try:
        tell_sandbox(host, settings.sandbox_port, person)
    except SandboxAway as error:
        log.warning("the sandbox still has the chat of an erased person; it is asked again", error=str(error))
        return True
    return False


def context_of(core: Core, tenant: AccountId) -> Context:
    """The context of a command that no person gives."""
    command_id = uuid4()
    return Context(tenant, "system", "courier", core.backend.clock(), command_id, command_id.hex)
