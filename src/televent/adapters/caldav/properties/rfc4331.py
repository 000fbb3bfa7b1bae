"""RFC 4331: the quota of an account's attachments and the bytes that they use (ADR 0024).

Calendar objects do not count, because each has its own size limit. So every collection of an account has the same
values. A shared calendar has the values of its owner, and only sharees who may write see them.
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
    # §3: the value is never negative, even if the limit was lowered below the used bytes.
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
