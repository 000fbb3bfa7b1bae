"""ACL on the inbox: its owner sets who may read their free/busy times (RFC 3744 §8.1, RFC 6638 §6.1.4; ADR 21)."""

from __future__ import annotations

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import DavError, dav_precondition
from televent.adapters.caldav.http import Request
from televent.adapters.caldav.properties.view import Person
from televent.adapters.caldav.sharing.share import account_named
from televent.adapters.caldav.webdav.names import c, d
from televent.adapters.caldav.webdav.xml_in import Element, child, children, name_of, text_of
from televent.application.use_cases.people.free_busy import open_free_busy
from televent.domain.account.free_busy import EVERYONE, NAMED
from televent.domain.sharing.refusals import TooManySharees

_DELIVER = {c("schedule-deliver-invite"), c("schedule-deliver-reply")}
_ASK = {c("schedule-deliver"), c("schedule-query-freebusy")}


def open_inbox(door: Door, request: Request, person: Person, root: Element) -> None:
    """Allows the accounts in ``root``, and from now on no others, to read the person's free/busy times. Raises DavError
    with the precondition of §8.1.1, and UnknownSharee."""
    everyone, people = False, []
    for ace in children(root):
        if name_of(ace) != d("ace"):
            continue
        who, names = _granted(ace)
        owner = _is_owner(person, who)
        if names - _DELIVER - _ASK and not owner:
            raise dav_precondition("not-supported-privilege")
        if child(who, d("authenticated")) is not None:
            everyone = everyone or bool(names & _ASK)
            continue
        href = child(who, d("href"))
        if href is None and not owner:
            raise dav_precondition("allowed-principal")
        # A protected entry already grants delivery to all accounts. An entry that grants it again changes nothing.
        if href is not None and names & _ASK and not owner:
            people.append(account_named(door, request, person, text_of(href).strip()).tenant)
    audience = EVERYONE if everyone else NAMED
    try:
        open_free_busy(door.backend, door.context(request, person), audience=audience, people=people)
    except TooManySharees:
        raise dav_precondition("limited-number-of-aces") from None


def _granted(ace: Element) -> tuple[Element, set[str]]:
    if child(ace, d("deny")) is not None:
        raise dav_precondition("grant-only")
    if child(ace, d("invert")) is not None:
        raise dav_precondition("no-invert")
    principal, grant = child(ace, d("principal")), child(ace, d("grant"))
    if principal is None or grant is None:
        raise DavError(400, text="An entry needs a principal and a grant.")
    names = {name_of(each) for privilege in children(grant) for each in children(privilege)}
    if not names:
        raise dav_precondition("not-supported-privilege")
    return principal, names


def _is_owner(person: Person, principal: Element) -> bool:
    """True if the principal is DAV:owner or the person's own URL. The owner's entry always exists."""
    href = child(principal, d("href"))
    if href is None:
        return child(principal, d("property")) is not None
    return text_of(href).strip().rstrip("/") in (person.principal.rstrip("/"), person.home.rstrip("/"))
