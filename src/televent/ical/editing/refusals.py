"""Edits that an event does not allow. Nothing is changed then."""

from __future__ import annotations

from televent.ical.text.errors import IcalError


class UnknownOccurrence(IcalError):
    """The event has no such occurrence."""


class UnmovableSeries(IcalError):
    """The rule of the series cannot be moved so that each occurrence moves by the same time."""


class UnsplittableSeries(IcalError):
    """The series cannot be split in two."""
