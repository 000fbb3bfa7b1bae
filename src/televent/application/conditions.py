"""Conditions on a request: the state of the resource that a change requires (RFC 9110 §13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from televent.application.read_models.calendars import CalendarRow, ExpectCalendar
from televent.application.read_models.counters import Moment
from televent.application.read_models.resources import ResourceRow
from televent.application.refusals import PreconditionFailed


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of one request. Entity tags are unquoted; "*" may be among them. None: no such header."""

    if_match: tuple[str, ...] | None = None
    if_none_match: tuple[str, ...] | None = None
    if_schedule_tag_match: str | None = None
    if_unmodified_since: datetime | None = None
    moment: Moment | None = None
    """The state that the calendar must have (RFC 6578 §5)."""

    def check(self, resource: ResourceRow | None, calendar: CalendarRow | None = None) -> None:
        """Checks the conditions on a resource (None: there is none) and its calendar. Raises PreconditionFailed."""
        if self.moment is not None and calendar is not None and calendar.moment != self.moment:
            raise PreconditionFailed(condition="If")
        since = self.if_unmodified_since
        # HTTP knows whole seconds only.
        if since is not None and resource is not None and resource.modified_at.replace(microsecond=0) > since:
            raise PreconditionFailed(condition="If-Unmodified-Since")
        etag = resource.etag if resource is not None else None
        if self.if_match is not None and (etag is None or ("*" not in self.if_match and etag not in self.if_match)):
            raise PreconditionFailed(condition="If-Match")
        if (
            self.if_none_match is not None
            and etag is not None
            and ("*" in self.if_none_match or etag in self.if_none_match)
        ):
            raise PreconditionFailed(condition="If-None-Match")
        # RFC 6638 §8.3: a resource without a schedule tag never matches.
        wanted = self.if_schedule_tag_match
        if wanted is not None and (resource is None or resource.schedule_tag != wanted):
            raise PreconditionFailed(condition="If-Schedule-Tag-Match")

    @property
    def merging(self) -> bool:
        """True where changes that the client has not read are kept, and not a reason to refuse (RFC 6638 §3.2.10)."""
        return self.if_schedule_tag_match is not None and self.if_match is None

    @property
    def only_new(self) -> bool:
        """True where the client requires that there is no resource of that name yet."""
        return self.if_none_match is not None and "*" in self.if_none_match

    @property
    def current(self) -> bool:
        """True where a checked If-Match shows that the client has read the stored text."""
        return self.if_match is not None and "*" not in self.if_match

    def expected(self, calendar: CalendarRow | None) -> tuple[ExpectCalendar, ...]:
        """The expectations that the transaction itself checks again."""
        if self.moment is None or calendar is None:
            return ()
        return (ExpectCalendar(calendar.tenant, calendar.calendar_id, self.moment),)


NONE = Conditions()
