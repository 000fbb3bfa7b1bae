"""Reads an inbound calendar text with the first reader that accepts it: ours, vCalendar 1.0, or vobject.

Mail goes through here, and so should an imported file. A client's PUT does not: its text is stored as it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from televent.ical.itip.message import Message, read_message
from televent.ical.mending.lenient import read_leniently
from televent.ical.mending.vcalendar1 import is_vcalendar1, translated
from televent.ical.objects.validity import Limits
from televent.ical.text.errors import IcalError, TooLarge, TooManyAttendees

MAX_LINES: Final = 10_000
"""Max content lines of a text that came from a stranger: time and memory grow with them, and not with its bytes."""
MAX_FOLDS: Final = 30_000
"""Max folds of the content lines."""
_ROW: Final = re.compile(rb"\r+\n?|\n")
_FOLD: Final = re.compile(rb"[\r\n][ \t]")


class Reader(Enum):
    """The reader that accepted a text. The value is the text for logs."""

    OURS = "our reader"
    VCALENDAR1 = "vCalendar 1.0"
    VOBJECT = "vobject"
    NONE = "no reader"


@dataclass(frozen=True, slots=True)
class Readable:
    """A text and its reader. ``text`` is as it came, or as another reader composed it again."""

    text: bytes
    reader: Reader
    refusal: str = ""
    """Why no reader accepts it; empty where one does."""
    message: Message | None = None
    """The message that the reader returned; None where there is a refusal."""

    @property
    def note(self) -> str:
        """The text for a log; empty where our own reader accepted it."""
        if self.refusal:
            return f"{self.reader.value}: {self.refusal}"
        return "" if self.reader is Reader.OURS else f"read by {self.reader.value}"


def readable(data: bytes, *, method: str | None = None, vcalendar1: bool = False) -> Readable:
    """*data* as a text that ``read_message`` accepts. Never raises.

    ``method`` is the MIME parameter; ``vcalendar1`` says that the part is text/x-vcalendar. A vCalendar 1.0 text that
    cannot be translated is refused: the other readers would misread its rules and times.
    """
    folds = len(_FOLD.findall(data))
    if folds > MAX_FOLDS or len(_ROW.findall(data)) - folds > MAX_LINES:
        return Readable(data, Reader.NONE, f"it has more than {MAX_LINES} lines, or {MAX_FOLDS} folds")
    if is_vcalendar1(data, labelled=vcalendar1):
        try:
            return _checked(translated(data, method=method), method, Reader.VCALENDAR1)
        except IcalError as error:
            return Readable(data, Reader.NONE, f"vCalendar 1.0: {error}"[:200])
    try:
        return _checked(data, method, Reader.OURS)
    except (TooLarge, TooManyAttendees) as error:
        return Readable(data, Reader.NONE, str(error)[:200])
    except IcalError as ours:
        try:
            return _checked(read_leniently(data), method, Reader.VOBJECT)
        except IcalError as theirs:
            return Readable(data, Reader.NONE, f"{ours}; then {theirs}"[:200])


def _checked(text: bytes, method: str | None, reader: Reader) -> Readable:
    """Checks the text by reading it as an iTIP message. Raises IcalError."""
    message = read_message(text, method=method)
    most = Limits().attendees
    if any(len(part.all("ATTENDEE")) > most for _, part in message.parts.items()):
        raise TooManyAttendees(f"more than {most} attendees")
    return Readable(text, reader, message=message)
