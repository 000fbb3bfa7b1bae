"""Subscribing to a calendar at a URL, and giving the subscription up."""

from __future__ import annotations

import html
from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid5

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.feeds.taken import KEEPER, Subscription
from televent.application.outward import BadUrl
from televent.application.refusals import (
    InvalidUrl,
    TooManySubscriptions,
    UnknownAccount,
    UnknownCalendar,
    UnknownSubscription,
)
from televent.application.use_cases.calendars.calendars import change_calendar
from televent.application.use_cases.calendars.sharing import (
    DISPLAY_NAME,
    answer_share,
    share_calendar,
    withdraw_share,
)
from televent.application.use_cases.people.accounts import (
    DEFAULT_CALENDAR,
    change_profile,
    default_calendar_id,
    erase_account,
    open_account,
)
from televent.domain.ids import AccountId
from televent.domain.sharing.access import READ
from televent.domain.sharing.access import share_id as share_id_of

NAMELESS = "Calendar"
WEBCAL = ("webcal://", "webcals://")


def subscribe(backend: Backend, context: Context, *, url: str, title: str) -> Subscription:
    """Subscribes to the calendar at ``url``, which a worker reads at once. ``title`` "": that of the calendar itself.
    The same URL again is the same subscription. Raises InvalidUrl, TooManySubscriptions."""
    url = address_of(backend, url)
    keeper = AccountId(uuid5(context.command_id, KEEPER))
    made = Subscription(context.tenant, keeper, url, title or NAMELESS, bool(title), context.now, context.now)
    kept = backend.subscriptions.add(made)
    if kept is None:
        raise TooManySubscriptions()
    if kept != made:
        return kept
    # No worker may do the same at the same time: two of them would open one account twice.
    settle_in(backend, context, made)
    backend.subscriptions.begin(made)
    return made


def address_of(backend: Backend, url: str) -> str:
    """The URL at which a calendar is read; webcal: is https. Nothing is sent. Raises InvalidUrl."""
    for scheme in WEBCAL:
        if url.lower().startswith(scheme):
            url = f"https://{url[len(scheme) :]}"
    try:
        backend.check_url(url)
    except BadUrl as error:
        raise InvalidUrl(reason=str(error)) from error
    return url


def settle_in(backend: Backend, context: Context, subscription: Subscription) -> UUID | None:
    """Opens the account of the calendar and shares it with the subscriber, as far as that is not done yet. Returns the
    calendar's id; None where the subscriber took the calendar out of their home, by which they give it up."""
    keeper = _keeper(context, subscription, "open")
    if backend.reads.account(subscription.keeper) is None:
        open_account(backend, keeper, telegram_id=None, name=subscription.title)
        _entitle(backend, keeper, subscription.title)
    row = backend.reads.calendar(subscription.keeper, DEFAULT_CALENDAR)
    if row is None:
        raise UnknownCalendar(name=DEFAULT_CALENDAR)
    granted = row.shares.get(str(subscription.tenant))
    if granted is not None and granted["status"] == "declined":
        return None
    if granted is None:
        sharee = backend.people.account(subscription.tenant)
        share_calendar(
            backend, _keeper(context, subscription, "share"), name=DEFAULT_CALENDAR, sharee=sharee, access=READ
        )
    if granted is None or granted["status"] != "accepted":
        taken = replace(
            context, tenant=subscription.tenant, actor=KEEPER, command_id=uuid5(context.command_id, "accept")
        )
        answer_share(backend, taken, share_id=share_id_of(row.calendar_id, subscription.tenant), accept=True)
    return row.calendar_id


def retitle(backend: Backend, context: Context, subscription: Subscription) -> None:
    """Gives the calendar the subscription's title. A title that the person gave it in their home stays above it."""
    own = _keeper(context, subscription, "title")
    change_profile(backend, own, name=subscription.title)
    _entitle(backend, own, subscription.title)


def unsubscribe(backend: Backend, context: Context, *, keeper: UUID) -> None:
    """Gives a subscription up: its calendar is gone at once. Raises UnknownSubscription."""
    if not backend.subscriptions.remove(context.tenant, keeper):
        raise UnknownSubscription()
    end_keeper(backend, context, AccountId(keeper))


def refresh(backend: Backend, context: Context, *, keeper: UUID) -> Subscription:
    """Lets a calendar be read at once, or a minute after the last time. Raises UnknownSubscription."""
    found = backend.subscriptions.hurry(context.tenant, keeper, context.now)
    if found is None:
        raise UnknownSubscription()
    return found


def calendar_of(subscription: Subscription) -> UUID:
    """The id of the subscription's calendar."""
    return default_calendar_id(subscription.keeper)


def end_keeper(backend: Backend, context: Context, keeper: AccountId) -> None:
    """Erases the account of a calendar that nobody subscribes to any more. Idempotent."""
    own = replace(context, tenant=keeper, actor=KEEPER, command_id=uuid5(context.command_id, f"end/{keeper}"))
    row = backend.reads.calendar(keeper, DEFAULT_CALENDAR)
    for sharee in row.shares if row is not None else ():
        each = replace(own, command_id=uuid5(own.command_id, sharee))
        with suppress(UnknownCalendar):
            withdraw_share(backend, each, name=DEFAULT_CALENDAR, sharee=AccountId(UUID(sharee)))
    with suppress(UnknownAccount):
        erase_account(backend, own)
    backend.subscriptions.forget(keeper)


def _keeper(context: Context, subscription: Subscription, purpose: str) -> Context:
    command_id = uuid5(context.command_id, f"{subscription.keeper}/{purpose}")
    return replace(context, tenant=subscription.keeper, actor=KEEPER, command_id=command_id)


def _entitle(backend: Backend, context: Context, title: str) -> None:
    shown = html.escape(title, quote=False)
    named = replace(context, command_id=uuid5(context.command_id, f"title/{title}"))
    change_calendar(backend, named, name=DEFAULT_CALENDAR, set={DISPLAY_NAME: shown})
