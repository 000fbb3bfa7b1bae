"""RFC 3744: access control properties.

Each resource has one protected entry for its owner. A calendar has another entry for each sharee, which ``methods.acl``
sets."""

from __future__ import annotations

from televent.adapters.caldav.properties import scheduling_privileges
from televent.adapters.caldav.properties.live import EVERYWHERE, Getter, Live, constant, live
from televent.adapters.caldav.properties.view import AnyView, CalendarView, InboxView, View, owner_of, share_of
from televent.adapters.caldav.tree import PREFIX, Kind
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_out import href
from televent.domain.sharing.access import BUSY, READ, READ_WRITE

# Every privilege is listed: clients search for "write" or "bind" itself and not for a privilege that contains it (§3).
_READ = ("D:read", "D:read-acl", "D:read-current-user-privilege-set")
_WRITE = ("D:write", "D:write-properties", "D:write-content", "D:bind", "D:unbind")
PRIVILEGES = {
    Kind.ROOT: _READ,
    Kind.HOME: (*_READ, "D:bind", "D:unbind", "C:read-free-busy"),
    Kind.CALENDAR: (*_READ, *_WRITE, "D:write-acl", "C:read-free-busy"),
    Kind.OBJECT: (*_READ, *_WRITE, "C:read-free-busy"),
    Kind.INBOX: (
        *_READ,
        "D:write-properties",
        "D:unbind",
        "D:write-acl",
        *scheduling_privileges.PRIVILEGES[Kind.INBOX],
    ),
    Kind.OUTBOX: (*_READ, *scheduling_privileges.PRIVILEGES[Kind.OUTBOX]),
    Kind.NOTIFICATIONS: (*_READ, "D:unbind"),
    Kind.NOTIFICATION: _READ,
}


SHARED = {
    BUSY: ("C:read-free-busy",),
    READ: (*_READ, "C:read-free-busy"),
    READ_WRITE: (*_READ, *_WRITE, "C:read-free-busy"),
}
"""The privileges of each kind of share (domain.sharing.access.ACCESS)."""


def _privileges(names: tuple[str, ...]) -> str:
    return "".join(f"<D:privilege><{name}/></D:privilege>" for name in names)


_SETS = {kind: _privileges(names) for kind, names in PRIVILEGES.items()}


_SHARED_SETS = {access: _privileges(names) for access, names in SHARED.items()}
_PAST_SET = _SHARED_SETS[READ]
"""The privileges that the owner has on a calendar of the past."""


def _own_privileges(kind: Kind) -> Getter:
    """A getter for the privileges that the client has on a resource of this kind."""
    own = _SETS[kind]

    def read(view: AnyView) -> str:
        share = share_of(view)
        if share is None:
            return own if view.person.past is None else _PAST_SET
        granted = _SHARED_SETS[share.access]
        # A sharee may set their own name and colour of the calendar with any access (CalendarServer sharing §5.5.3).
        own_props = kind is Kind.CALENDAR and share.access == READ
        return granted + _privileges(("D:write-properties",)) if own_props else granted

    return read


def _supported(name: str, description: str, *inner: str) -> str:
    return (
        f"<D:supported-privilege><D:privilege><{name}/></D:privilege>"
        f'<D:description xml:lang="en">{description}</D:description>{"".join(inner)}</D:supported-privilege>'
    )


_COMMON = (
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
    _supported("D:write-acl", "Share"),
)


def _all_supported(kind: Kind) -> str:
    """The privileges that exist for a kind of resource; those of scheduling only for inbox and outbox (RFC 6638
    §6.3)."""
    names = scheduling_privileges.PRIVILEGES.get(kind, ())
    inner = [_supported(name, scheduling_privileges.DESCRIBED[name]) for name in names[1:]]
    scheduling = [_supported(name, scheduling_privileges.DESCRIBED[name], *inner) for name in names[:1]]
    return _supported("D:all", "Everything", *_COMMON, *scheduling)


def _owner(view: AnyView) -> str:
    # A root belongs to no account, so it has no owner (§5.1).
    return "" if view.kind is Kind.ROOT else href(owner_of(view))


def _acl(view: AnyView) -> str:
    """The entries that the client may see: the owner sees all sharees, a sharee sees the owner's entry and their
    own."""
    own = _SETS[view.kind] if view.person.past is None else _PAST_SET
    owner = _ace(owner_of(view), own, "<D:protected/>")
    share = share_of(view)
    if share is not None:
        return owner + _ace(view.person.principal, _SHARED_SETS[share.access])
    if isinstance(view, InboxView):
        return owner + _inbox_entries(view)
    shares = view.row.shares if isinstance(view, CalendarView) else {}
    return owner + "".join(
        _ace(f"{PREFIX}{sharee}/", _SHARED_SETS[str(grant["access"])]) for sharee, grant in shares.items()
    )


def _inbox_entries(view: InboxView) -> str:
    """The entries that grant delivery and free/busy requests (RFC 6638 §6.1)."""
    ask = _privileges((scheduling_privileges.ASK,))
    entries = _entry("<D:authenticated/>", _privileges(scheduling_privileges.DELIVER), "<D:protected/>")
    if view.audience is not None:
        entries += _entry("<D:authenticated/>", ask) if view.audience.everyone else ""
        entries += "".join(_ace(f"{PREFIX}{each}/", ask) for each in view.audience.people)
    return entries


def _ace(principal: str, privileges: str, mark: str = "") -> str:
    return _entry(href(principal), privileges, mark)


def _entry(principal: str, privileges: str, mark: str = "") -> str:
    return f"<D:ace><D:principal>{principal}</D:principal><D:grant>{privileges}</D:grant>{mark}</D:ace>"


def _principal_url(view: View) -> str:
    return href(view.person.principal)


PROPERTIES: tuple[Live, ...] = (
    live(d("owner"), EVERYWHERE, _owner),
    # §5.2: every resource has the property; there are no groups.
    live(d("group"), EVERYWHERE, constant("")),
    Live(d("current-user-privilege-set"), {kind: _own_privileges(kind) for kind in _SETS}),
    Live(d("supported-privilege-set"), {kind: constant(_all_supported(kind)) for kind in EVERYWHERE}),
    live(d("acl"), EVERYWHERE, _acl),
    live(d("acl-restrictions"), EVERYWHERE, constant("<D:grant-only/><D:no-invert/>")),
    live(d("inherited-acl-set"), EVERYWHERE, constant("")),
    live(d("principal-collection-set"), EVERYWHERE, constant(href("/principals/"))),
    live(d("principal-URL"), (Kind.HOME,), _principal_url),
    live(d("alternate-URI-set"), (Kind.HOME,), constant("")),
    live(d("group-membership"), (Kind.HOME,), constant("")),
    live(d("group-member-set"), (Kind.HOME,), constant("")),
)
