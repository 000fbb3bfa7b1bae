"""Repetition in words, in both languages."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from televent.wording.display import Display
from televent.wording.repetition import MAX_RULE, rule_of

LONDON, TOKYO = ZoneInfo("Europe/London"), ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC).astimezone(LONDON)
ENGLISH, RUSSIAN = Display(LONDON, "en", NOW), Display(LONDON, "ru", NOW)
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("rule", "english", "russian"),
    [
        ("FREQ=DAILY", "every day", "каждый день"),
        ("FREQ=DAILY;INTERVAL=2", "every other day", "через день"),
        ("FREQ=DAILY;INTERVAL=3;COUNT=10", "every 3 days, 10 times", "раз в 3 дня, 10 раз"),
        ("FREQ=DAILY;INTERVAL=21;COUNT=2", "every 21 days, 2 times", "раз в 21 день, 2 раза"),
        ("FREQ=DAILY;COUNT=1", "every day, once", "каждый день, 1 раз"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "every weekday", "по будням"),
        ("FREQ=WEEKLY", "every week", "каждую неделю"),
        ("FREQ=WEEKLY;BYDAY=WE", "every Wednesday", "каждую среду"),
        ("FREQ=WEEKLY;BYDAY=SU", "every Sunday", "каждое воскресенье"),
        ("FREQ=WEEKLY;BYDAY=SU,SA", "every Saturday and Sunday", "по субботам и воскресеньям"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every day", "каждый день"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday", "по будням"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "every other Tuesday", "раз в 2 недели по вторникам"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,MO",
            "every other week on Monday and Friday", "раз в 2 недели по понедельникам и пятницам",
        ),
        ("FREQ=WEEKLY;INTERVAL=5;BYDAY=MO,TU,WE,TH,FR", "every 5 weeks on weekdays", "раз в 5 недель по будням"),
        (
            "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261224T100000Z",
            "every Tuesday until Dec 24", "каждый вторник до 24 декабря включительно",
        ),
        (
            "FREQ=WEEKLY;BYDAY=TU;UNTIL=20270105",
            "every Tuesday until Jan 5, 2027", "каждый вторник до 5 января 2027 включительно",
        ),
        ("FREQ=MONTHLY", "every month", "каждый месяц"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "on the 15th of every month", "15-го числа каждого месяца"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1,22,1",
            "on the 1st and the 22nd and on the last day of every month",
            "1-го и 22-го числа и в последний день каждого месяца",
        ),
        ("FREQ=MONTHLY;BYDAY=1MO", "on the first Monday of every month", "в первый понедельник каждого месяца"),
        ("FREQ=MONTHLY;BYDAY=2TU", "on the second Tuesday of every month", "во второй вторник каждого месяца"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "on the last Friday of every month", "в последнюю пятницу каждого месяца"),
        (
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=3SU",
            "every other month on the third Sunday", "раз в 2 месяца в третье воскресенье",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "on the last weekday of every month", "в последний будний день каждого месяца",
        ),
        ("FREQ=MONTHLY;BYDAY=MO", "every Monday", "каждый понедельник"),
        (
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            "every month, on the 13th, only on Friday", "каждый месяц, 13-го числа, только по пятницам",
        ),
        ("FREQ=YEARLY", "every year", "каждый год"),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "every year on December 24", "каждый год 24 декабря"),
        (
            "FREQ=YEARLY;BYMONTH=11;BYDAY=-1TH",
            "every year on the last Thursday of November", "каждый год в последний четверг ноября",
        ),
        (
            "FREQ=YEARLY;BYDAY=20MO",
            "every year, on Monday number 20 of the year", "каждый год, в 20-й понедельник года",
        ),
        (
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=5,6;BYMONTHDAY=31",
            "every 4 years, in May and June, on the 31st", "раз в 4 года, в мае и июне, 31-го числа",
        ),
        (
            "FREQ=YEARLY;BYWEEKNO=20,-1;BYDAY=MO",
            "every year, in week 20 and the last week of the year, on Monday",
            "каждый год, на 20-й неделе и на последней неделе года, по понедельникам",
        ),
        (
            "FREQ=YEARLY;BYYEARDAY=100,-1",
            "every year, on day 100 and the last day of the year",
            "каждый год, в 100-й день и в последний день года",
        ),
        ("FREQ=HOURLY;INTERVAL=3", "every 3 hours", "раз в 3 часа"),
        (
            "FREQ=HOURLY;BYMINUTE=0,30",
            "every hour, at the minutes 0 and 30", "каждый час, в минуты 0 и 30",
        ),
        ("FREQ=DAILY;BYHOUR=15,9;BYMINUTE=0", "every day, at 9:00 AM and 3:00 PM", "каждый день, в 09:00 и 15:00"),
        (
            "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,-1",
            "every month, on Saturday and Sunday, each month only the 1st and the last of these times",
            "каждый месяц, по субботам и воскресеньям, из этих времён каждый месяц только 1-е и последнее",
        ),
        ("FREQ=SOMETIMES", "repeats", "повторяется"),
        ("every day", "repeats", "повторяется"),
        ("", "repeats", "повторяется"),
    ],
)  # fmt: skip
def test_a_rule_in_words(rule: str, english: str, russian: str) -> None:
    assert (rule_of(rule, ENGLISH), rule_of(rule, RUSSIAN)) == (english, russian)


@pytest.mark.parametrize(
    ("rule", "english", "russian"),
    [
        ("FREQ=DAILY", "every day", "каждый день"),
        ("FREQ=WEEKLY", "every Tuesday", "каждый вторник"),
        ("FREQ=WEEKLY;INTERVAL=2", "every other Tuesday", "раз в 2 недели по вторникам"),
        ("FREQ=MONTHLY", "on the 24th of every month", "24-го числа каждого месяца"),
        ("FREQ=YEARLY", "every year on November 24", "каждый год 24 ноября"),
        (
            "FREQ=YEARLY;BYMONTH=3,6",
            "every year, in March and June, on the 24th", "каждый год, в марте и июне, 24-го числа",
        ),
        # The last instance is the one before: that of this day would be after UNTIL.
        ("FREQ=DAILY;UNTIL=20261224T090000Z", "every day until Dec 23", "каждый день до 23 декабря включительно"),
    ],
)  # fmt: skip
def test_the_start_gives_the_days_that_the_rule_leaves_open(rule: str, english: str, russian: str) -> None:
    assert (rule_of(rule, ENGLISH, TUESDAY), rule_of(rule, RUSSIAN, TUESDAY)) == (english, russian)


def test_the_zone_is_named_where_its_days_are_other_days_for_the_reader() -> None:
    early = datetime(2026, 11, 24, 8, tzinfo=TOKYO)
    assert rule_of("FREQ=WEEKLY;COUNT=3", ENGLISH, early) == "every Tuesday (days as in Tokyo), 3 times"
    assert rule_of("FREQ=WEEKLY", RUSSIAN, early) == "каждый вторник (дни по времени: Токио)"
    assert rule_of("FREQ=DAILY", ENGLISH, early) == "every day"
    assert rule_of("FREQ=WEEKLY", ENGLISH, datetime(2026, 11, 24, 18, tzinfo=TOKYO)) == "every Tuesday"
    assert rule_of("FREQ=WEEKLY", ENGLISH, date(2026, 11, 24)) == "every Tuesday"


def test_a_long_list_is_counted_and_a_longer_rule_is_not_read() -> None:
    numbers = ",".join(str(each) for each in range(1, 32))
    said = rule_of(f"FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY={numbers}", ENGLISH)
    assert said.endswith("the 7th, and 24 more")
    assert rule_of(f"FREQ=DAILY;BYHOUR={'1,' * MAX_RULE}1", ENGLISH) == "repeats"
