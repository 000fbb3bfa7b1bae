"""Sync tokens as texts: the quick one of an own calendar is the one that the records give."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from televent.adapters.caldav.sync_token import complete, read_token, sync_token_of, token_of
from televent.application.read_models.calendars import CalendarRow
from televent.domain.ids import AccountId

RUNS = st.from_regex(r"[0-9a-f]{12}", fullmatch=True)


@given(st.uuids(), RUNS, st.integers(0, 10**17), st.integers(1, 10**6))
def test_the_token_of_the_current_state_is_that_of_its_records(calendar: UUID, run: str, seq: int, server: int) -> None:
    row = CalendarRow(AccountId(UUID(int=1)), calendar, "work", seq, 0, ("VEVENT",), {}, run, 0, server)
    token = sync_token_of(row)
    assert token == token_of(row, complete(row))
    known, _ = read_token(token, row)
    assert known == complete(row)
