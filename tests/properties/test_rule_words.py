"""Every rule that the expander accepts has words, which name its interval, its days and its end."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from televent.ical.rules.rule import FREQUENCIES, WEEKDAYS, parse_rule
from televent.wording.display import Display
from televent.wording.repetition import rule_of

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC).astimezone(LONDON)
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PLURALS = ("понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресень")
PARTS = {
    "BYMONTH": (1, 12), "BYMONTHDAY": (-31, 31), "BYYEARDAY": (-366, 366), "BYWEEKNO": (-53, 53), "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59), "BYSECOND": (0, 60), "BYSETPOS": (-366, 366),
}  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Any rule, also ones that nobody makes."""
    parts = [f"FREQ={draw(st.sampled_from(FREQUENCIES))}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 999))}")
    ordinals = st.sampled_from(["", "", "", "1", "2", "-1", "-2", "20", "+3"])
    days = draw(st.lists(st.tuples(ordinals, st.sampled_from(WEEKDAYS)), max_size=7))
    if days:
        parts.append("BYDAY=" + ",".join(ordinal + day for ordinal, day in days))
    for name, (low, high) in PARTS.items():
        if draw(st.integers(0, 4)) == 0:
            found = draw(st.lists(st.integers(low, high), min_size=1, max_size=12))
            # Only those that count from the end as well leave out zero.
            parts.append(f"{name}=" + ",".join(str(each or max(low, 0) or int(low < 0)) for each in found))
    end = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if end == "COUNT":
        parts.append(f"COUNT={draw(st.integers(2, 999))}")
    elif end == "UNTIL":
        parts.append(f"UNTIL={draw(st.dates(date(2026, 1, 1), date(2026, 12, 31))):%Y%m%d}")
    return ";".join(parts)


STARTS = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001
    lambda each: each.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
)


@given(rules(), STARTS)
def test_the_words_name_the_interval_the_days_and_the_end(text: str, start: datetime | None) -> None:
    rule = parse_rule(text, LONDON)
    for language, names, unknown in (("en", NAMES, "repeats"), ("ru", PLURALS, "повторяется")):
        said = rule_of(text, Display(LONDON, language, NOW), start)
        assert said != unknown
        assert len(said) < 1_500
        # An interval of one is "every", of two "every other".
        assert rule.interval < 3 or str(rule.interval) in said
        days = {day for ordinal, day in rule.days}
        by_name = len(rule.days) <= 7 and days not in (set(range(5)), set(range(7)))
        assert not by_name or all(names[day] in said for day in days)
        assert rule.count is None or str(rule.count) in said
        assert rule.until is None or str(rule.until.day) in said or str(rule.until.day - 1) in said or start is not None


@given(st.text(max_size=60))
def test_any_text_has_words(text: str) -> None:
    assert rule_of(text, Display(LONDON, "en", NOW))
