"""Every assumption of a reading is said."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from televent.phrases.reading import Reading
from televent.wording.display import Display
from televent.wording.guesses import guesses_of

MOSCOW = ZoneInfo("Europe/Moscow")
FIVE = datetime(2027, 11, 23, 17, tzinfo=MOSCOW)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("reading", "length", "english", "russian"),
    [
        (Reading(FIVE), HOUR, ["I assumed one hour."], ["Думаю, что это займёт час."]),
        (
            Reading(FIVE), timedelta(minutes=90),
            ["I assumed a length of 1 h 30 min."], ["Думаю, что это займёт 1 ч 30 мин."],
        ),
        (Reading(FIVE, FIVE + HOUR), HOUR, [], []),
        (Reading(date(2027, 11, 23)), HOUR, [], []),
        (
            Reading(FIVE, FIVE + HOUR, guesses=("half", "year", "half")), None,
            ["I assumed 5:00 PM.", "I assumed the year 2027."],
            ["Думаю, что это 17:00.", "Год — моё предположение: 2027."],
        ),
        (
            Reading(FIVE, FIVE + HOUR, guesses=("about",)), None,
            ["You said about when; I put it exactly then."], ["Время сказано примерно, я ставлю его точно."],
        ),
        (
            Reading(FIVE, FIVE + HOUR, guesses=("something",)), None,
            ["I assumed a part of this. Please look at it."],
            ["Часть этого — моё предположение. Проверьте, пожалуйста."],
        ),
        (
            Reading(FIVE, FIVE + HOUR, gap="skipped"), None,
            ["The clocks skip that time, so it becomes 5:00 PM."],
            ["В этот день часы переводят и такого времени нет, поэтому получается 17:00."],
        ),
        (
            Reading(FIVE, FIVE + HOUR, gap="repeated"), None,
            ["The clocks show that time twice on this day. I took the first one."],
            ["В этот день такое время бывает дважды, я взял первое."],
        ),
    ],
)  # fmt: skip
def test_every_guess_is_said(
    reading: Reading, length: timedelta | None, english: list[str], russian: list[str]
) -> None:
    for language, said in (("en", english), ("ru", russian)):
        assert guesses_of(reading, Display(MOSCOW, language, FIVE), length) == said
