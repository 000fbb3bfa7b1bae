"""The words for dates and times that people write to the bot, English and Russian, as regular expressions."""

from __future__ import annotations

WEEKDAYS = {
    "mon": 0, "monday": 0, "tue": 1, "tues": 1, "tuesday": 1, "wed": 2, "wednesday": 2, "thu": 3, "thur": 3, "thurs": 3,
    "thursday": 3, "fri": 4, "friday": 4, "sat": 5, "saturday": 5, "sun": 6, "sunday": 6,
    "пн": 0, "понедельник": 0, "вт": 1, "вторник": 1, "ср": 2, "среда": 2, "среду": 2, "чт": 3, "четверг": 3,
    "пт": 4, "пятница": 4, "пятницу": 4, "сб": 5, "суббота": 5, "субботу": 5, "вс": 6, "воскресенье": 6,
}  # fmt: skip

MONTHS = {
    "jan": 1, "january": 1, "feb": 2, "february": 2, "mar": 3, "march": 3, "apr": 4, "april": 4, "may": 5, "jun": 6,
    "june": 6, "jul": 7, "july": 7, "aug": 8, "august": 8, "sep": 9, "sept": 9, "september": 9, "oct": 10,
    "october": 10, "nov": 11, "november": 11, "dec": 12, "december": 12,
    "января": 1, "янв": 1, "февраля": 2, "фев": 2, "марта": 3, "мар": 3, "апреля": 4, "апр": 4, "мая": 5, "май": 5,
    "июня": 6, "июн": 6, "июля": 7, "июл": 7, "августа": 8, "авг": 8, "сентября": 9, "сен": 9, "октября": 10,
    "окт": 10, "ноября": 11, "ноя": 11, "декабря": 12, "дек": 12,
}  # fmt: skip

RELATIVE_DAYS = {
    "today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "day after tomorrow": 2,
    "сегодня": 0, "завтра": 1, "послезавтра": 2,
}  # fmt: skip

UNITS = {
    "m": 1, "min": 1, "mins": 1, "minute": 1, "minutes": 1, "м": 1, "мин": 1, "минут": 1, "минуту": 1, "минуты": 1,
    "h": 60, "hr": 60, "hrs": 60, "hour": 60, "hours": 60, "ч": 60, "час": 60, "часа": 60, "часов": 60,
    "d": 1440, "day": 1440, "days": 1440, "день": 1440, "дня": 1440, "дней": 1440,
    "w": 10080, "week": 10080, "weeks": 10080, "неделю": 10080, "недели": 10080, "недель": 10080,
}  # fmt: skip
"""Minutes of each unit."""

FILLERS = frozenset(
    [
        "at", "on", "the", "of", "from", "to", "till", "until", "for", "in", "в", "во", "на", "с",
        "со", "до", "по", "к", "г", "года", "год",
    ]
)  # fmt: skip
NEXT = frozenset(["next", "следующий", "следующую", "следующее", "следующая"])
THIS = frozenset(["this", "coming", "этот", "эту", "это", "эта"])
EVERY = frozenset(["every", "each", "каждый", "каждую", "каждое", "каждая"])
WORKDAY = frozenset(["weekday", "weekdays", "workday", "будний", "рабочий"])
DAILY = frozenset(["day", "daily", "день"])
NOON = {"noon": 12, "midday": 12, "полдень": 12, "midnight": 0, "полночь": 0}
EVENING = frozenset(["tonight", "evening", "вечера", "вечером"])
AM = frozenset(["am", "утра"])
PM = frozenset(["pm", "дня", "вечера", "вечером"])
HALF = {"полчаса": 30, "полтора часа": 90, "half an hour": 30, "an hour": 60, "a hour": 60, "час": 60}
