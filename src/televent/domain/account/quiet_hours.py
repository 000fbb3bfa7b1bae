"""The hours in which a person is not written to."""

from __future__ import annotations

from datetime import datetime, timedelta

from televent.domain.account.preferences import Preferences


def quiet_until(chosen: Preferences, now: datetime) -> datetime | None:
    """The end of the quiet hours that hold at ``now``; None outside of them. ``now`` is aware, in the person's zone."""
    first, last = chosen.quiet_from, chosen.quiet_until
    if first is None or last is None or first == last:
        return None
    clock = now.time()
    quiet = first <= clock < last if first < last else clock >= first or clock < last
    if not quiet:
        return None
    day = now.date() if clock < last else now.date() + timedelta(days=1)
    return datetime.combine(day, last, now.tzinfo)
