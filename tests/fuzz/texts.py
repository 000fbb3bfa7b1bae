"""Calendar text, from plain to hostile."""

from __future__ import annotations

from random import Random

FREQUENCIES = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY", "FORTNIGHTLY", "")
MOMENTS = (
    *("20261125T100000Z", "20261125T100000", "20261125", "00010101T000000Z", "99991231T235959Z", "20261332T256199Z"),
    *("20260329T023000", "19700101T000000", "20261125T235960Z", "-20261125", "", "now", "20240229", "+0000001T000000"),
)
DURATIONS = ("PT1H", "P1D", "-PT15M", "P99999W", "PT999999999S", "P", "PT0S", "P1Y", "-P99999D", "x")
ZONES = (
    "Europe/London",
    "America/New_York",
    "Mars/Base",
    "W. Europe Standard Time",
    "../etc/passwd",
    "x" * 300,
    "é",
    "",
)
COMPONENTS = ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VALARM", "VPOLL", "X-THING", "vevent")
WORDS = (
    "Tea",
    "",
    "é" * 40,
    "a\\nb\\,c\\;",
    "\x00",
    "\x1b[31m",
    "\ud7ff",
    "𝕏" * 9,
    "]]>",
    "<x/>",
    "&amp;",
    '"',
    "x" * 9000,
)
ADDRESSES = (
    "mailto:ann@example.com",
    "mailto:bob@example.com",
    "MAILTO:",
    "urn:uuid:1",
    "/caldav/1/",
    "mailto:@@",
    "javascript:1",
)


def rule(dice: Random) -> str:
    """An RRULE; many cost much to expand, some are invalid."""
    parts = [f"FREQ={dice.choice(FREQUENCIES)}"]
    if dice.random() < 0.5:
        parts.append(f"INTERVAL={dice.choice((1, 2, 0, -1, 7, 9999999999999, 'x'))}")
    if dice.random() < 0.4:
        parts.append(f"COUNT={dice.choice((1, 5, 0, -3, 100000, 2**63, 10**30))}")
    if dice.random() < 0.4:
        parts.append(f"UNTIL={dice.choice(MOMENTS)}")
    for name, low, high in (
        *(
            ("BYSECOND", 0, 60),
            ("BYMINUTE", 0, 59),
            ("BYHOUR", 0, 23),
            ("BYMONTHDAY", -31, 31),
            ("BYYEARDAY", -366, 366),
        ),
        *(("BYWEEKNO", -53, 53), ("BYMONTH", 1, 12), ("BYSETPOS", -366, 366)),
    ):
        if dice.random() < 0.2:
            count = dice.choice((1, 2, 5, 60, 400))
            parts.append(f"{name}={','.join(str(dice.randint(low - 1, high + 1)) for _ in range(count))}")
    if dice.random() < 0.3:
        days = ("MO", "TU", "WE", "TH", "FR", "SA", "SU", "1MO", "-1SU", "53FR", "XX")
        parts.append(f"BYDAY={','.join(dice.choices(days, k=dice.randint(1, 12)))}")
    if dice.random() < 0.05:
        parts.append(dice.choice(("WKST=XX", "RSCALE=CHINESE", "SKIP=FORWARD", "FREQ=DAILY", ";;;", "=", "BYEASTER=0")))
    return ";".join(parts)


def component(dice: Random, uid: str, depth: int = 0) -> list[str]:
    """The lines of one component."""
    name = dice.choice(COMPONENTS) if dice.random() < 0.2 else ("VEVENT" if dice.random() < 0.8 else "VTODO")
    lines = [f"BEGIN:{name}", f"UID:{uid}", "DTSTAMP:20261121T000000Z"]
    zone = f";TZID={dice.choice(ZONES)}" if dice.random() < 0.3 else ""
    kind = dice.choice(("", "", ";VALUE=DATE", ";VALUE=PERIOD", ";VALUE=X"))
    choices = [
        lambda: f"DTSTART{zone}{kind}:{dice.choice(MOMENTS)}",
        lambda: f"DTEND{zone}{kind}:{dice.choice(MOMENTS)}",
        lambda: f"DUE{zone}:{dice.choice(MOMENTS)}",
        lambda: f"DURATION:{dice.choice(DURATIONS)}",
        lambda: f"RRULE:{rule(dice)}",
        lambda: f"RDATE{zone}:{','.join(dice.choices(MOMENTS, k=dice.choice((1, 3, 200))))}",
        lambda: f"EXDATE{zone}:{','.join(dice.choices(MOMENTS, k=dice.choice((1, 3, 200))))}",
        lambda: f"RECURRENCE-ID{dice.choice(('', ';RANGE=THISANDFUTURE', ';RANGE=X'))}{zone}:{dice.choice(MOMENTS)}",
        lambda: f"SUMMARY:{dice.choice(WORDS)}",
        lambda: f'X-THING;X-P="{dice.choice(WORDS)}":{dice.choice(WORDS)}',
        lambda: f"ORGANIZER:{dice.choice(ADDRESSES)}",
        lambda: "\r\n".join(
            f"ATTENDEE;PARTSTAT=X{n}:{dice.choice(ADDRESSES)}" for n in range(dice.choice((1, 3, 150)))
        ),
        lambda: f"SEQUENCE:{dice.choice((0, -1, 2**70, 'x'))}",
        lambda: f"STATUS:{dice.choice(('CONFIRMED', 'CANCELLED', 'NEEDS-ACTION', 'x'))}",
        lambda: f"TRANSP:{dice.choice(('OPAQUE', 'TRANSPARENT', ''))}",
        lambda: f"COMPLETED:{dice.choice(MOMENTS)}",
    ]
    if dice.random() < 0.9:
        lines.append("DTSTART:20261125T100000Z" if dice.random() < 0.6 else choices[0]())
    lines += [dice.choice(choices)() for _ in range(dice.randint(0, 6))]
    if depth < 3 and dice.random() < 0.2:
        lines += component(dice, uid, depth + 1)
    if dice.random() < 0.2:
        trigger = dice.choice(
            ("TRIGGER:-PT15M", "TRIGGER;VALUE=DATE-TIME:20261125T090000Z", "TRIGGER:x", "REPEAT:999999999")
        )
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", trigger, "DURATION:PT1S", "END:VALARM"]
    return [*lines, f"END:{name}"]


def zone_text(dice: Random) -> list[str]:
    """A VTIMEZONE of the client's own, with onsets of its own making."""
    lines = ["BEGIN:VTIMEZONE", f"TZID:{dice.choice(ZONES)}"]
    for part in dice.choices(("STANDARD", "DAYLIGHT"), k=dice.choice((0, 1, 2, 30))):
        offsets = dice.choices(("+0100", "-0000", "+005328", "+9959", "x", "-2400", ""), k=2)
        lines += [f"BEGIN:{part}", f"DTSTART:{dice.choice(MOMENTS)}", f"RRULE:{rule(dice)}"]
        lines += [f"TZOFFSETFROM:{offsets[0]}", f"TZOFFSETTO:{offsets[1]}", f"END:{part}"]
    return [*lines, "END:VTIMEZONE"]


def dear(dice: Random, uid: str) -> list[str]:
    """The lines of a valid object that costs much to expand."""
    zone = dice.choice(("", ";TZID=Europe/London", ";TZID=America/New_York"))
    start = dice.choice(("19000101T000000", "20261125T100000", "20240229T235959", "00010101T000000"))
    lines = [
        f"UID:{uid}",
        "DTSTAMP:20261121T000000Z",
        f"DTSTART{zone}:{start}",
        f"DURATION:{dice.choice(DURATIONS[:2])}",
    ]
    frequency = dice.choice(FREQUENCIES[:7])
    parts = [f"FREQ={frequency}", f"INTERVAL={dice.choice((1, 1, 2, 7, 999))}"]
    if dice.random() < 0.3:
        parts.append(f"COUNT={dice.choice((3, 1000, 1000000))}")
    for name, values in (
        *(("BYMONTH", range(1, 13)), ("BYHOUR", range(24)), ("BYMINUTE", range(60)), ("BYSECOND", range(60))),
        *(("BYMONTHDAY", range(29, 32)), ("BYSETPOS", (-1, 1, 366))),
    ):
        if dice.random() < 0.25:
            some = dice.sample(list(values), k=dice.choice((1, len(values))))
            parts.append(f"{name}={','.join(str(each) for each in some)}")
    lines.append(f"RRULE:{';'.join(parts)}")
    if dice.random() < 0.2:
        lines += [
            f"ORGANIZER:{ADDRESSES[0]}",
            *(f"ATTENDEE:mailto:p{n}@example.com" for n in range(dice.choice((1, 90)))),
        ]
    if dice.random() < 0.3:
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT15M", "REPEAT:99", "DURATION:PT1M"]
        lines.append("END:VALARM")
    kind = dice.choice(("VEVENT", "VEVENT", "VTODO", "VJOURNAL"))
    if kind == "VJOURNAL":
        lines = [each for each in lines if not each.startswith("DURATION:PT1H") and not each.startswith("DURATION:P1D")]
    series = [f"BEGIN:{kind}", *lines, f"END:{kind}"]
    for _ in range(dice.choice((0, 0, 1, 30)) if frequency == "DAILY" else 0):
        day = f"{dice.randint(1, 28):02}"
        once = [f"UID:{uid}", "DTSTAMP:20261121T000000Z", f"DTSTART{zone}:202612{day}T120000", "SUMMARY:Moved"]
        series += [f"BEGIN:{kind}", *once, f"RECURRENCE-ID{zone}:202612{day}T100000", f"END:{kind}"]
    return series


def calendar(dice: Random, uid: str) -> bytes:
    """An object: a valid one, or mostly with one UID, with or without zones; sometimes with broken bytes."""
    if dice.random() < 0.5:
        whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:fuzz", *dear(dice, uid), "END:VCALENDAR", ""]
        return "\r\n".join(whole).encode()
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:fuzz"]
    if dice.random() < 0.25:
        lines += zone_text(dice)
    for _ in range(dice.choice((1, 1, 1, 1, 2, 3, 40))):
        lines += component(dice, uid if dice.random() < 0.95 else f"other-{uid}")
    if dice.random() < 0.05:
        lines.insert(3, "METHOD:REQUEST")
    lines.append("END:VCALENDAR")
    end = "\r\n" if dice.random() < 0.9 else dice.choice(("\n", "\r", "\r\n "))
    return (end.join(lines) + end).encode("utf-8", "surrogatepass")
