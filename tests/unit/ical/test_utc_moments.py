"""UTC times are read in C, with the same result as all others."""

from datetime import UTC, datetime

import pytest

from televent.ical.text.values import moment


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("20260105T080910Z", datetime(2026, 1, 5, 8, 9, 10, tzinfo=UTC)),
        (" 20260105T080910Z ", datetime(2026, 1, 5, 8, 9, 10, tzinfo=UTC)),
        ("20161231T235960Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("00010101T000000Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("20261231T240000Z", None),
        ("20260230T000000Z", None),
        ("00000101T000000Z", None),
        ("20260105T080910z", None),
        ("2026-105T080910Z", None),
        ("20260105T08:910Z", None),
        ("20260105T\u0660\u0668\u0660\u0669\u0661\u0660Z", None),
    ],
)
def test_a_time_in_utc(value: str, read: datetime | None) -> None:
    found = moment(value)
    assert found == read
    assert found is None or (isinstance(found, datetime) and found.tzinfo is UTC)
