"""All read models in one object, as adapters offer them."""

from __future__ import annotations

from typing import Protocol

from televent.application.read_models.accounts import AccountReads
from televent.application.read_models.busy import BusyReads
from televent.application.read_models.calendars import CalendarReads
from televent.application.read_models.codes import CodeReads
from televent.application.read_models.company import CompanyReads
from televent.application.read_models.counters import CounterReads
from televent.application.read_models.glance import GlanceReads
from televent.application.read_models.resources import ResourceReads
from televent.application.read_models.shares import ShareReads


class Reads(
    CalendarReads,
    ResourceReads,
    ShareReads,
    AccountReads,
    CompanyReads,
    BusyReads,
    CounterReads,
    CodeReads,
    GlanceReads,
    Protocol,
):
    """The inline read models. Synchronous; called through threads. Each method is one round trip."""
