"""A person changes all of an event, one occurrence, or the rest of a series. Only the lines of the change differ."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ical_texts import calendar, event
from series_shapes import BERLIN, END, NOW, SHAPES, instances, times, walls

from televent.ical.editing.changes import EventChange, reminders_of
from televent.ical.editing.copying import copied
from televent.ical.editing.event_edits import change_all, change_one, remove_attendee, remove_following, remove_one
from televent.ical.editing.refusals import UnknownOccurrence, UnmovableSeries, UnsplittableSeries
from televent.ical.editing.splitting import split_series
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.validity import validate

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = ZoneInfo("Europe/Berlin")
WEEKLY = CalendarText(SHAPES["weekly over a clock change"])
CHANGED = CalendarText(SHAPES["with changed occurrences"])


def lines(text: CalendarText) -> list[bytes]:
    return text.raw.split(b"\r\n")


def differing(before: CalendarText, after: CalendarText) -> tuple[list[bytes], list[bytes]]:
    """The lines that only one of the two has."""
    return (
        [each for each in lines(before) if each not in lines(after)],
        [each for each in lines(after) if each not in lines(before)],
    )


# ---- texts and reminders -------------------------------------------------------------------------------------------


def test_a_new_title_touches_its_own_line_only() -> None:
    text = CalendarText(calendar(event("X-Odd;A=1:kept\\, as it came", "SUMMARY;LANGUAGE=en:Lunch", "LOCATION:Room")))
    gone, come = differing(text, change_all(text, EventChange(title="Tea; with milk"), now=NOW))
    assert gone == [b"DTSTAMP:20261101T090000Z", b"SUMMARY;LANGUAGE=en:Lunch"]
    assert come == [b"DTSTAMP:20261102T080000Z", b"SUMMARY:Tea\\; with milk"]


def test_the_same_value_changes_nothing() -> None:
    text = CalendarText(calendar(event("SUMMARY:Lunch", "LOCATION:Room")))
    assert change_all(text, EventChange(title="Lunch", place="Room", description=""), now=NOW) == text


def test_a_changed_text_loses_its_other_forms() -> None:
    text = CalendarText(
        calendar(event('DESCRIPTION;ALTREP="http://x.test":Old', "X-ALT-DESC;FMTTYPE=text/html:<b>Old</b>", "GEO:1;2"))
    )
    after = change_all(text, EventChange(description="New", place="There"), now=NOW).raw
    assert b"DESCRIPTION:New\r\n" in after
    assert b"ALT" not in after
    assert b"GEO" not in after


def test_an_empty_text_takes_the_line_away() -> None:
    text = CalendarText(calendar(event("LOCATION:Room")))
    assert b"LOCATION" not in change_all(text, EventChange(place=""), now=NOW).raw


def test_reminders_that_stay_keep_their_lines() -> None:
    kept = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER;RELATED=START:-PT15M\nX-APPLE-LOCAL:1\nDESCRIPTION:Hm\nEND:VALARM"
    mail = "BEGIN:VALARM\nACTION:EMAIL\nTRIGGER:-PT2H\nSUMMARY:S\nDESCRIPTION:D\nATTENDEE:mailto:a@x.test\nEND:VALARM"
    gone = "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT5M\nEND:VALARM"
    text = CalendarText(calendar(event("SUMMARY:Sync", kept, mail, gone)))
    after = change_all(text, EventChange(reminders=(15, 1440)), now=NOW)
    assert reminders_of(after.tree.components("VEVENT")[0]) == (15, 1440)
    assert b"X-APPLE-LOCAL" in after.raw
    assert b"ACTION:EMAIL" in after.raw
    assert b"-PT5M" not in after.raw
    assert b"TRIGGER:-P1D" in after.raw
    validate(after)


def test_what_one_occurrence_has_alone_stays_when_the_series_changes() -> None:
    after = change_all(CHANGED, EventChange(title="Meeting"), now=NOW)
    assert [each.summary for each in after.reading.instances()] == ["Meeting", "Meeting", "Party"]


# ---- moving --------------------------------------------------------------------------------------------------------


def test_a_moved_series_keeps_its_wall_clock_over_a_clock_change() -> None:
    after = change_all(WEEKLY, EventChange(by=HOUR), now=NOW)
    assert [each.hour for each in walls(after)[:4]] == [11, 11, 11, 11]
    assert [start.hour for start, _ in times(after)[:2]] == [9, 10]
    assert {end - start for start, end in times(after)} == {HOUR}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("by", [HOUR, -HOUR, DAY, 7 * DAY, 2 * DAY + 3 * HOUR])
def test_a_move_moves_every_instance_and_back(name: str, by: timedelta) -> None:
    text = CalendarText(SHAPES[name])
    start = instances(text)[0].start
    if not isinstance(start, datetime) and by % DAY:
        with pytest.raises(UnmovableSeries):
            change_all(text, EventChange(by=by), now=NOW)
        return
    if name in ("first Monday", "leap days") and by >= DAY:
        with pytest.raises(UnmovableSeries):
            change_all(text, EventChange(by=by), now=NOW)
        return
    there = change_all(text, EventChange(by=by), now=NOW)
    validate(there)
    assert walls(there) == [each + by for each in walls(text)]
    back = change_all(there, EventChange(by=-by), now=NOW)
    assert times(back) == times(text)


def test_the_weekdays_of_a_rule_move_with_it() -> None:
    after = change_all(CalendarText(SHAPES["several weekdays"]), EventChange(by=DAY), now=NOW)
    assert b"RRULE:FREQ=WEEKLY;BYDAY=TU,TH,SA" in after.raw


def test_new_times_of_one_occurrence_move_all_by_as_much() -> None:
    second = instances(CHANGED)[2]
    assert second.recurrence_id == "20261102T090000Z"
    start = datetime(2026, 11, 3, 12, 30, tzinfo=ZONE)
    change = EventChange(times=(start, start + 2 * HOUR))
    after = change_all(CHANGED, change, now=NOW, recurrence_id=second.recurrence_id)
    assert walls(after) == [each + DAY + timedelta(hours=2, minutes=30) for each in walls(CHANGED)]
    assert {end - start for start, end in times(after)} == {2 * HOUR}


def test_times_in_another_zone_are_written_in_the_events_zone() -> None:
    start = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    single = CalendarText(calendar(event("DTEND;TZID=Europe/Berlin:20261019T110000", start=BERLIN)))
    after = change_all(single, EventChange(times=(start, start + HOUR)), now=NOW).raw
    assert b"DTSTART;TZID=Europe/Berlin:20261122T160000" in after
    assert b"DTEND;TZID=Europe/Berlin:20261122T170000" in after


def test_a_timed_event_becomes_a_whole_day_and_back() -> None:
    single = CalendarText(calendar(event("DURATION:PT1H", start=BERLIN)))
    day = change_all(single, EventChange(times=(date(2026, 11, 22), date(2026, 11, 23))), now=NOW)
    assert b"DTSTART;VALUE=DATE:20261122\r\n" in day.raw
    start = datetime(2026, 11, 22, 15, 0, tzinfo=ZONE)
    timed = change_all(day, EventChange(times=(start, start + HOUR)), now=NOW)
    assert times(timed) == [(start.astimezone(UTC), (start + HOUR).astimezone(UTC))]
    assert b"BEGIN:VTIMEZONE" in timed.raw
    validate(timed)
    with pytest.raises(UnmovableSeries):
        change_all(WEEKLY, EventChange(times=(date(2026, 11, 22), date(2026, 11, 23))), now=NOW)


def test_an_alarm_at_a_fixed_time_moves_with_the_event() -> None:
    alarm = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER;VALUE=DATE-TIME:20261019T070000Z\nEND:VALARM"
    text = CalendarText(calendar(event(END, alarm, start=BERLIN)))
    assert b"TRIGGER;VALUE=DATE-TIME:20261020T070000Z" in change_all(text, EventChange(by=DAY), now=NOW).raw


# ---- one occurrence ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHAPES)
def test_one_occurrence_moves_and_the_others_stay(name: str) -> None:
    text = CalendarText(SHAPES[name])
    which = instances(text)[2]
    assert which.recurrence_id is not None
    after = change_one(text, EventChange(by=DAY), now=NOW, recurrence_id=which.recurrence_id)
    validate(after)
    moved = [(start + DAY, end + DAY) if start == times(text)[2][0] else (start, end) for start, end in times(text)]
    shown = [(each.replace(tzinfo=None)) for each in walls(after)]
    assert len(times(after)) == len(moved)
    if "clock" not in name:
        assert sorted(times(after)) == sorted(moved)
    assert len(shown) == len(walls(text))


def test_one_occurrence_gets_a_component_and_the_series_keeps_its_bytes() -> None:
    after = change_one(WEEKLY, EventChange(title="Once"), now=NOW, recurrence_id="20261102T090000Z")
    series = WEEKLY.raw[WEEKLY.raw.index(b"BEGIN:VEVENT") : WEEKLY.raw.index(b"END:VCALENDAR")]
    assert series in after.raw
    override = after.reading.overrides[0]
    assert (override.summary, override.recurrence_id) == ("Once", "20261102T090000Z")
    assert override.start == datetime(2026, 11, 2, 10, 0, tzinfo=ZONE)


def test_an_occurrence_that_is_not_there_is_refused() -> None:
    for wrong in ("20261103T090000Z", "20261102", "nonsense", "99990101T000000Z"):
        with pytest.raises(UnknownOccurrence):
            change_one(WEEKLY, EventChange(title="x"), now=NOW, recurrence_id=wrong)
        with pytest.raises(UnknownOccurrence):
            remove_one(WEEKLY, wrong, now=NOW)


@pytest.mark.parametrize("name", SHAPES)
def test_one_occurrence_is_removed(name: str) -> None:
    text = CalendarText(SHAPES[name])
    which = instances(text)[1]
    assert which.recurrence_id is not None
    after = remove_one(text, which.recurrence_id, now=NOW)
    assert after is not None
    validate(after)
    expected = [each for each in times(text, 30) if each != times(text)[1]]
    assert times(after, 29)[: len(expected)] == expected[:29]


def test_the_last_occurrence_takes_the_event_away() -> None:
    text = CalendarText(calendar(event(END, "RRULE:FREQ=WEEKLY;COUNT=1", start=BERLIN)))
    assert remove_one(text, "20261019T080000Z", now=NOW) is None


# ---- this and all following ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("place", [1, 2])
def test_both_halves_together_have_the_instances_of_the_series(name: str, place: int) -> None:
    text = CalendarText(SHAPES[name])
    which = instances(text)[place]
    assert which.recurrence_id is not None
    split = split_series(text, which.recurrence_id, uid="2@example.com", now=NOW)
    assert split.before is not None
    validate(split.before)
    validate(split.rest)
    assert split.rest.reading.uid == "2@example.com"
    assert times(split.before) == times(text)[:place]
    rest = times(text)[place:]
    assert times(split.rest, len(rest)) == rest
    assert len(times(split.rest)) == len(rest) or len(times(text)) == 40


@pytest.mark.parametrize("name", SHAPES)
def test_the_following_occurrences_are_removed(name: str) -> None:
    text = CalendarText(SHAPES[name])
    first, third = instances(text)[0].recurrence_id, instances(text)[2].recurrence_id
    assert first is not None
    assert third is not None
    after = remove_following(text, third, now=NOW)
    assert after is not None
    assert times(after) == times(text)[:2]
    assert remove_following(text, first, now=NOW) is None


def test_a_rule_that_has_ended_before_the_cut_stays() -> None:
    lines = ("RRULE:FREQ=DAILY;COUNT=3", "RDATE;TZID=Europe/Berlin:20261025T100000,20261027T100000")
    text = CalendarText(calendar(event(END, *lines, start=BERLIN)))
    split = split_series(text, "20261025T090000Z", uid="2@example.com", now=NOW)
    assert split.before is not None
    assert times(split.before) == times(text)[:3]
    assert times(split.rest) == times(text)[3:]


def test_changed_and_removed_occurrences_go_with_their_half() -> None:
    split = split_series(CHANGED, "20261102T090000Z", uid="2@example.com", now=NOW)
    assert split.before is not None
    assert [each.recurrence_id for each in split.before.reading.overrides] == ["20261026T090000Z"]
    assert [each.recurrence_id for each in split.rest.reading.overrides] == ["20261109T090000Z"]
    assert {each.uid for each in (split.rest.reading,)} == {"2@example.com"}


def test_guests_of_the_second_half_are_asked_again() -> None:
    text = CalendarText(
        calendar(
            event(
                END,
                "SEQUENCE:4",
                "RRULE:FREQ=WEEKLY",
                "ORGANIZER:mailto:ann@example.com",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.com",
                "ATTENDEE;PARTSTAT=ACCEPTED;SCHEDULE-STATUS=1.2;CN=Bob:mailto:bob@example.com",
                start=BERLIN,
            )
        )
    )
    rest = split_series(text, "20261026T090000Z", uid="2@example.com", now=NOW).rest
    assert b'ATTENDEE;PARTSTAT=NEEDS-ACTION;CN="Bob";RSVP=TRUE:mailto:bob@example.com' in rest.raw
    assert b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.com" in rest.raw
    assert b"SEQUENCE" not in rest.raw


def test_a_series_that_cannot_be_split_is_refused() -> None:
    ranged = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261026T100000",
        start="DTSTART;TZID=Europe/Berlin:20261026T120000",
    )
    text = CalendarText(calendar(event(END, "RRULE:FREQ=WEEKLY", start=BERLIN), ranged))
    with pytest.raises(UnsplittableSeries):
        split_series(text, "20261102T090000Z", uid="2@example.com", now=NOW)
    with pytest.raises(UnsplittableSeries):
        change_one(text, EventChange(title="x"), now=NOW, recurrence_id="20261026T090000Z")
    later = change_one(text, EventChange(title="x"), now=NOW, recurrence_id="20261102T090000Z").reading.overrides[-1]
    assert later.start == datetime(2026, 11, 2, 12, 0, tzinfo=ZONE)


# ---- copies, rules, guests -----------------------------------------------------------------------------------------

MEETING = CalendarText(
    calendar(
        event(
            END,
            "SEQUENCE:2",
            "RRULE:FREQ=WEEKLY",
            "ORGANIZER:mailto:ann@example.com",
            "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.com",
            "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.com",
            start=BERLIN,
        )
    )
)


def test_a_copy_of_one_occurrence_does_not_repeat() -> None:
    copy = copied(MEETING, "20261026T090000Z", uid="3@example.com", now=NOW, guests=True, me={"ann@example.com"})
    assert times(copy) == [(datetime(2026, 10, 26, 9, tzinfo=UTC), datetime(2026, 10, 26, 10, tzinfo=UTC))]
    assert [each.partstat for each in copy.reading.instances()[0].attendees] == ["ACCEPTED", "NEEDS-ACTION"]
    alone = copied(MEETING, None, uid="3@example.com", now=NOW, guests=False, me={"ann@example.com"})
    assert times(alone) == times(MEETING)
    assert b"ATTENDEE" not in alone.raw
    assert b"ORGANIZER" not in alone.raw


def test_a_new_rule_takes_away_what_no_longer_fits() -> None:
    after = change_all(CHANGED, EventChange(rule="FREQ=DAILY;COUNT=3"), now=NOW)
    assert b"RECURRENCE-ID" not in after.raw
    once = change_all(CHANGED, EventChange(rule=""), now=NOW)
    assert times(once) == times(CHANGED)[:1]


def test_a_guest_is_removed_everywhere() -> None:
    after = remove_attendee(MEETING, "bob@example.com", now=NOW)
    gone, come = differing(MEETING, after)
    assert gone == [b"DTSTAMP:20261101T090000Z", b"ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.com"]
    assert come == [b"DTSTAMP:20261102T080000Z"]
