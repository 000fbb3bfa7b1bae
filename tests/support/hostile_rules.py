"""Calendar objects that cost as much as possible, by name. ``HOSTILE``: each is a whole text that a client may send.

The server may refuse to store some of them. It must answer every query of all of them at once.
"""

from collections.abc import Sequence

NEVER = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
MINUTES = ",".join(map(str, range(60)))
HOURS = ",".join(map(str, range(24)))
WEEK = "BYDAY=MO,TU,WE,TH,FR,SA,SU"
EACH_YEAR_DAY = ",".join(map(str, range(1, 367)))
ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P9999D", "DURATION:P100D", "REPEAT:99999", "END:VALARM")


def hostile(
    *lines: str, start: str = "DTSTART:20260101T000000Z", before: Sequence[str] = (), kind: str = "VEVENT"
) -> bytes:
    """One component with these lines; ``before``: lines before it."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", *before]
    part = [f"BEGIN:{kind}", "UID:1@example.com", "DTSTAMP:20260101T000000Z", start, *lines, f"END:{kind}"]
    return "\r\n".join([*head, *part, "END:VCALENDAR", ""]).encode()


def dates(count: int) -> str:
    """``count`` different times."""
    return ",".join(
        f"{2026 + n // 8640}{1 + n // 720 % 12:02}{1 + n // 30 % 24:02}T{n % 24:02}{n % 30:02}00Z" for n in range(count)
    )


def zone(*lines: str, parts: int = 300, name: str = "Mine") -> list[str]:
    """A VTIMEZONE that no database knows, each of whose parts has these lines."""
    observances = [
        line
        for number in range(parts)
        for line in (
            "BEGIN:STANDARD",
            f"DTSTART:19{number % 100:02}0101T000000",
            "TZOFFSETFROM:+0100",
            f"TZOFFSETTO:+{number % 12:02}{number % 60:02}",
            *lines,
            "END:STANDARD",
        )
    ]
    return ["BEGIN:VTIMEZONE", f"TZID:{name}", *observances, "END:VTIMEZONE"]


def changed(count: int, *more: str, future: bool = False) -> list[str]:
    """A daily series with ``count`` changed occurrences; each has ``more``."""
    lines = ["RRULE:FREQ=DAILY", *more]
    for number in range(count):
        day = f"{2026 + number // 336}{1 + number // 28 % 12:02}{1 + number % 28:02}"
        wide = ";RANGE=THISANDFUTURE" if future else ""
        lines += ["END:VEVENT", "BEGIN:VEVENT", "UID:1@example.com", "DTSTAMP:20260101T000000Z"]
        lines += [f"RECURRENCE-ID{wide}:{day}T000000Z", f"DTSTART:{day}T010000Z", "DURATION:PT1H", *more]
    return lines


_ZONED = "DTSTART;TZID=Mine:20260101T090000"
_ZONE_RULES = {
    "never": ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"] * 4,
    "never, and over": ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=19700101T000000Z"] * 4,
    "every day": [f"RRULE:FREQ=MONTHLY;{WEEK}"] * 4,
    "every minute": [f"RRULE:FREQ=MONTHLY;{WEEK};BYHOUR={HOURS};BYMINUTE={MINUTES}"] * 4,
    "counted": ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5"] * 4,
    "dates": ["RDATE:" + ",".join(["20260329T020000"] * 100)],
}

HOSTILE: dict[str, bytes] = {
    "never": hostile(NEVER),
    "never, four times": hostile(*[NEVER] * 4),
    "never, by the month": hostile("RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"),
    "never, by the week": hostile("RRULE:FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30"),
    "never, by the hour": hostile("RRULE:FREQ=HOURLY;INTERVAL=24;BYHOUR=3"),
    "never, by the second": hostile("RRULE:FREQ=SECONDLY;BYSECOND=59;BYMINUTE=59;BYHOUR=23;BYMONTHDAY=31;BYMONTH=2"),
    "never, by steps": hostile("RRULE:FREQ=SECONDLY;INTERVAL=60;BYSECOND=30"),
    "never, by position": hostile("RRULE:FREQ=DAILY;BYSETPOS=2"),
    "every second": hostile("RRULE:FREQ=SECONDLY"),
    "every second, counted": hostile("RRULE:FREQ=SECONDLY;COUNT=99999999999"),
    "every second to the end": hostile("RRULE:FREQ=SECONDLY;UNTIL=99981231T000000Z"),
    "every minute, counted": hostile("RRULE:FREQ=MINUTELY;COUNT=40000"),
    "a step of millennia": hostile("RRULE:FREQ=SECONDLY;INTERVAL=99999999999"),
    "every day for ever": hostile("RRULE:FREQ=DAILY;UNTIL=99991231T235959Z"),
    "every day of a year": hostile(f"RRULE:FREQ=YEARLY;BYYEARDAY={EACH_YEAR_DAY}"),
    "every time of a day": hostile(f"RRULE:FREQ=DAILY;BYHOUR={HOURS};BYMINUTE={MINUTES};BYSECOND={MINUTES}"),
    "positions": hostile(f"RRULE:FREQ=YEARLY;BYDAY=MO,TU;BYHOUR=1,2,3;BYMINUTE={MINUTES};BYSETPOS=1,-1"),
    "every position": hostile(f"RRULE:FREQ=YEARLY;{WEEK};BYSETPOS={EACH_YEAR_DAY}"),
    "positions of an hour": hostile(f"RRULE:FREQ=HOURLY;BYMINUTE={MINUTES};BYSECOND={MINUTES};BYSETPOS=366"),
    "a week that is not": hostile("RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=6"),
    "a day that is not": hostile("RRULE:FREQ=MONTHLY;BYDAY=6MO,-6TU"),
    "excluded by rule": hostile("RRULE:FREQ=DAILY", *["EXRULE:FREQ=SECONDLY"] * 5),
    "dates": hostile(f"RDATE:{dates(3_900)}"),
    "too many dates": hostile(f"RDATE:{dates(19_000)}"),
    "periods": hostile("RDATE;VALUE=PERIOD:" + dates(3_900).replace(",", "/P1D,") + "/P1D"),
    "exceptions": hostile("RRULE:FREQ=DAILY", f"EXDATE:{dates(3_900)}"),
    "too many exceptions": hostile("RRULE:FREQ=DAILY", "EXDATE:" + ",".join(["20261121T100000Z"] * 19_000)),
    "a thousand changed": hostile(*changed(1_000)),
    "a thousand changed for good": hostile(*changed(1_000, future=True)),
    "two thousand changed": hostile(*changed(2_000)),
    "a hundred years long": hostile("RRULE:FREQ=HOURLY", "DURATION:P36500D"),
    "longer than time": hostile("RRULE:FREQ=DAILY", "DURATION:P99999W"),
    "alarms": hostile("RRULE:FREQ=MINUTELY;INTERVAL=5", *ALARM * 500),
    "alarms of each that is changed": hostile(*changed(500, *ALARM)),
    "alarms of each that is changed for good": hostile(*changed(300, *ALARM, future=True)),
    "tasks": hostile("DUE:20260101T010000Z", "RRULE:FREQ=MINUTELY", kind="VTODO"),
    "journals": hostile("RRULE:FREQ=MINUTELY", kind="VJOURNAL"),
    **{
        f"a zone: {name}": hostile("RRULE:FREQ=DAILY", start=_ZONED, before=zone(*lines))
        for name, lines in _ZONE_RULES.items()
    },
    "many zones": hostile(
        *(f"RDATE;TZID=Z{number}:20260201T090000" for number in range(200)),
        before=[line for n in range(200) for line in zone(*_ZONE_RULES["every day"], parts=2, name=f"Z{n}")],
    ),
}
