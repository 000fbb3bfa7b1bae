"""Calendar objects for the tests beside this file."""


def calendar(*parts: str) -> bytes:
    """A VCALENDAR of components whose lines are separated by LF."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", *"\n".join(parts).split("\n"), "END:VCALENDAR"]
    return "\r\n".join([*lines, ""]).encode()


def event(
    *lines: str, uid: str = "1@example.com", start: str = "DTSTART:20261121T100000Z", kind: str = "VEVENT"
) -> str:
    """A component; ``start`` may be empty."""
    return "\n".join(
        [f"BEGIN:{kind}", f"UID:{uid}", "DTSTAMP:20261101T090000Z", *filter(None, [start]), *lines, f"END:{kind}"]
    )
