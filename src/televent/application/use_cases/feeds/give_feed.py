"""Giving a calendar to those who know a secret address, and taking it back."""

from __future__ import annotations

from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.feeds.given import Content, Feed, digest
from televent.application.refusals import TooManyFeeds, UnknownCalendar, UnknownFeed
from televent.application.revocations import Revocation


def give_feed(
    backend: Backend, context: Context, *, calendar_id: UUID, content: Content, description: str, secret: str
) -> Feed:
    """Makes a feed of one of the person's own calendars. Raises UnknownCalendar, TooManyFeeds."""
    _own(backend, context, calendar_id)
    feed = Feed(context.tenant, context.command_id, calendar_id, content, description, context.now)
    if not backend.feeds.add(feed, digest(secret)):
        raise TooManyFeeds()
    return feed


def list_feeds(backend: Backend, context: Context, *, calendar_id: UUID) -> list[Feed]:
    """The feeds of one of the person's own calendars. Raises UnknownCalendar."""
    _own(backend, context, calendar_id)
    return backend.feeds.of_calendar(context.tenant, calendar_id)


def end_feed(backend: Backend, context: Context, *, calendar_id: UUID, feed_id: UUID) -> None:
    """Ends a feed at once. Raises UnknownFeed."""
    if feed_id in {feed.feed_id for feed in backend.feeds.of_calendar(context.tenant, calendar_id)}:
        backend.revocations.note(Revocation("feed", context.tenant, feed_id), context.now)
    if not backend.feeds.remove(context.tenant, calendar_id, feed_id):
        raise UnknownFeed()


def _own(backend: Backend, context: Context, calendar_id: UUID) -> None:
    if calendar_id not in {each.calendar_id for each in backend.reads.calendars(context.tenant)}:
        raise UnknownCalendar()
