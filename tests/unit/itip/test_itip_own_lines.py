"""An attendee's own lines in a meeting or a to-do, with one address or two: RFC 6638 §3.2.2."""

from __future__ import annotations

from meeting_texts import (
    ANN,
    BOB,
    DAN,
    SECOND_MONDAY,
    at,
    attendee,
    calendar,
    partstats,
    second_monday,
    series,
    unfolded,
)

from support.as_bytes import attendee_messages, mend_attendee_put, receive
from televent.ical.itip.precedence import Mark
from televent.ical.itip.sending.outgoing import OutgoingMessage

EXDATE = "EXDATE;TZID=Europe/Berlin:20261130T100000"
ACCEPTED = (attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"))
MINE = [BOB, DAN]


def told(old: bytes | None, new: bytes | None, me: list[str]) -> list[tuple[str, tuple[str | None, ...]]]:
    """The occurrences that each address answers."""
    return [(each.sender, each.recurrence_ids) for each in _messages(old, new, me)]


def _messages(old: bytes | None, new: bytes | None, me: list[str]) -> list[OutgoingMessage]:
    return attendee_messages(old, new, me=me, dtstamp=at(20, 12))


def invited(bob: str = "NEEDS-ACTION", dan: str = "NEEDS-ACTION", *lines: str) -> bytes:
    """Both addresses of Bob are invited."""
    return calendar(series(*lines, people=(attendee(ANN, "ACCEPTED"), attendee(BOB, bob), attendee(DAN, dan))))


def test_each_of_two_addresses_answers_for_itself() -> None:
    assert told(invited(), invited(dan="ACCEPTED"), MINE) == [(DAN, (None,))]
    assert told(invited(), invited("DECLINED", "ACCEPTED"), MINE) == [(BOB, (None,)), (DAN, (None,))]
    (bobs, dans) = _messages(invited(), invited("DECLINED", "ACCEPTED"), MINE)
    assert (partstats(bobs.text, BOB), partstats(bobs.text, DAN)) == (["DECLINED"], [])
    assert (partstats(dans.text, BOB), partstats(dans.text, DAN)) == ([], ["ACCEPTED"])


def test_a_copy_deleted_declines_for_both() -> None:
    assert told(invited("ACCEPTED"), None, MINE) == [(BOB, (None,)), (DAN, (None,))]


def test_an_answer_on_one_line_counts_for_both() -> None:
    for put in (invited("DECLINED"), invited(dan="DECLINED"), invited("DECLINED", "ACCEPTED")):
        mended = mend_attendee_put(invited(), put, me=MINE)
        assert (partstats(mended, BOB), partstats(mended, DAN)) == (["DECLINED"], ["DECLINED"])
    put = invited("DECLINED", "DECLINED")
    assert mend_attendee_put(invited(), put, me=MINE) is put
    changed = mend_attendee_put(put, invited("DECLINED", "ACCEPTED"), me=MINE)
    assert (partstats(changed, BOB), partstats(changed, DAN)) == (["ACCEPTED"], ["ACCEPTED"])


def test_a_line_that_the_program_leaves_out_gets_the_answer_too() -> None:
    once = calendar(series(people=(attendee(ANN, "ACCEPTED"), attendee(DAN, "TENTATIVE"))))
    mended = mend_attendee_put(invited(), once, me=MINE)
    assert (partstats(mended, BOB), partstats(mended, DAN)) == (["TENTATIVE"], ["TENTATIVE"])


def test_a_line_that_comes_later_gets_the_answer_of_the_other_and_the_organizer_is_told() -> None:
    once = calendar(series(people=(attendee(ANN, "ACCEPTED"), attendee(BOB, "ACCEPTED"))))
    twice = invited("ACCEPTED").replace(b"SUMMARY:Team Sync", b"METHOD:REQUEST\r\nSUMMARY:Talk")
    applied = receive(once, twice.replace(b"20261101T", b"20261121T"), me=MINE, now=at(21, 12), method="REQUEST")
    assert applied.text is not None
    assert (partstats(applied.text, BOB), partstats(applied.text, DAN)) == (["ACCEPTED"], ["ACCEPTED"])
    assert applied.keeps_answer


def test_lines_with_two_answers_keep_them_in_an_update() -> None:
    put = invited("DECLINED", "ACCEPTED")
    update = invited().replace(b"SUMMARY:Team Sync", b"METHOD:REQUEST\r\nSUMMARY:Talk")
    applied = receive(put, update.replace(b"20261101T", b"20261121T"), me=MINE, now=at(21, 12), method="REQUEST")
    assert applied.change == "revised"
    assert (partstats(applied.text, BOB), partstats(applied.text, DAN)) == (["DECLINED"], ["ACCEPTED"])


def test_an_occurrence_that_the_attendee_restores_is_answered() -> None:
    out, back = calendar(series(EXDATE, people=ACCEPTED)), calendar(series(people=ACCEPTED))
    assert told(out, back, [BOB]) == [(BOB, (SECOND_MONDAY,))]
    (message,) = _messages(out, back, [BOB])
    assert partstats(message.text, BOB) == ["ACCEPTED"]
    apart = calendar(series(people=ACCEPTED), second_monday(people=(attendee(ANN), attendee(BOB, "TENTATIVE"))))
    (message,) = _messages(out, apart, [BOB])
    assert partstats(message.text, BOB) == ["TENTATIVE"]


def test_an_exclusion_of_what_there_never_was_may_go_in_silence() -> None:
    tuesday = EXDATE.replace("1130", "1201")
    assert told(calendar(series(tuesday, people=ACCEPTED)), calendar(series(people=ACCEPTED)), [BOB]) == []


def todo(*lines: str, partstat: str = "IN-PROCESS", method: str | None = None) -> bytes:
    text = series(*lines, people=(attendee(ANN), attendee(BOB, partstat))).replace("RRULE:FREQ=WEEKLY;COUNT=6\n", "")
    return calendar(text.replace("VEVENT", "VTODO").replace("DTEND", "DUE"), method=method)


def test_how_far_a_to_do_is_is_told_with_the_same_partstat() -> None:
    (message,) = _messages(todo("PERCENT-COMPLETE:20"), todo("PERCENT-COMPLETE:60"), [BOB])
    assert "PERCENT-COMPLETE:60" in unfolded(message.text)
    assert told(todo("PERCENT-COMPLETE:20"), todo("PERCENT-COMPLETE:20", "X-MINE:1"), [BOB]) == []


def test_the_status_of_a_to_do_is_the_attendees_until_it_is_cancelled() -> None:
    done = todo("STATUS:COMPLETED", "COMPLETED:20261121T100000Z")
    stored = todo("STATUS:NEEDS-ACTION")
    assert mend_attendee_put(stored, done, me=[BOB]) is done
    off = todo("STATUS:CANCELLED")
    assert "STATUS:CANCELLED" in unfolded(mend_attendee_put(off, done, me=[BOB]))
    assert "STATUS:NEEDS-ACTION" in unfolded(mend_attendee_put(stored, off, me=[BOB]))


def test_the_organizers_message_leaves_the_status_of_a_to_do_unless_it_is_over() -> None:
    done = todo("STATUS:COMPLETED")
    for status, stands in (("NEEDS-ACTION", "COMPLETED"), ("CANCELLED", "CANCELLED")):
        update = todo(f"STATUS:{status}", "LOCATION:Here", method="REQUEST").replace(
            b"DTSTAMP:202611", b"DTSTAMP:202612"
        )
        applied = receive(done, update, me=[BOB], now=at(21, 12))
        assert applied.text is not None
        assert f"STATUS:{stands}\n" in unfolded(applied.text)
        assert "LOCATION:Here" in unfolded(applied.text)


def test_an_exclusion_of_the_organizers_is_not_taken_back_and_not_answered() -> None:
    stored, new = calendar(series(EXDATE, people=ACCEPTED)), calendar(series(people=ACCEPTED))
    known = {(None, ANN): Mark(0, None), (SECOND_MONDAY, ANN): Mark(0, at(1, 8))}
    mended = mend_attendee_put(stored, new, me=[BOB], known=known)
    assert told(stored, mended, [BOB]) == []
