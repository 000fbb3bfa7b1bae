"""Composes WebDAV-Push: the offer of the CalDAV door, and the handlers of the worker."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from televent.adapters.caldav.home_token import home_state, home_token
from televent.adapters.caldav.properties.extensions.webdav_push import may_subscribe
from televent.adapters.caldav.sync_token import sync_token_of
from televent.adapters.outward.addresses import check_url
from televent.adapters.postgres.queues.push_book import PostgresPushBook
from televent.adapters.push.encryption import recipient
from televent.adapters.push.topics import Topics
from televent.adapters.push.vapid import Vapid, new_private_key
from televent.application.messages.outbox import Handler
from televent.application.push import Collection, Endpoint, Offer
from televent.domain.ids import AccountId
from televent.domain.inbox_item.collection import INBOX
from televent.runtime.compose import Core
from televent.settings import Settings

if TYPE_CHECKING:
    from televent.adapters.push.sender import CollectionView, PushSender
    from televent.adapters.push.service import PushServices


MAX_TOKEN = 2048
"""Max characters of a sync token in a message. A message must fit into one record (RFC 8291 §4), and a home's token may
be longer."""


MAX_URL = 1024
"""Max characters of a push resource."""


class Push:
    """The parts of WebDAV-Push that need the server's keys. Each process makes one."""

    def __init__(self, core: Core) -> None:
        settings = core.settings
        self._core = core
        self._anywhere = settings.push_hosts == "any"
        self.book = PostgresPushBook(core.pool, core.wakeups)
        vapid_key, secret = self.book.keys(new_private_key)
        self.vapid = Vapid(vapid_key, contact(settings))
        self.topics = Topics(secret)

    def offer(self) -> Offer:
        """The parts that the CalDAV door needs."""
        endpoint = partial(endpoint_of, anywhere=self._anywhere)
        return Offer(self.book, self.vapid.public_key, self.topics.of, endpoint)

    def services(self) -> PushServices:
        """The client of push services. The import is here because aiohttp takes time, which API processes save."""
        from televent.adapters.outward.client import OutwardClient
        from televent.adapters.push.service import PushServices

        clock = self._core.backend.clock
        return PushServices(self.vapid, clock, OutwardClient(clock, anywhere=self._anywhere))

    def handlers(self, services: PushServices) -> list[Handler]:
        """The handlers of push messages in the outbox."""
        return [self.sender(services)]

    def sender(self, services: PushServices) -> PushSender:
        """The handler that sends push messages."""
        from televent.adapters.push.sender import PushSender

        core = self._core
        return PushSender(services, self.book, self.topics, self.view, core.run, core.backend.clock)

    def view(self, subscriber: AccountId, collection: Collection) -> CollectionView | None:
        """The collection as the subscriber sees it now; None where the subscriber may not see it any more."""
        from televent.adapters.push.sender import CollectionView

        reads = self._core.reads
        if collection.kind == "home":
            token = home_token(home_state([*reads.collections(subscriber), *reads.mounts(subscriber)]))
            return CollectionView(token if len(token) <= MAX_TOKEN else None)
        if collection.kind == "inbox":
            inbox = reads.calendar(subscriber, INBOX)
            return CollectionView(sync_token_of(inbox)) if inbox is not None else None
        if collection.kind != "calendar":
            return CollectionView(None)
        row = reads.calendar_of(collection.owner, collection.collection_id)
        if row is not None and collection.owner != subscriber:
            row = reads.granted(collection.owner, row.name, subscriber)
            if row is not None and (row.share is None or not may_subscribe(row.share)):
                return None
        return CollectionView(sync_token_of(row)) if row is not None else None


def endpoint_of(push_resource: str, public_key: str, auth_secret: str, *, anywhere: bool) -> Endpoint:
    """The endpoint of a subscription, from the client's values.

    ``anywhere``: private addresses are allowed. Raises ValueError where no message can be sent there.
    """
    check_url(push_resource, anywhere=anywhere, longest=MAX_URL)
    to = recipient(public_key, auth_secret)
    return Endpoint(push_resource, to.public_key, to.auth_secret)


def contact(settings: Settings) -> str:
    """The contact address that push services are given (RFC 8292 §2.1)."""
    if settings.public_url is not None and settings.public_url.startswith("https:"):
        return settings.public_url
    return f"mailto:{settings.mail_sender}"
