"""Errors of calendar objects, each with the CalDAV precondition that it breaks (RFC 4791 §5.3.2.1)."""

from __future__ import annotations


class IcalError(Exception):
    """A text that cannot be accepted.

    IcalError
     ├── InvalidCalendarData      it is not iCalendar                      CALDAV:valid-calendar-data
     ├── InvalidCalendarObject    iCalendar, but no calendar object        CALDAV:valid-calendar-object-resource
     ├── MixedOrganizers          components of different organizers       CALDAV:same-organizer-in-all-components
     ├── UnsupportedComponent     a kind that is not stored                CALDAV:supported-calendar-component
     ├── TooManyInstances         more occurrences than the limit          CALDAV:max-instances
     ├── TooManyAttendees         more attendees than the limit            CALDAV:max-attendees-per-instance
     ├── TooLarge                 more bytes, lines or depth               CALDAV:max-resource-size
     ├── TooEarly                 before the earliest supported time       CALDAV:min-date-time
     └── TooLate                  after the latest supported time          CALDAV:max-date-time
    """

    precondition = "valid-calendar-data"


class InvalidCalendarData(IcalError):
    """The text is not iCalendar."""

    precondition = "valid-calendar-data"


class InvalidCalendarObject(IcalError):
    """The text is iCalendar, but not one calendar object (RFC 4791 §4.1)."""

    precondition = "valid-calendar-object-resource"


class MixedOrganizers(IcalError):
    """The components of one object name different organizers (RFC 6638 §3.2.4.2)."""

    precondition = "same-organizer-in-all-components"


class UnsupportedComponent(IcalError):
    """The component is of a kind that is not stored."""

    precondition = "supported-calendar-component"


class TooManyInstances(IcalError):
    """The recurrence has more instances than the limit."""

    precondition = "max-instances"


class TooManyAttendees(IcalError):
    """An event has more attendees than the limit."""

    precondition = "max-attendees-per-instance"


class TooLarge(IcalError):
    """The text has more bytes, lines or levels than the limit."""

    precondition = "max-resource-size"


class TooEarly(IcalError):
    """The object has a time before the earliest supported one."""

    precondition = "min-date-time"


class TooLate(IcalError):
    """The object has a time after the latest supported one."""

    precondition = "max-date-time"
