"""RFC 4331: the room that attachments may take, and what they take of it (ADR 0024).

Calendar objects are bounded one by one and count nothing. So every collection of an account says the same, and a
calendar of somebody else's says what its owner has, to whom may put something there.
"""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties.live import COLLECTIONS, Live, live
from televent.adapters.caldav.properties.view import AnyView, Quota, share_of
from televent.adapters.caldav.webdav.names import d
from televent.domain.sharing.access import READ_WRITE

QUOTA: Final = (d("quota-available-bytes"), d("quota-used-bytes"))


def _available(view: AnyView) -> str | None:
    quota = _quota(view)
    # §3: never less than nothing, also where the limit was lowered.
    return None if quota is None else str(max(0, quota.limit - quota.used))


def _used(view: AnyView) -> str | None:
    quota = _quota(view)
    return None if quota is None else str(quota.used)


def _quota(view: AnyView) -> Quota | None:
    share = share_of(view)
    if share is None:
        return view.person.quotas.get(view.person.account.tenant)
    return view.person.quotas.get(share.owner) if share.access == READ_WRITE else None


PROPERTIES: tuple[Live, ...] = (live(QUOTA[0], COLLECTIONS, _available), live(QUOTA[1], COLLECTIONS, _used))
