"""RFC 3744: who may do what, as far as clients read it. Each resource has one protected entry: its owner."""

from __future__ import annotations

from televent.adapters.caldav.properties.live import EVERYWHERE, Live, constant, live
from televent.adapters.caldav.properties.view import AnyView, View
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_out import href

# Named one by one: clients look for "write" or "bind" itself, not for what would contain it (§3).
_READ = ("D:read", "D:read-acl", "D:read-current-user-privilege-set")
_WRITE = ("D:write", "D:write-properties", "D:write-content", "D:bind", "D:unbind")
_DELIVER = (
    "C:schedule-deliver",
    "C:schedule-deliver-invite",
    "C:schedule-deliver-reply",
    "C:schedule-query-freebusy",
)
_SEND = ("C:schedule-send", "C:schedule-send-invite", "C:schedule-send-reply", "C:schedule-send-freebusy")
PRIVILEGES = {
    Kind.ROOT: _READ,
    Kind.HOME: (*_READ, "D:bind", "D:unbind", "C:read-free-busy"),
    Kind.CALENDAR: (*_READ, *_WRITE, "C:read-free-busy"),
    Kind.OBJECT: (*_READ, *_WRITE, "C:read-free-busy"),
    Kind.INBOX: (*_READ, "D:unbind", *_DELIVER),
    Kind.OUTBOX: (*_READ, *_SEND),
}


def _privileges(names: tuple[str, ...]) -> str:
    return "".join(f"<D:privilege><{name}/></D:privilege>" for name in names)


_SETS = {kind: _privileges(names) for kind, names in PRIVILEGES.items()}


def _supported(name: str, description: str, *inner: str) -> str:
    return (
        f"<D:supported-privilege><D:privilege><{name}/></D:privilege>"
        f'<D:description xml:lang="en">{description}</D:description>{"".join(inner)}</D:supported-privilege>'
    )


_SUPPORTED = _supported(
    "D:all",
    "Everything",
    _supported(
        "D:read",
        "Read",
        _supported("C:read-free-busy", "See when the owner is busy"),
        _supported("D:read-acl", "See who may do what"),
        _supported("D:read-current-user-privilege-set", "See what you may do"),
    ),
    _supported(
        "D:write",
        "Write",
        _supported("D:write-properties", "Change properties"),
        _supported("D:write-content", "Change content"),
        _supported("D:bind", "Add members"),
        _supported("D:unbind", "Remove members"),
    ),
    _supported("C:schedule-deliver", "Deliver scheduling messages"),
    _supported("C:schedule-send", "Send scheduling messages"),
)


def _principal(view: AnyView) -> str:
    return href(view.person.principal)


def _acl(view: AnyView) -> str:
    return (
        f"<D:ace><D:principal>{_principal(view)}</D:principal><D:grant>{_SETS[view.kind]}</D:grant>"
        "<D:protected/></D:ace>"
    )


def _principal_url(view: View) -> str:
    return href(view.person.principal)


_OWNED = EVERYWHERE - {Kind.ROOT}

PROPERTIES: tuple[Live, ...] = (
    live(d("owner"), _OWNED, _principal),
    Live(d("current-user-privilege-set"), {kind: constant(names) for kind, names in _SETS.items()}),
    live(d("supported-privilege-set"), EVERYWHERE, constant(_SUPPORTED)),
    live(d("acl"), EVERYWHERE, _acl),
    live(d("acl-restrictions"), EVERYWHERE, constant("<D:grant-only/><D:no-invert/>")),
    live(d("inherited-acl-set"), EVERYWHERE, constant("")),
    live(d("principal-collection-set"), EVERYWHERE, constant(href("/principals/"))),
    live(d("principal-URL"), (Kind.HOME,), _principal_url),
    live(d("alternate-URI-set"), (Kind.HOME,), constant("")),
    live(d("group-membership"), (Kind.HOME,), constant("")),
    live(d("group-member-set"), (Kind.HOME,), constant("")),
)
