"""The story that each calendar program plays with Ann: a series of meetings, organized by each side in turn.

Each step is one check. A step needs those before it, so after a failure the rest of its half counts as not passed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from interop.by_mail.program import Kept, Program
from interop.by_mail.town import ANN, ZED, Town
from interop.result import Result
from support.waiting import wait_until

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2027, 5, 3, 10, tzinfo=BERLIN)
"""A Monday. Nothing in the story depends on today, but a meeting of the past would be told to nobody."""
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
SERIES = [FIRST + WEEK * number for number in range(4)]
ZEDS_UID, ANNS_UID = "zeds-series@example.net", "anns-series"
EVENT = """BEGIN:VEVENT
UID:{uid}
DTSTAMP:20261101T000000Z
SUMMARY:{title}
LOCATION:Room 4
DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}
DTEND;TZID=Europe/Berlin:{end:%Y%m%dT%H%M%S}
{more}END:VEVENT
"""
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//Calendar app 1//EN
{events}END:VCALENDAR
"""
PEOPLE = f"""ORGANIZER;CN=Ann:mailto:{ANN}
ATTENDEE;CN=Ann;PARTSTAT=ACCEPTED:mailto:{ANN}
ATTENDEE;CN=Zed;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{ZED}
"""


def play(name: str, town: Town, program: Program) -> Result:
    """Plays both halves; the result has one test for each step."""
    short: list[str] = []
    total = 0
    for half in (Zeds(town, program), Anns(town, program)):
        steps = half.steps()
        total += len(steps)
        for place, step in enumerate(steps):
            try:
                step()
            except Exception as error:
                why = f"{type(error).__name__}: {error}"[:400]
                short.append(f"{step.__name__}: {why}")
                short += [f"{later.__name__}: needs {step.__name__}" for later in steps[place + 1 :]]
                break
    return Result(name, total - len(short), total, total, short=short)


class Zeds:
    """The program's person organizes, Ann is the guest. Zed is a stranger to her."""

    def __init__(self, town: Town, program: Program) -> None:
        self.ann, self.program = town.ann, program
        self.card: dict[str, Any] = {}

    def steps(self) -> Sequence[Callable[[], None]]:
        """In their order."""
        return (
            self.its_request_is_asked_about,
            self.its_request_becomes_a_card,
            self.it_takes_our_reply,
            self.its_moved_series_moves_here,
            self.its_moved_occurrence_moves_here,
            self.its_cancellation_cancels_here,
        )

    def its_request_is_asked_about(self) -> None:
        more = "RRULE:FREQ=WEEKLY;COUNT=4\n"
        event = EVENT.format(uid=ZEDS_UID, title="Zed's series", start=FIRST, end=FIRST + HOUR, more=more)
        self.program.invites(event, [ANN])
        asked = self.ann.hears("from a sender you do not know", "Zed's series", "that is proven")
        assert not self.ann.text(ZEDS_UID), "it is in her calendar before she was asked"
        self.ann.taps(asked, "Apply")

    def its_request_becomes_a_card(self) -> None:
        self.card = self.ann.hears("Zed", "invited you", "Zed's series")
        here(self.ann.text(ZEDS_UID), SERIES)

    def it_takes_our_reply(self) -> None:
        self._accept("ACCEPTED")

    def its_moved_series_moves_here(self) -> None:
        later = FIRST + 2 * HOUR
        self.program.moves(ZEDS_UID, wall(later), wall(later + HOUR))
        self.card = self.ann.hears("Zed's series", "was", "now")
        here(self.ann.text(ZEDS_UID), [each + 2 * HOUR for each in SERIES])
        self._accept("ACCEPTED")

    def its_moved_occurrence_moves_here(self) -> None:
        was, now = SERIES[1] + 2 * HOUR, SERIES[1] + 26 * HOUR
        self.program.moves(ZEDS_UID, wall(now), wall(now + HOUR), was=utc(was))
        self.ann.hears("Zed's series", "was", "now")
        here(self.ann.text(ZEDS_UID), [now if place == 1 else each + 2 * HOUR for place, each in enumerate(SERIES)])

    def its_cancellation_cancels_here(self) -> None:
        self.program.cancels(ZEDS_UID)
        self.ann.hears("Zed's series", "was cancelled")
        here(self.ann.text(ZEDS_UID), [])

    def _accept(self, status: str) -> None:
        self.ann.taps(self.card, "Accept")
        self.ann.hears("You accepted this invitation.")
        shown = self.program.opens_next_mail()
        assert shown.method == "REPLY", shown
        self.program.applies()
        kept = self.program.kept(ZEDS_UID)
        assert kept is not None
        assert kept.answers[ANN] == status, kept


class Anns:
    """Ann organizes in her calendar app, the program's person is the guest."""

    def __init__(self, town: Town, program: Program) -> None:
        self.ann, self.program = town.ann, program

    def steps(self) -> Sequence[Callable[[], None]]:
        """In their order."""
        return (
            self.it_shows_our_request,
            self.it_accepts_and_ann_is_told,
            self.it_follows_a_moved_series,
            self.it_follows_a_moved_occurrence,
            self.it_declines_one_occurrence,
            self.it_follows_a_cancelled_occurrence,
            self.it_follows_the_cancellation,
        )

    def it_shows_our_request(self) -> None:
        lines = f"RRULE:FREQ=WEEKLY;COUNT=4\n{PEOPLE}"
        event = EVENT.format(uid=ANNS_UID, title="Ann's series", start=FIRST, end=FIRST + HOUR, more=lines)
        self.ann.puts(CALENDAR.format(events=event), ANNS_UID)
        shown = self.program.opens_next_mail()
        assert (shown.method, "Ann's series" in shown.subject) == ("REQUEST", True), shown

    def it_accepts_and_ann_is_told(self) -> None:
        self.program.accepts()
        self._there(SERIES)
        self._told("accepted", "ACCEPTED")

    def it_follows_a_moved_series(self) -> None:
        text = plain(self.ann.text(ANNS_UID))
        for was in (FIRST + HOUR, FIRST):
            text = text.replace(wall(was), wall(was + HOUR))
        self.ann.puts(text, ANNS_UID)
        shown = self.program.opens_next_mail()
        assert shown.method == "REQUEST", shown
        self.program.accepts()
        self._there([each + HOUR for each in SERIES])
        self._told("accepted", "ACCEPTED")

    def it_follows_a_moved_occurrence(self) -> None:
        text = plain(self.ann.text(ANNS_UID))
        self.ann.puts(with_override(text, SERIES[2] + HOUR, SERIES[2] + 25 * HOUR), ANNS_UID)
        shown = self.program.opens_next_mail()
        assert shown.method == "REQUEST", shown
        self.program.accepts()
        self._there(self._after_the_move())
        self.ann.hears("Zed accepted", "Ann's series", f"May {SERIES[2].day}")

    def it_declines_one_occurrence(self) -> None:
        day = SERIES[1] + HOUR
        self.program.answers(ANNS_UID, utc(day), "DECLINED")
        self.ann.hears("Zed: accepted → declined", "Ann's series", f"May {day.day}")
        kept = self._kept()
        assert kept.answers_at[utc(day)][ZED] == "DECLINED", kept
        wait_until(lambda: partstat_at(self.ann.text(ANNS_UID), day) == "DECLINED", what="Ann's copy has the answer")

    def it_follows_a_cancelled_occurrence(self) -> None:
        gone = SERIES[3] + HOUR
        line = f"EXDATE;TZID=Europe/Berlin:{wall(gone)}\nEND:VEVENT\n"
        text = plain(self.ann.text(ANNS_UID))
        self.ann.puts(text.replace("END:VEVENT\n", line, 1), ANNS_UID)
        shown = self.program.opens_next_mail()
        assert shown.method in ("CANCEL", "REQUEST"), shown
        self.program.applies()
        self._there(self._after_the_move()[:3])

    def it_follows_the_cancellation(self) -> None:
        self.ann.deletes(ANNS_UID)
        shown = self.program.opens_next_mail()
        assert shown.method == "CANCEL", shown
        self.program.applies()
        kept = self.program.kept(ANNS_UID)
        assert kept is None or not kept.starts, kept

    def _after_the_move(self) -> list[datetime]:
        return [SERIES[0] + HOUR, SERIES[1] + HOUR, SERIES[2] + 25 * HOUR, SERIES[3] + HOUR]

    def _told(self, words: str, status: str) -> None:
        self.ann.hears(f"Zed {words}", "Ann's series")
        assert f"PARTSTAT={status}" in line_of(self.ann.text(ANNS_UID), ZED)
        assert self._kept().answers[ZED] == status

    def _there(self, wanted: Sequence[datetime]) -> None:
        kept = self._kept()
        assert kept.starts == tuple(sorted(map(utc, wanted))), kept.starts
        here(self.ann.text(ANNS_UID), wanted)

    def _kept(self) -> Kept:
        kept = self.program.kept(ANNS_UID)
        assert kept is not None, "it is not in the program's calendar"
        return kept


def with_override(text: str, was: datetime, now: datetime) -> str:
    """The text as a calendar app stores it after one occurrence was moved: the series, and a copy for that one."""
    head, _, rest = text.partition("BEGIN:VEVENT\n")
    series, _, tail = rest.partition("END:VEVENT\n")
    moved = [f"RECURRENCE-ID;TZID=Europe/Berlin:{wall(was)}"]
    moved += [f"DTSTART;TZID=Europe/Berlin:{wall(now)}", f"DTEND;TZID=Europe/Berlin:{wall(now + HOUR)}"]
    moved += [each for each in series.splitlines() if not each.startswith(("RRULE", "DTSTART", "DTEND"))]
    one = "\n".join(moved)
    return f"{head}BEGIN:VEVENT\n{series}END:VEVENT\nBEGIN:VEVENT\n{one}\nEND:VEVENT\n{tail}"


def here(text: str, wanted: Sequence[datetime]) -> None:
    """Asserts that the occurrences of Ann's copy that take place are at these times."""
    assert starts(text) == sorted(map(utc, wanted)), starts(text)


def starts(text: str) -> list[str]:
    """The starts in UTC of the occurrences that take place; none where there is no text."""
    if not text:
        return []
    found = recurring_ical_events.of(Calendar.from_ical(text)).between(2027, 2028)
    return sorted(utc(each["DTSTART"].dt) for each in found if each.get("STATUS") != "CANCELLED")


def partstat_at(text: str, start: datetime) -> str:
    """Zed's answer for the occurrence at that time."""
    for each in recurring_ical_events.of(Calendar.from_ical(text)).at(start):
        people = each["ATTENDEE"] if isinstance(each["ATTENDEE"], list) else [each["ATTENDEE"]]
        found = [who.params.get("PARTSTAT", "") for who in people if who.endswith(ZED)]
        if found:
            return str(found[0])
    return ""


def line_of(text: str, address: str) -> str:
    """The first ATTENDEE line of that address."""
    return next(each for each in plain(text).splitlines() if each.startswith("ATTENDEE") and address in each)


def plain(text: str) -> str:
    """The text without folds, with lines that end in LF."""
    return text.replace("\r\n", "\n").replace("\n ", "")


def wall(moment: datetime) -> str:
    """The time on a clock in Berlin."""
    return f"{moment.astimezone(BERLIN):%Y%m%dT%H%M%S}"


def utc(moment: datetime) -> str:
    """The time in UTC, as iCalendar writes it."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
