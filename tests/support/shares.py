"""Ann shares a calendar with Bob, over CalDAV."""

from support.dav import DECLARED, NAMESPACES, Answer, Client


def cs(local: str) -> str:
    return f"{{{NAMESPACES['CS']}}}{local}"


def share(owner: Client, who: str, access: str = "read", calendar: str = "work", summary: str = "") -> Answer:
    """The owner's POST (CalendarServer sharing §5.3.2)."""
    inner = f"<D:href>{who}</D:href><CS:summary>{summary}</CS:summary><CS:{access}/>"
    return change(owner, f"<CS:set>{inner}</CS:set>", calendar)


def unshare(owner: Client, who: str, calendar: str = "work") -> Answer:
    return change(owner, f"<CS:remove><D:href>{who}</D:href></CS:remove>", calendar)


def change(owner: Client, inner: str, calendar: str = "work") -> Answer:
    body = f"<CS:share {DECLARED}>{inner}</CS:share>"
    return owner.ask("POST", owner.calendar(calendar), body, Content_Type="text/xml")


def reply(sharee: Client, owner: Client, verdict: str = "accepted", calendar: str = "work") -> Answer:
    """The other person's POST (§5.4.1)."""
    inner = (
        f"<D:href>{sharee.home}</D:href><CS:invite-{verdict}/>"
        f"<CS:hosturl><D:href>{owner.calendar(calendar)}</D:href></CS:hosturl>"
    )
    body = f"<CS:invite-reply {DECLARED}>{inner}</CS:invite-reply>"
    return sharee.ask("POST", sharee.home, body, Content_Type="text/xml")


def mounted(owner: Client, sharee: Client, access: str = "read", calendar: str = "work") -> str:
    """Shares and accepts; the path in the other person's home."""
    assert share(owner, f"mailto:{address_of(sharee)}", access, calendar).status == 200
    answer = reply(sharee, owner, calendar=calendar)
    assert answer.status == 200, answer.text
    (href,) = answer.xml.findall("D:href", NAMESPACES)
    return href.text or ""


def address_of(client: Client) -> str:
    """The first verified address of a client's person."""
    account = client.site.core.reads.account(client.tenant)
    assert account is not None
    return account.addresses[0]


def granted_acl(principal: str, *privileges: str) -> str:
    """The body of an ACL request with one entry."""
    given = "".join(f"<D:privilege><{name}/></D:privilege>" for name in privileges)
    ace = f"<D:ace><D:principal>{principal}</D:principal><D:grant>{given}</D:grant></D:ace>"
    return f"<D:acl {DECLARED}>{ace}</D:acl>"


def with_alarm(text: bytes) -> bytes:
    """The event with an alarm ten minutes before."""
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "DESCRIPTION:Tea", "END:VALARM")
    return text.replace(b"END:VEVENT", "\r\n".join((*alarm, "END:VEVENT")).encode())
