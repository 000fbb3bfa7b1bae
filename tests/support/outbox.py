"""Free/busy requests to the scheduling outbox (RFC 6638 §5)."""

from dataclasses import dataclass

from support.dav import DECLARED, NAMESPACES, Answer, Client

DAY = ("20261125T000000Z", "20261126T000000Z")


@dataclass(frozen=True)
class Told:
    """The answer about one recipient. ``busy``: the values of FREEBUSY, each with its type."""

    status: str
    busy: tuple[str, ...]
    data: str


def question(organizer: str, *attendees: str, lines: tuple[str, ...] = (), span: tuple[str, str] = DAY) -> str:
    """A VFREEBUSY of a REQUEST. ``attendees`` are calendar user addresses; ``lines``: more lines."""
    rows = "".join(f"{line}\r\n" for line in (*(f"ATTENDEE:{each}" for each in attendees), *lines))
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:fb@example.com\r\n"
        f"DTSTAMP:20261121T100000Z\r\nDTSTART:{span[0]}\r\nDTEND:{span[1]}\r\nORGANIZER:{organizer}\r\n"
        f"{rows}END:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    )


def post(client: Client, body: str | bytes, **headers: str) -> Answer:
    return client.ask("POST", f"{client.home}outbox/", body, **{"Content_Type": "text/calendar", **headers})


def let_everyone_ask(owner: Client) -> None:
    """Allows every person with an account to ask when the owner is busy."""
    grant = "<D:grant><D:privilege><C:schedule-query-freebusy/></D:privilege></D:grant>"
    ace = f"<D:ace><D:principal><D:authenticated/></D:principal>{grant}</D:ace>"
    assert owner.ask("ACL", f"{owner.home}inbox/", f"<D:acl {DECLARED}>{ace}</D:acl>").status == 200


def told(answer: Answer) -> dict[str, Told]:
    """The answers by recipient, in their order."""
    assert answer.status == 200, answer.text
    return {
        each.findtext("C:recipient/D:href", "", NAMESPACES): _told(
            each.findtext("C:request-status", "", NAMESPACES), each.findtext("C:calendar-data", "", NAMESPACES)
        )
        for each in answer.xml.findall("C:response", NAMESPACES)
    }


def _told(status: str, data: str) -> Told:
    rows = [line.strip() for line in data.replace("\r\n ", "").splitlines()]
    busy = tuple(row.partition(";FBTYPE=")[2] for row in rows if row.startswith("FREEBUSY"))
    return Told(status, busy, data)
