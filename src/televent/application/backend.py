"""The parts that use cases work with: the store, the read models, the address book, the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from televent.application.accounts.api_keys import ApiKeys
from televent.application.accounts.archive_requests import ArchiveRequests
from televent.application.accounts.code_mails import CodeMails
from televent.application.accounts.device_setups import DeviceSetups
from televent.application.accounts.holdings import OpenHoldings
from televent.application.accounts.kept_answers import KeptAnswers
from televent.application.accounts.origins import Origins
from televent.application.accounts.own_history import OwnHistory
from televent.application.accounts.passwords import Passwords
from televent.application.accounts.pending_accounts import PendingAccounts
from televent.application.accounts.sessions import Sessions
from televent.application.accounts.usernames import Usernames
from televent.application.address_book import AddressBook
from televent.application.attachments import Attachments
from televent.application.chats import Chats
from televent.application.drafts import Drafts
from televent.application.event_store.context import Context
from televent.application.event_store.store import Store
from televent.application.feeds.given import Feeds
from televent.application.feeds.taken import Subscriptions
from televent.application.living_messages import LivingMessages
from televent.application.mail_records.event_mails import EventMails
from televent.application.mail_records.parked_mails import ParkedMails
from televent.application.mail_records.sent_mail import SentMail
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.changes import ChangeReads
from televent.application.read_models.reads import Reads
from televent.application.read_models.reminders import Snoozes
from televent.application.read_models.search import SearchIndex
from televent.application.revocations import NoRegister, Revocations
from televent.application.teams import Teams
from televent.application.webhooks.book import Webhooks
from televent.domain.account.free_busy import KNOWN

Clock = Callable[[], datetime]
Ids = Callable[[], UUID]

OBJECT_LIMIT: Final = 1024 * 1024
"""Max bytes of one calendar object."""
INLINE_RECIPIENTS: Final = 25
"""Max local deliveries by a door before it answers; a worker does the others."""


class Courier(Protocol):
    """Delivers outbox messages to accounts here, at once, and returns the error of each, None without one.

    Raises Outage; then a worker delivers those that are left.
    """

    def deliver(self, context: Context, messages: Sequence[OutboxMessage]) -> list[Exception | None]: ...


@dataclass
class Backend:
    """The parts that every use case is given. One per process."""

    store: Store
    reads: Reads
    people: AddressBook
    clock: Clock
    ids: Ids
    passwords: Passwords
    attachments: Attachments
    code_mails: CodeMails
    chats: Chats
    living: LivingMessages
    snoozes: Snoozes
    usernames: Usernames
    drafts: Drafts
    sent_mail: SentMail
    parked: ParkedMails
    event_mails: EventMails
    origins: Origins
    holdings: OpenHoldings
    sessions: Sessions
    search: SearchIndex
    changes: ChangeReads
    setups: DeviceSetups
    archive_requests: ArchiveRequests
    own_history: OwnHistory
    api_keys: ApiKeys
    pending: PendingAccounts
    kept_answers: KeptAnswers
    webhooks: Webhooks
    feeds: Feeds
    subscriptions: Subscriptions
    teams: Teams
    check_url: Callable[[str], None]
    """Checks the text of a URL to which requests are to be sent. Raises BadUrl."""
    free_busy: str = KNOWN
    """The audience of free/busy for accounts that chose none (domain.account.free_busy)."""
    courier: Courier | None = None
    revocations: Revocations = field(default_factory=NoRegister)
    """Is told before a revocation is made."""
    mail_quiet: timedelta = timedelta(seconds=30)
    """Time without changes after which guests elsewhere are mailed the changes of a meeting."""
