"""English words of time."""

from __future__ import annotations

WEEKDAYS = {
    "mon": 0, "monday": 0, "tue": 1, "tues": 1, "tuesday": 1, "wed": 2, "weds": 2, "wednesday": 2, "thu": 3, "thur": 3,
    "thurs": 3, "thursday": 3, "fri": 4, "friday": 4, "sat": 5, "saturday": 5, "sun": 6, "sunday": 6,
}  # fmt: skip
WEEKDAYS_REPEATED = {
    "mondays": 0, "tuesdays": 1, "wednesdays": 2, "thursdays": 3, "fridays": 4, "saturdays": 5, "sundays": 6,
}  # fmt: skip
MONTHS = {
    "jan": 1, "january": 1, "feb": 2, "february": 2, "mar": 3, "march": 3, "apr": 4, "april": 4, "may": 5, "jun": 6,
    "june": 6, "jul": 7, "july": 7, "aug": 8, "august": 8, "sep": 9, "sept": 9, "september": 9, "oct": 10,
    "october": 10, "nov": 11, "november": 11, "dec": 12, "december": 12,
}  # fmt: skip
NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "ninety": 90,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
UNITS = {
    "m": "minute", "min": "minute", "mins": "minute", "mth": "month", "mths": "month", "minute": "minute",
    "minutes": "minute",
    "h": "hour", "hr": "hour", "hrs": "hour", "hour": "hour", "hours": "hour",
    "d": "day", "day": "day", "days": "day", "w": "week", "wk": "week", "wks": "week", "week": "week", "weeks": "week",
    "month": "month", "months": "month", "year": "year", "years": "year", "yr": "year", "yrs": "year",
}  # fmt: skip
RELATIVE_DAYS = {
    "today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1,
    "tomorrows": 1, "todays": 0, "yesterday": -1, "tmw": 1, "tmmrw": 1, "tomoz": 1, "tmrrw": 1, "tmmw": 1, "tomo": 1,
    "tomorro": 1, "morrow": 1, "2moro": 1, "tonite": 0,
}  # fmt: skip
PARTS = {
    "morning": "morning", "mornings": "morning", "afternoon": "afternoon", "afternoons": "afternoon",
    "evening": "evening", "evenings": "evening", "tonight": "evening", "night": "night", "nights": "night",
    "tonite": "evening",
    "arvo": "afternoon",
}  # fmt: skip
HALVES = {"am": "am", "a.m.": "am", "a.m": "am", "pm": "pm", "p.m.": "pm", "p.m": "pm"}
NOONS = {"noon": 12, "midday": 12, "noontime": 12, "midnight": 0}

AND = frozenset(["and", "&"])
OR = frozenset(["or"])
FROM = frozenset(["from", "between", "starting", "beginning", "starts", "start", "begins"])
TO = frozenset(["to", "till", "until", "til", "through", "thru", "ending", "ends"])
EVERY = frozenset(["every", "each"])
OTHER = frozenset(["other", "alternate"])
NEXT = frozenset(["next"])
THIS = frozenset(["this", "coming"])
LAST = frozenset(["last"])
PAST = frozenset(["previous", "past"])
AGO = frozenset(["ago"])
LATER = frozenset(["later"])
IN = frozenset(["in", "within"])
FOR = frozenset(["for", "lasting", "lasts", "duration", "length", "takes"])
DAILY = frozenset(["daily", "everyday"])
WEEKLY = frozenset(["weekly"])
MONTHLY = frozenset(["monthly"])
YEARLY = frozenset(["yearly", "annually", "annual"])
FORTNIGHTLY = frozenset(["fortnightly", "biweekly"])
QUARTERLY = frozenset(["quarterly"])
BEFORE_A_NOUN = frozenset(
    ["a", "an", "the", "my", "our", "your", "his", "her", "their", "this", "that", "new", "first", "last"]
)
"""Words between which and a noun only an adjective stands: "our weekly report"."""
BEHIND_AN_ADVERB = frozenset(
    ["at", "on", "in", "from", "for", "with", "by", "until", "till", "til", "to", "and", "or", "starting",
     "beginning", "between", "around", "about", "after", "before", "via", "over", "during", "as", "of", "except",
     "x", "please"]
)  # fmt: skip
"""Words that follow an adverb ("weekly with Ann"), and never an adjective."""
WORKDAYS = frozenset(["weekday", "weekdays", "workday", "workdays"])
WEEKENDS = frozenset(["weekend", "weekends"])
TIMES = frozenset(["times", "occurrences", "sessions", "lessons", "classes"])
BEFORE_A_TIME = frozenset(
    ["at", "on", "in", "the", "of", "this", "for", "around", "about", "approximately", "approx", "circa", "roughly",
     "exactly", "sharp", "from", "starting", "starts", "a", "by"]
)  # fmt: skip
"""Words that belong to the time that follows them, and change nothing about it."""
AFTER_A_TIME = frozenset(
    ["sharp", "exactly", "o'clock", "oclock", "ish", "onwards", "onward", "approx", "roughly", "prompt"]
)
CHANGING = frozenset(["before", "after", "since", "except", "not", "excluding", "but", "by"])
"""Words that turn the time that follows them into another one. No reader understands them, so they are asked about."""
NUMBERED = frozenset(
    ["year", "code", "pin", "ref", "order", "ticket", "invoice", "seat", "row", "coach", "carriage", "no", "nr",
     "act", "tier", "ext", "extension", "dial", "box", "size", "top", "route", "line", "channel", "radio", "form",
     "gcse", "room", "floor", "gate", "sprint", "chapter", "chapters", "page", "pages", "level", "track", "part",
     "office", "hall", "building", "flat", "apartment", "apt", "terminal", "platform", "table", "phase", "version",
     "episode", "step", "number", "grade", "class", "lesson", "unit", "team", "group", "court", "lane", "bus",
     "flight", "suite", "studio", "week", "round", "bay", "desk", "stage", "iteration", "season", "module", "zone",
     "section", "lab", "ward", "block"]
)  # fmt: skip
"""Nouns that a number may follow without being a time."""
_PERSONS = ["i", "we", "you", "he", "she", "they"]
OTHER_SENSES = {
    "sun": (["the"], ["cream", "screen", "hat", "hats", "salutation", "salutations", "lotion", "dress", "glasses",
                      "lounger", "loungers", "bed", "bathing", "burn", "tan", "protection", "shade", "tzu"]),
    "sat": ([*_PERSONS, "cat"], ["nav", "navs", "down", "there"]),
    "mon": ([], ["ami", "amie", "amour", "cheri", "dieu"]),
    "may": ([*_PERSONS, "it"], [*_PERSONS, "it", "the", "be", "have", "need", "not", "also", "well", "want"]),
    "march": (["the", "a", "protest", "peace", "pride", "women's", "wedding", "climate", "hunger", "women"],
              ["for", "against", "past", "hare", "madness"]),
}  # fmt: skip
"""Words of time in another sense, by the words right before and right behind them: "we may", "sun cream"."""
WEAK_WEEKDAYS = frozenset(["sat", "sun", "wed", "may", "mar"])
"""Words that are a weekday only beside a preposition or another word of time."""
HOLIDAY_ADJECTIVES = ("black", "good", "ash", "shrove", "maundy", "cyber", "fat", "easter")
"""Words that make a holiday of a weekday: "Black Friday" is one day of the year."""
NUMBERED_RANGES = frozenset(["pages", "chapters", "questions", "exercises", "score", "scores", "rows", "slides"])
"""Nouns that a range of numbers may follow: "pages 12-20"."""
TOPIC = frozenset(["about", "regarding", "re"])
"""Words before a topic: "ask Ben about Friday"."""
MOVING = ("move", "moving", "resched", "postpon", "shift from")
"""Beginnings of words between whose times the older one stands: "moved from 3pm to 4pm"."""
LOOKS_LIKE_TIME = frozenset(
    ["sometimes", "occasionally", "periodically", "eventually", "whenever", "eventide", "eoy", "eoq", "pmish",
     "amish", "ish", "mwf", "tth", "tuth", "working", "fortnight", "fortnights", "quarter", "quarters", "half",
     "past", "o'clock", "oclock", "noonish", "early", "late", "soon", "now", "asap", "anytime", "sometime",
     "someday", "recurring", "repeat", "repeats", "repeating", "repeated", "except", "excluding", "ago", "later",
     "since", "weekly", "monthly", "yearly", "annually", "hourly", "quarterly", "biweekly", "bimonthly",
     "fortnightly", "nightly", "weekend", "weekends", "weekday", "weekdays", "dawn", "dusk", "sunrise", "sunset",
     "century", "decade", "seconds", "secs", "sec", "mid", "end", "eod", "eow", "eom", "cob", "beginning", "twice",
     "thrice", "once", "lunchtime", "dinnertime", "bedtime", "teatime", "previous", "following", "upcoming", "jan.",
     "til", "summer", "winter", "autumn", "spring", "bihourly", "midweek", "semester", "last", "next", "every",
     "each", "until", "till"]
)  # fmt: skip
"""Further words that are about time, and never a plain part of a title while no reader has used them."""
