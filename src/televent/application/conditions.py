"""Conditions on a request: what must be true of the resource for the change to be made (RFC 9110 §13)."""

from __future__ import annotations

from dataclasses import dataclass

from televent.application.ports import ResourceRow
from televent.application.refusals import PreconditionFailed


@dataclass(frozen=True, slots=True)
class Conditions:
    """Entity tags are unquoted; "*" may stand as a member. None: no such header."""

    if_match: tuple[str, ...] | None = None
    if_none_match: tuple[str, ...] | None = None
    if_schedule_tag_match: str | None = None

    def check(self, resource: ResourceRow | None) -> None:
        """Raises PreconditionFailed."""
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


NONE = Conditions()
