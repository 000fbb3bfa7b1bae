"""An edited text has the tree that a parse of its bytes gives, and no edit changes the text it started from."""

from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from support.trees import told
from televent.ical.editing.attachments import Attachment, UnknownOccurrence, add_attachment
from televent.ical.editing.edits import Person, add_attendees
from televent.ical.itip.delivery import Delivery, note_delivery
from televent.ical.itip.message import read_message, with_method
from televent.ical.itip.receiving.incoming import apply_answer, receive
from televent.ical.itip.sending.allowed import mend_attendee_put
from televent.ical.itip.sending.organizer import prepare_organizer_put, with_sequence_from, without_force_send
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.own_parts import own_parts, with_own_parts
from televent.ical.objects.sharees import as_busy
from televent.ical.objects.zone_references import by_reference, in_full
from televent.ical.text.lines import compose, fold
from televent.ical.text.tree import parse

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANN, BOB = "ann@example.com", "bob@example.com"
WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=90)
BLANK = st.sampled_from([b"", b"", b"", b"\r\n", b"\n\n"])


@st.composite
def meetings(draw: st.DrawFn, method: str | None = None) -> bytes:
    """A series of Ann's, with Bob in it, written by some program."""
    ending = draw(st.sampled_from([b"\r\n", b"\n"]))

    def line(name: str, value: str, *params: tuple[str, str]) -> bytes:
        written = compose(name, [(key, [each]) for key, each in params], value)
        return draw(BLANK) + fold(written, draw(st.sampled_from([ending, b"\r\n"])))

    def component(rid: str | None, hour: int) -> bytes:
        rows = [line("UID", "a@example.com"), line("DTSTAMP", f"202611{draw(st.integers(10, 19))}T080000Z")]
        rows.append(line("DTSTART", f"20261123T{hour:02}0000", ("TZID", "Europe/Berlin")))
        rows.append(line("DURATION", "PT1H"))
        if rid is None:
            rows.append(line("RRULE", "FREQ=WEEKLY;COUNT=4"))
            rows += [line("EXDATE", "20261207T100000", ("TZID", "Europe/Berlin"))] if draw(st.booleans()) else []
        else:
            rows.append(line("RECURRENCE-ID", rid, ("TZID", "Europe/Berlin")))
        rows += [line("SUMMARY", draw(WORDS).replace("\\", "")), line("SEQUENCE", str(draw(st.integers(0, 2))))]
        rows += (
            [line("ORGANIZER", f"mailto:{ANN}", ("SCHEDULE-AGENT", "SERVER"))] if draw(st.booleans()) or method else []
        )
        partstat = draw(st.sampled_from(["NEEDS-ACTION", "ACCEPTED", "DECLINED"]))
        rows.append(line("ATTENDEE", f"mailto:{BOB}", ("PARTSTAT", partstat), ("CN", draw(WORDS))))
        rows += [line("ATTENDEE", f"mailto:{ANN}", ("SCHEDULE-FORCE-SEND", "REQUEST"))] if draw(st.booleans()) else []
        rows += [line("TRANSP", "TRANSPARENT")] if draw(st.booleans()) else []
        alarm = [line("BEGIN", "VALARM"), line("ACTION", "DISPLAY"), line("TRIGGER", "-PT5M"), line("END", "VALARM")]
        rows += alarm if draw(st.booleans()) else []
        return b"".join([line("BEGIN", "VEVENT"), *rows, line("END", "VEVENT")])

    head = [fold(b"BEGIN:VCALENDAR", ending), line("VERSION", "2.0"), line("PRODID", "-//Example//EN")]
    head += [line("METHOD", method)] if method else []
    parts = [component(None, draw(st.integers(9, 11)))]
    parts += [component("20261130T100000", draw(st.integers(10, 12)))] if draw(st.booleans()) else []
    return b"".join([*head, *parts, b"END:VCALENDAR", draw(st.sampled_from([b"", ending, ending + ending]))])


def _answered(text: CalendarText) -> CalendarText:
    return apply_answer(text, me=[BOB], partstat="TENTATIVE", recurrence_id="20261130T090000Z", comment="é", now=NOW)


def _attached(text: CalendarText) -> CalendarText:
    line = Attachment("1", "https://example.com/1", "a;b.txt", "text/plain", 7)
    try:
        return add_attachment(text, line, ["M", "20261130T090000Z"], now=NOW)
    except UnknownOccurrence:
        return text


def _shown(turn: Callable[..., bool]) -> Callable[[CalendarText], CalendarText]:
    def edit(text: CalendarText) -> CalendarText:
        root = text.copy()
        turn(root)
        return CalendarText.of_tree(root)

    return edit


EDITS: dict[str, Callable[[CalendarText], CalendarText | None]] = {
    "answer": _answered,
    "attach": _attached,
    "busy": as_busy,
    "delivery": lambda text: note_delivery(text, [Delivery(BOB, "1.2"), Delivery(ANN, "3.7")]),
    "force-send": without_force_send,
    "guests": lambda text: add_attendees(text, Person(ANN, "Ann"), [Person("cy@example.com", 'C "y"')], now=NOW),
    "sequence": lambda text: with_sequence_from(text, 7, me=[ANN]),
    "without zones": _shown(by_reference),
    "zones": _shown(in_full),
}


@settings(deadline=None, max_examples=60)
@given(meetings(), st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=4))
def test_edits_one_after_the_other_have_the_tree_of_their_bytes(raw: bytes, names: list[str]) -> None:
    text = CalendarText(raw)
    for name in names:
        after = EDITS[name](text)
        assert after is not None
        _check(text, after)
        text = after


@settings(deadline=None, max_examples=60)
@given(meetings(), meetings())
def test_two_texts_laid_together_have_the_tree_of_their_bytes(one: bytes, other: bytes) -> None:
    old, new = CalendarText(one), CalendarText(other)
    for after in (
        prepare_organizer_put(old, new, me=[ANN]),
        mend_attendee_put(old, new, me=[BOB]),
        mend_attendee_put(old, new, me=[BOB], merge=True),
        with_own_parts(new, own_parts(old)),
        with_own_parts(new, None),
    ):
        _check(new, after)
        _check(old, after)


@settings(deadline=None, max_examples=60)
@given(meetings(), st.sampled_from(["REQUEST", "CANCEL", "ADD", "REPLY"]).flatmap(lambda name: meetings(method=name)))
def test_a_copy_that_a_message_met_has_the_tree_of_its_bytes(stored: bytes, message: bytes) -> None:
    read = read_message(message)
    for copy in (CalendarText(stored), None):
        for me in (ANN, BOB):
            applied = receive(copy, read, me=[me], now=NOW)
            if applied.text is not None:
                _check(copy or read.text, applied.text)
    _check(read.text, with_method(read))


def _check(given: CalendarText, after: CalendarText) -> None:
    assert told(after.tree) == told(parse(after.raw))
    assert after.reading == CalendarText(after.raw).reading
    # The edited text itself is unchanged.
    assert given.tree.to_bytes() == given.raw
    assert told(given.tree) == told(parse(given.raw))
