"""Max characters of an event's texts, where Televent itself writes the event or imports it.

A text that is too long is refused with a sentence and never cut. A calendar app's own text is kept up to the size limit
of an object, so ``put_object`` does not check this.
"""

from __future__ import annotations

from typing import Final

from televent.application.refusals import TextTooLong
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.values import unescape

LIMITS: Final = {"SUMMARY": 256, "UID": 256, "DESCRIPTION": 10_000, "LOCATION": 1_024}
"""Max characters of a property, without its escapes."""


def check_length(field: str, text: str) -> None:
    """Raises TextTooLong for a text that is too long for the property ``field``, one of LIMITS."""
    if len(text) > LIMITS[field]:
        raise TextTooLong(field=field, limit=LIMITS[field], length=len(text))


def check_texts(text: CalendarText) -> None:
    """Checks each event, task and journal entry of a valid text. Raises TextTooLong, IcalError."""
    for part in text.tree.components():
        for line in part.properties:
            if line.name in LIMITS:
                check_length(line.name, unescape(line.value))
