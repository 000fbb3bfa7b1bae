"""The composition root: it makes the parts of an installation and connects them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeVar
from uuid import uuid4

import structlog

from televent.adapters.outward.addresses import check_url
from televent.adapters.person_keys.files import FileVault
from televent.adapters.person_keys.revoked import FileRevocations
from televent.adapters.postgres.dav_index.attachments import PostgresAttachments
from televent.adapters.postgres.dav_index.read_store import PostgresReads
from televent.adapters.postgres.event_store.group_commit import GroupCommit
from televent.adapters.postgres.event_store.origins import PostgresOrigins
from televent.adapters.postgres.event_store.recorder import PostgresRecorder
from televent.adapters.postgres.event_store.shard import raise_base
from televent.adapters.postgres.event_store.subject_keys import PostgresSubjectKeys
from televent.adapters.postgres.feeds.given import PostgresFeeds
from televent.adapters.postgres.feeds.taken import PostgresSubscriptions
from televent.adapters.postgres.feeds.teams import PostgresTeams
from televent.adapters.postgres.followers.push_feed import PUSH
from televent.adapters.postgres.followers.runner import Following, Runner, following, register
from televent.adapters.postgres.keeping.erased_people import PostgresErasedPeople
from televent.adapters.postgres.keeping.grace import ErasureQueue
from televent.adapters.postgres.live.change_reads import PostgresChanges
from televent.adapters.postgres.pool import LivePool, await_database, open_pool
from televent.adapters.postgres.pulse import Pulse
from televent.adapters.postgres.queues.access.api_keys import PostgresApiKeys
from televent.adapters.postgres.queues.access.device_setups import PostgresDeviceSetups
from televent.adapters.postgres.queues.access.pending_accounts import PostgresPendingAccounts
from televent.adapters.postgres.queues.access.sessions import PostgresSessions
from televent.adapters.postgres.queues.archive_requests import PostgresArchiveRequests
from televent.adapters.postgres.queues.chats.chats import PostgresChats
from televent.adapters.postgres.queues.chats.drafts import PostgresDrafts
from televent.adapters.postgres.queues.chats.living_messages import PostgresLivingMessages
from televent.adapters.postgres.queues.chats.usernames import PostgresUsernames
from televent.adapters.postgres.queues.kept_answers import PostgresKeptAnswers
from televent.adapters.postgres.queues.mail.answer_links import PostgresAnswerLinks
from televent.adapters.postgres.queues.mail.code_mails import PostgresCodeMails
from televent.adapters.postgres.queues.mail.event_mails import PostgresEventMails
from televent.adapters.postgres.queues.mail.mail_book import PostgresMailBook
from televent.adapters.postgres.queues.mail.parked_mails import PostgresParkedMails
from televent.adapters.postgres.queues.mail.sent_mail import PostgresSentMail
from televent.adapters.postgres.queues.outbox import PostgresOutbox
from televent.adapters.postgres.queues.webhooks import PostgresWebhooks
from televent.adapters.postgres.rate_limit import PostgresRateLimit
from televent.adapters.postgres.reminders.reminder_queue import ReminderQueue
from televent.adapters.postgres.reminders.snoozes import PostgresSnoozes
from televent.adapters.postgres.reports.holdings import PostgresHoldings
from televent.adapters.postgres.reports.own_history import PostgresOwnHistory
from televent.adapters.postgres.schema.newer import check_schema
from televent.adapters.postgres.schema.store_format import check_store_format
from televent.adapters.postgres.search.index import PostgresSearchIndex
from televent.adapters.postgres.session import leads_to_pooler, require_direct
from televent.adapters.postgres.wakeup import Wakeups
from televent.application.accounts.passwords import Passwords
from televent.application.address_book import AddressBook
from televent.application.backend import Backend
from televent.application.event_store.mapper import FactMapper
from televent.application.event_store.store import Store
from televent.application.followers import Policy, Projection
from televent.application.revocations import NoRegister
from televent.policies.account_news import LINKED_TELEGRAM
from televent.policies.courier import LocalCourier
from televent.policies.mail_notices import MAIL_NOTICES
from televent.policies.notices import NOTICES
from televent.policies.team_mail import TEAM_MAIL
from televent.policies.webhooks import WEBHOOKS
from televent.projections.due_reminders import DUE_REMINDERS
from televent.projections.inline import inline_writes
from televent.projections.search import SEARCH
from televent.runtime.person_keys import revoked_place, vault_of
from televent.runtime.warm_threads import WarmThreads
from televent.settings import Settings

log = structlog.get_logger("televent.runtime.compose")

T = TypeVar("T")

FOLLOWERS: Final[tuple[Projection | Policy, ...]] = (
    NOTICES,
    MAIL_NOTICES,
    TEAM_MAIL,
    LINKED_TELEGRAM,
    DUE_REMINDERS,
    SEARCH,
    WEBHOOKS,
)
"""Everything that reacts to the log. A new reaction is a new file in policies/ or projections/, and its name here."""


@dataclass
class Core:
    """All parts of the installation except the doors. Call ``close`` at the end, or use ``open_core``."""

    settings: Settings
    conninfo: str
    direct: str | None
    """The address of PostgreSQL itself, for whatever needs a session; None where only that of a pooler is known."""
    pool: LivePool
    wakeups: Wakeups
    recorder: PostgresRecorder
    store: Store
    reads: PostgresReads
    outbox: PostgresOutbox
    mail_book: PostgresMailBook
    reminders: ReminderQueue
    search: PostgresSearchIndex
    erasures: ErasureQueue
    erased_people: PostgresErasedPeople
    answer_links: PostgresAnswerLinks
    attachments: PostgresAttachments
    rate_limit: PostgresRateLimit
    keys: PostgresSubjectKeys
    vault: FileVault | None
    """The keys of persons in files; None where they are in the database."""
    backend: Backend
    threads: WarmThreads
    pulse: Pulse

    async def run(self, function: Callable[..., T], *args: object) -> T:
        """Calls synchronous code in a thread, and returns its result."""
        return await self.threads.call(function, *args)

    @property
    def followers(self) -> tuple[Following, ...]:
        """The consumers of the log in this installation."""
        return (*map(following, FOLLOWERS), *([PUSH] if self.settings.push == "on" else []))

    def runners(self) -> list[Runner]:
        """New runners of all consumers, for this process."""
        return [Runner(self.store, self.pool, self.wakeups, each, self.backend.clock) for each in self.followers]

    def close(self) -> None:
        """Ends the threads and closes the connections."""
        self.threads.shutdown(wait=True, cancel_futures=True)
        self.outbox.close()
        self.wakeups.close()
        self.pulse.close()
        self.pool.close()


def now() -> datetime:
    """The current time: the clock of the running program."""
    return datetime.now(UTC)


def build_core(settings: Settings, conninfo: str, passwords: Passwords | None = None) -> Core:
    """Makes the core on a migrated database. ``passwords`` None: hashed at the product's cost.

    Raises DatabaseUnavailable, WrongStoreFormat, NewerSchema, NeedsSession; OperatorError for keys of persons that
    cannot be used.
    """
    vault = vault_of(settings)
    await_database(conninfo, 30.0)
    pooled = settings.pgbouncer or leads_to_pooler(conninfo)
    direct = direct_address(settings, conninfo, pooled=pooled)
    pool = open_pool(
        conninfo,
        min_size=min(4, settings.pool_size),
        max_size=settings.pool_size,
        prepare_threshold=None if pooled else 2,
        autocommit=True,
        generic_plans=not pooled,
    )
    try:
        with pool.connection() as connection:
            check_store_format(connection)
            check_schema(connection)
            raise_base(connection)
    except BaseException:
        pool.close()
        raise
    wakeups = Wakeups(direct or conninfo, listens=direct is not None)
    keys = PostgresSubjectKeys(pool, vault)
    origins = PostgresOrigins(pool)
    pool.on_other_server += [lambda _: keys.forget_all(), lambda _: origins.forget(), raise_base]
    recorder = PostgresRecorder(pool, wakeups, pooled=pooled)
    store = Store(recorder, FactMapper(keys), inline_writes)
    reads = PostgresReads(pool)
    outbox = PostgresOutbox(pool, wakeups)
    revoked = revoked_place(settings.person_keys)
    attachments = PostgresAttachments(pool, keys, settings.attachments_mb * 1024 * 1024)
    search = PostgresSearchIndex(pool, following(SEARCH))
    backend = Backend(
        store=store,
        reads=reads,
        people=AddressBook(reads, settings.mail_domain, settings.internal_domain, settings.public_path),
        clock=now,
        ids=uuid4,
        passwords=passwords or Passwords(),
        attachments=attachments,
        code_mails=PostgresCodeMails(pool),
        chats=PostgresChats(pool),
        living=PostgresLivingMessages(pool),
        snoozes=PostgresSnoozes(pool),
        usernames=PostgresUsernames(pool),
        drafts=PostgresDrafts(pool),
        sent_mail=PostgresSentMail(pool),
        parked=PostgresParkedMails(pool),
        event_mails=PostgresEventMails(pool),
        origins=origins,
        holdings=PostgresHoldings(pool, keys),
        sessions=PostgresSessions(pool, wakeups),
        search=search,
        changes=PostgresChanges(pool),
        setups=PostgresDeviceSetups(pool),
        archive_requests=PostgresArchiveRequests(pool),
        own_history=PostgresOwnHistory(pool, origins),
        api_keys=PostgresApiKeys(pool),
        pending=PostgresPendingAccounts(pool, wakeups),
        kept_answers=PostgresKeptAnswers(pool),
        feeds=PostgresFeeds(pool),
        subscriptions=PostgresSubscriptions(pool, wakeups, keys),
        teams=PostgresTeams(pool),
        webhooks=PostgresWebhooks(pool, wakeups, keys),
        check_url=partial(check_url, anywhere=settings.outward_hosts == "any"),
        free_busy=settings.free_busy,
        revocations=NoRegister() if revoked is None else FileRevocations(revoked),
        mail_quiet=timedelta(seconds=settings.mail_gather_seconds),
    )
    backend.courier = LocalCourier(backend, outbox, GroupCommit)
    core = Core(
        settings=settings,
        conninfo=conninfo,
        direct=direct,
        pool=pool,
        wakeups=wakeups,
        recorder=recorder,
        store=store,
        reads=reads,
        outbox=outbox,
        mail_book=PostgresMailBook(pool),
        reminders=ReminderQueue(pool, wakeups, backend.people.addresses_of, following(DUE_REMINDERS)),
        search=search,
        erasures=ErasureQueue(pool, wakeups),
        erased_people=PostgresErasedPeople(pool),
        answer_links=PostgresAnswerLinks(pool),
        attachments=attachments,
        rate_limit=PostgresRateLimit(pool),
        keys=keys,
        vault=vault,
        backend=backend,
        threads=WarmThreads(settings.pool_size, "televent"),
        pulse=Pulse(pool),
    )
    register(pool, core.followers)
    core.pulse.start()
    return core


def direct_address(settings: Settings, conninfo: str, *, pooled: bool) -> str | None:
    """The address of PostgreSQL itself; None where it is not known. Raises NeedsSession where DATABASE_DIRECT_URL leads
    elsewhere."""
    if settings.database_direct_url is None:
        return None if pooled else conninfo
    direct = settings.database_direct_url.get_secret_value()
    await_database(direct, 30.0)
    require_direct(direct, conninfo)
    return direct


@contextlib.asynccontextmanager
async def open_core(settings: Settings) -> AsyncIterator[Core]:
    """The core for the block. DATABASE_URL must be set. Raises as ``build_core``."""
    assert settings.database_url is not None
    core = await asyncio.to_thread(build_core, settings, settings.database_url.get_secret_value())
    if core.direct is None:
        log.warning("DATABASE_URL leads through a pooler and DATABASE_DIRECT_URL is not set: changes are polled for")
    try:
        yield core
    finally:
        await asyncio.to_thread(core.close)
