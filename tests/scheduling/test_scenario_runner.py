"""A scenario with an unmet expectation fails with its line and a readable reason."""

from pathlib import Path

import pytest
from scenario_ical import read_calendar, read_line, set_apart
from scenario_runner import opened, play, play_step
from scenario_script import Script, WrongScenario, read_script, spelled_out
from scenario_stage import Stage

from support.dav import Site

INVITED = """# Bob is invited
> put ann talk
ORGANIZER:ann
ATTENDEE;RSVP=TRUE:bob
ATTENDEE:zed
"""


@pytest.fixture(scope="module")
def invited(town_hall: Site, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The stage on which the scenario was played. No test changes it."""
    script = written(tmp_path_factory.mktemp("invited"), f"{INVITED}> get carol talk\n")
    stage = opened(script, town_hall)
    play_step("invited.txt", stage, script.steps[0])
    return stage


def written(place: Path, text: str) -> Script:
    path = place / "story.txt"
    path.write_text(text)
    return read_script(path)


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("> expect 412", "the answer is 201, not 412"),
        ("> expect 403 no-uid-conflict", "the answer is 201, not 403"),
        ("> expect header etag", "the answer has no header etag"),
        ("> expect header no schedule-tag", "the answer has a header schedule-tag"),
        ("> expect told nobody", "told: bob REQUEST, zed REQUEST; expected: nobody"),
        ("> expect told bob REQUEST", "told: bob REQUEST, zed REQUEST; expected: bob REQUEST"),
        ("> expect told bob CANCEL, zed REQUEST", "told: bob REQUEST, zed REQUEST; expected: bob CANCEL, zed REQUEST"),
        ("> expect told bob REQUEST REQUEST, zed REQUEST", "expected: bob REQUEST REQUEST, zed REQUEST"),
        ("> expect bob no talk", "bob has a copy of talk"),
        ("> expect carol talk", "carol has no talk"),
        ("> expect bob talk\nSUMMARY:Tea", "line 7: there is no line SUMMARY:Tea"),
        ("> expect bob talk\nnot SUMMARY", "line 7: there is a line SUMMARY"),
        ("> expect bob talk\nATTENDEE;PARTSTAT=ACCEPTED:bob", "there is no line ATTENDEE;PARTSTAT=ACCEPTED:bob"),
        ("> expect bob talk\nATTENDEE;RSVP=-:bob", "there is no line ATTENDEE;RSVP=-:bob"),
        ("> expect bob talk\nnot ATTENDEE:bob", "there is a line ATTENDEE:bob"),
        ("> expect bob talk\nat 20261208T100000Z", "there is no component at 20261208T100000Z"),
        ("> expect bob talk\nno series", "there is a component series"),
        ("> expect bob talk\ncount ATTENDEE 1", "there are 2 ATTENDEE lines, not 1"),
        ("> expect bob talk\nalarm -PT15M", "there is no line alarm -PT15M"),
        ("> expect bob talk\nnot text talk@example.com", "there is a line text talk@example.com"),
        ("> expect bob talk\netag same", "there was nothing before whose etag could be same"),
        ("> expect bob inbox CANCEL", "0 new messages of CANCEL in the inbox of bob"),
        ("> expect bob inbox REQUEST\nnot SUMMARY", "there is a line SUMMARY"),
        ("> expect mail zed CANCEL", "mails to zed: REQUEST"),
        ("> expect mail bob REQUEST", "bob gets no mail: there is an account"),
        ("> expect verdict applied", "no mail came"),
        ("> expect notice party-crasher", "said in the chat: nothing"),
        ("> dance ann", "nobody can dance; there are put, edit"),
        ("> edit ann tea", "ann has no tea"),
        ("> edit zed talk", "zed has no account here"),
        ("> edit ann talk\n-LOCATION", "nothing to take away: -LOCATION"),
        ("> put ann tea\nLOCATION Room", "line 7: no content line: LOCATION Room"),
        ("> expect", "'expect' needs more words"),
    ],
)
def test_what_is_not_so_is_named(invited: Stage, tmp_path: Path, step: str, reason: str) -> None:
    script = written(tmp_path, f"{INVITED}{step}\n")
    with pytest.raises(WrongScenario) as caught:
        play_step("story.txt", invited, script.steps[1])
    assert reason in str(caught.value)
    assert str(caught.value).startswith("story.txt:6: > ")


@pytest.mark.parametrize(
    "step",
    [
        "> expect bob talk\nSUMMARY\nSUMMARY:Talk\nnot LOCATION\ncount ATTENDEE 2\nseries\nno at 20261208T100000Z",
        "> expect bob talk\nATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=-:bob\nnot ATTENDEE;RSVP=TRUE:zed\ntext PRODID",
        "> expect told zed REQUEST, bob REQUEST",
        "> expect bob inbox REQUEST\nSUMMARY:Talk",
        "> expect mail zed REQUEST\nSUMMARY:Talk",
        "> expect carol no talk",
    ],
)
def test_what_is_so_is_passed_over(invited: Stage, tmp_path: Path, step: str) -> None:
    play_step("story.txt", invited, written(tmp_path, f"{INVITED}{step}\n").steps[1])


def test_a_wrong_line_is_shown_with_the_object_that_has_it_otherwise(invited: Stage, tmp_path: Path) -> None:
    with pytest.raises(WrongScenario) as caught:
        play_step("story.txt", invited, written(tmp_path, f"{INVITED}> expect bob talk\nSUMMARY:Tea\n").steps[1])
    said = str(caught.value).splitlines()
    assert said[:2] == ["story.txt:6: > expect bob talk", "line 7: there is no line SUMMARY:Tea"]
    assert "    SUMMARY:Talk" in said
    assert "    ATTENDEE;RSVP=TRUE:mailto:bob@example.com" in said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("> answer bob talk ACCEPTED\n> expect ann talk\nschedule-tag changed", "the schedule-tag has not changed"),
        ("> answer bob talk ACCEPTED\n> expect ann talk\netag same", "the etag has changed"),
        ("> put ann tea\nUID:talk@example.com\n> expect 403 other", "the precondition is no-uid-conflict, not other"),
        ("> delete bob talk", "a scenario ends with what is expected"),
    ],
)
def test_a_whole_scenario_fails_where_it_is_wrong(tmp_path: Path, town_hall: Site, text: str, reason: str) -> None:
    path = tmp_path / "story.txt"
    path.write_text(f"{INVITED}{text}\n")
    with pytest.raises(WrongScenario, match=reason):
        play(path, town_hall)


@pytest.mark.parametrize(
    "text", ["", "> expect told nobody\n", "# Only a title\n", "# Title\nSUMMARY:x\n> get ann talk\n"]
)
def test_a_text_without_title_or_steps_is_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongScenario):
        written(tmp_path, text)


def test_first_names_stand_for_addresses() -> None:
    assert spelled_out("ATTENDEE;RSVP=TRUE:bob") == "ATTENDEE;RSVP=TRUE:mailto:bob@example.com"
    assert spelled_out("ATTENDEE;DELEGATED-TO=yan;RSVP=TRUE:zed") == (
        'ATTENDEE;DELEGATED-TO="mailto:yan@example.net";RSVP=TRUE:mailto:zed@example.net'
    )
    assert spelled_out("ORGANIZER:mailto:tg_1@televent.internal") == "ORGANIZER:mailto:tg_1@televent.internal"
    assert spelled_out("SUMMARY:bob") == "SUMMARY:bob"


def test_calendars_are_read_without_folds_and_written_back() -> None:
    text = (
        'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTENDEE;CN="A:\r\n  B";X=1:mailto:a@b\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
    )
    (event,) = read_calendar(text).blocks
    assert (event.lines[0].param("CN"), event.lines[0].value) == ("A: B", "mailto:a@b")
    assert read_calendar(text).to_bytes() == text.replace("\r\n ", "").encode()
    with pytest.raises(ValueError, match="closes nothing"):
        read_calendar("BEGIN:VCALENDAR\nEND:VEVENT\n")
    with pytest.raises(ValueError, match="no content line"):
        read_line("SUMMARY")


def test_an_occurrence_is_set_apart_as_a_client_does_it() -> None:
    text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261203\nRRULE:FREQ=WEEKLY\n"
    (series,) = read_calendar(text + "END:VEVENT\nEND:VCALENDAR\n").blocks
    assert [str(line) for line in set_apart(series, "20261208").lines] == [
        "DTSTART;VALUE=DATE:20261208",
        "DTEND;VALUE=DATE:20261210",
        "RECURRENCE-ID;VALUE=DATE:20261208",
    ]
