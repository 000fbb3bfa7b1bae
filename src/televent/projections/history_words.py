"""Writes an entry of an event's history as an English sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, assert_never

from televent.domain.calendar_object.details import Answered, Details, Guest, Occurrence, When
from televent.projections.history import Entry

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ANSWERS: Final = {
    "ACCEPTED": "accepted",
    "DECLINED": "declined",
    "TENTATIVE": "tentatively accepted",
    "DELEGATED": "delegated",
    "NEEDS-ACTION": "took back the answer to",
    "COMPLETED": "completed",
    "IN-PROCESS": "started",
}
_PROPERTIES: Final = {
    "DESCRIPTION": "the description",
    "VALARM": "the reminders",
    "ATTACH": "the attachments",
    "CATEGORIES": "the categories",
    "URL": "the link",
    "CONFERENCE": "the conference link",
    "TRANSP": "whether it shows as busy",
    "CLASS": "who may see it",
    "COLOR": "the colour",
    "PRIORITY": "the priority",
    "COMMENT": "the comment",
    "ORGANIZER": "the organizer",
}


def say(entry: Entry, name_of: Callable[[str], str], zone: tzinfo | None = None) -> str:
    """The entry as a sentence without a full stop.

    ``name_of`` gives the display name of an actor. ``zone``: the reader's time zone; None: the event's own.
    """
    who = entry.by or name_of(entry.actor)
    saying = _Saying(zone, entry.at.year)
    it = saying.it(entry.occurrence)
    was, now = entry.was, entry.now
    match entry.word:
        case "created":
            return f"{who} created {saying.event(now)}"
        case "invited":
            return f"{who} sent an invitation to {saying.event(now)}"
        case "asked-again":
            return f"{who} asks for an answer"
        case "moved":
            return saying.moved(who, it, was, now)
        case "repeats":
            return f"Repetition was {_text(was.rule if was else None)}, is now {_text(now.rule if now else None)}"
        case "title" | "place" | "status":
            label = entry.word.capitalize() if entry.occurrence is None else f"{entry.word.capitalize()} of {it}"
            return f"{label} was {_field(was, entry.word)}, is now {_field(now, entry.word)}"
        case "occurrence-added":
            return f"{who} added {it}"
        case "occurrence-removed":
            return f"{who} removed {it}"
        case "edited":
            return f"{who} changed {_joined([_PROPERTIES.get(name, name) for name in entry.properties])}"
        case "unlisted":
            what = "changes of people" if entry.guest is not None else "changed occurrences"
            return f"{entry.count} more {what} are not listed"
        case "guest-invited":
            return saying.guest(entry.guest, "was invited", "to")
        case "guest-removed":
            left = entry.guest is None or entry.guest.entirely or entry.guest.occurrences
            return saying.guest(entry.guest, "was removed" if left else "was removed from the series", "from")
        case "answered":
            return saying.answered(who, entry.answer)
        case "answered-uninvited":
            return f"{saying.answered(who, entry.answer)}, but was not invited"
        case "uninvited-refused":
            return f"{who} was told that they are not invited"
        case "proposed":
            return saying.proposed(who, it, was, now, entry.answer)
        case "proposal-accepted" | "proposal-declined":
            verb = "accepted" if entry.word == "proposal-accepted" else "declined"
            return saying.proposal_answered(f"{who} {verb}", it, now, entry.guest, entry.answer)
        case "cancelled":
            return f"{who} cancelled {it}"
        case "parked":
            return f"A mail from {who} was kept and not applied, because nothing proves who sent it"
        case "forgotten":
            return "A person of it deleted their account, and a placeholder stands for them"
        case "filed":
            return f"{who} moved it to another calendar or another name"
        case "deleted":
            return f"{who} deleted {saying.event(was)}"
        case _:
            assert_never(entry.word)


class _Saying:
    """Phrases for one reader. ``zone``: the reader's time zone; ``year``: the year that is not written."""

    def __init__(self, zone: tzinfo | None, year: int) -> None:
        self._zone = zone
        self._year = year

    def it(self, occurrence: Occurrence | None) -> str:
        """ "it", or "the occurrence of Mon 25 Oct 10:00 (Europe/London)"."""
        return "it" if occurrence is None else f"the occurrence of {self.at(occurrence.original)}"

    def event(self, details: Details | None) -> str:
        """ "Sync", Mon 25 Oct 10:00 to 11:00 (Europe/London)."""
        if details is None:
            return "it"
        title = f'"{details.title}"' if details.title else "it"
        if details.start is None:
            return title
        start, end = self._local(details.start), self._last(details)
        if end is None or end == start:
            return f"{title}, {self.at(details.start)}"
        return f"{title}, {self._written(start)} to {self._until(start, end)}{self._in(details.start)}"

    def at(self, when: When) -> str:
        """ "Mon 25 Oct 10:00 (Europe/London)"; the year only where it is not the entry's."""
        try:
            return self._written(self._local(when)) + self._in(when)
        except ValueError:  # the RECURRENCE-ID was no time
            return when.local

    def moved(self, who: str, it: str, was: Details | None, now: Details | None) -> str:
        """The old and the new time; the new end too where the duration changed."""
        if was is None or now is None or was.start is None or now.start is None:
            return f"{who} changed when {it} takes place"
        if was.start == now.start:
            if was.end is None or now.end is None:
                return f"{who} changed the end of {it}"
            return f"{who} changed the end of {it} from {self._change(was, now, self._end)}"
        sentence = f"{who} moved {it} from {self._change(was, now, self._start)}"
        if now.end is not None and self._length(was) != self._length(now):
            sentence += f", now until {self._until(self._start(now), self._end(now))}"
        return sentence

    def proposed(self, who: str, it: str, was: Details | None, now: Details | None, answer: Answered | None) -> str:
        """The proposed time, the proposed place, or both."""
        wishes = []
        if now is not None and now.start is not None and (was is None or was.start != now.start):
            wishes.append(self.at(now.start) + (f" instead of {self.at(was.start)}" if was and was.start else ""))
        elif now is not None and now.end is not None and (was is None or was.end != now.end):
            wishes.append(f"to end at {self._written(self._end(now))}{self._in(now.end)}")
        if now is not None and now.place and (was is None or was.place != now.place):
            wishes.append(f"the place {now.place}")
        for_it = "" if it == "it" else f" for {it}"
        return f"{who} proposed {_joined(wishes) or 'a change'}{for_it}{_comment(answer)}"

    def proposal_answered(
        self, done: str, it: str, now: Details | None, proposer: Guest | None, answer: Answered | None
    ) -> str:
        """ "Ann declined the time that Bob proposed, Mon 25 Oct 10:00 (Europe/London)"."""
        by = f" that {proposer.name or proposer.address} proposed" if proposer is not None else ""
        when = f", {self.at(now.start)}" if now is not None and now.start is not None else ""
        for_it = "" if it == "it" else f" for {it}"
        return f"{done} the time{by}{for_it}{when}{_comment(answer)}"

    def answered(self, who: str, answer: Answered | None) -> str:
        """ "Bob accepted", "Bob declined the occurrence of …"."""
        if answer is None:
            return f"{who} answered"
        verb = _ANSWERS.get(answer.now, f"answered {answer.now} to")
        place = self.it(answer.occurrence)
        delegate = f" to {answer.delegated_to}" if answer.delegated_to else ""
        bare = answer.occurrence is None and not verb.endswith(" to") and not delegate
        return f"{who} {verb}{'' if bare else f' {place}'}{delegate}{_guests(answer)}{_comment(answer)}"

    def guest(self, guest: Guest | None, done: str, preposition: str) -> str:
        """ "Carol was invited to the occurrence of …"."""
        if guest is None:
            return f"Somebody {done}"
        places = [self.at(each.original) for each in guest.occurrences]
        places += [f"{guest.unlisted} others"] if guest.unlisted else []
        kind = "the occurrence of" if len(places) == 1 else "the occurrences of"
        return f"{guest.name or guest.address} {done}" + (f" {preposition} {kind} {_joined(places)}" if places else "")

    def _change(self, was: Details, now: Details, side: Callable[[Details], date]) -> str:
        """ "Mon 25 Oct 10:00 to 11:00 (Europe/London)": day and zone once where they are the same."""
        assert was.start is not None
        assert now.start is not None
        before, after = side(was), side(now)
        zones = self._in(was.start), self._in(now.start)
        if zones[0] != zones[1]:
            return f"{self._written(before)}{zones[0]} to {self._written(after)}{zones[1]}"
        return f"{self._written(before)} to {self._until(before, after)}{zones[1]}"

    def _start(self, details: Details) -> date:
        assert details.start is not None
        return self._local(details.start)

    def _end(self, details: Details) -> date:
        last = self._last(details)
        assert last is not None
        return last

    def _last(self, details: Details) -> date | None:
        """The end as people say it: the last day of a whole-day event, whose DTEND is exclusive."""
        if details.end is None:
            return None
        end = self._local(details.end)
        return end if isinstance(end, datetime) else end - timedelta(days=1)

    def _length(self, details: Details) -> timedelta | None:
        if details.start is None or details.end is None:
            return None
        if details.start.utc is not None and details.end.utc is not None:
            return details.end.utc - details.start.utc
        start, end = self._local(details.start), self._local(details.end)
        return end - start if isinstance(start, datetime) == isinstance(end, datetime) else None

    def _local(self, when: When) -> date:
        if self._zone is not None and when.utc is not None:
            return when.utc.astimezone(self._zone).replace(tzinfo=None)
        return datetime.fromisoformat(when.local) if "T" in when.local else date.fromisoformat(when.local)

    def _in(self, when: When) -> str:
        if when.utc is None:
            return ""
        return f" ({self._zone if self._zone is not None else when.zone})"

    def _written(self, value: date) -> str:
        year = "" if value.year == self._year else f" {value.year}"
        clock = f" {value:%H:%M}" if isinstance(value, datetime) else ""
        return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}{year}{clock}"

    def _until(self, start: date, end: date) -> str:
        """The later time, without the date where it is on the same day."""
        if isinstance(start, datetime) and isinstance(end, datetime) and start.date() == end.date():
            return f"{end:%H:%M}"
        return self._written(end)


def _field(details: Details | None, name: str) -> str:
    if details is None:
        return "–"
    return _text({"title": details.title, "place": details.place, "status": details.status}[name])


def _text(value: str | None) -> str:
    return value or "–"


def _guests(answer: Answered) -> str:
    """ " with 2 more people"; "" where the attendee comes alone."""
    return f" with {answer.guests} more {'person' if answer.guests == 1 else 'people'}" if answer.guests else ""


def _comment(answer: Answered | None) -> str:
    return f': "{answer.comment}"' if answer is not None and answer.comment else ""


def _joined(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
