"""The push transports and the topic of a collection (draft-bitfire-webdav-push-00, §"Push Properties")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from televent.adapters.caldav.properties.live import Getter, Live
from televent.adapters.caldav.properties.view import AnyView, CalendarView, share_of
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import WEBDAV_PUSH, push
from televent.application.push import Collection, CollectionKind, Triggers
from televent.application.read_models.share import Share
from televent.domain.sharing.access import BUSY

KINDS: Final[dict[Kind, CollectionKind]] = {
    Kind.CALENDAR: "calendar",
    Kind.HOME: "home",
    Kind.INBOX: "inbox",
    Kind.OUTBOX: "outbox",
}

SUPPORTED: Final[dict[Kind, Triggers]] = {
    # The home contains calendars and a calendar contains objects, so depth 1 covers all content. Members have no
    # properties that change without their content, so depth 0 covers all properties.
    Kind.CALENDAR: Triggers(content=1, property=0),
    Kind.HOME: Triggers(content=1, property=0),
    Kind.INBOX: Triggers(content=1, property=None),
    Kind.OUTBOX: Triggers(content=1, property=None),
}
"""Max depth of each trigger; None: not supported."""


def may_subscribe(share: Share) -> bool:
    """True if the sharee may subscribe to changes. A sharee with free/busy access may not: it would reveal changes."""
    return share.access != BUSY


def collection_of(view: AnyView) -> Collection:
    """The collection of the push subscription for this view."""
    account = view.person.account.tenant
    if isinstance(view, CalendarView):
        return Collection(view.row.tenant, "calendar", view.row.calendar_id)
    return Collection(account, KINDS[view.kind], account)


def _transports(view: AnyView) -> str | None:
    if view.person.push is None or view.person.past is not None:
        return None
    key = view.person.push.vapid_public_key
    return f'<web-push xmlns="{WEBDAV_PUSH}"><vapid-public-key type="p256ecdsa">{key}</vapid-public-key></web-push>'


def _topic(view: AnyView) -> str | None:
    return (
        view.person.push.topic(collection_of(view), view.person.account.tenant)
        if view.person.push is not None and view.person.past is None
        else None
    )


def _triggers(view: AnyView) -> str | None:
    supported = SUPPORTED[view.kind]
    content = f'<content-update xmlns="{WEBDAV_PUSH}"><D:depth>{supported.content}</D:depth></content-update>'
    if supported.property is None:
        return content
    return f'{content}<property-update xmlns="{WEBDAV_PUSH}"><D:depth>{supported.property}</D:depth></property-update>'


def _offered(read: Callable[[Any], str | None]) -> dict[Kind, Getter]:
    def getter(view: Any) -> str | None:
        share = share_of(view)
        offered = view.person.push is not None and (share is None or may_subscribe(share))
        return read(view) if offered else None

    return dict.fromkeys(KINDS, getter)


PROPERTIES: tuple[Live, ...] = (
    Live(push("transports"), _offered(_transports)),
    Live(push("topic"), _offered(_topic)),
    Live(push("supported-triggers"), _offered(_triggers)),
)
