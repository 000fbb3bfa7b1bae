"""RFC 3744, rule by rule, where no other test has it: docs/reference/rfc/rfc3744.md."""

import pytest
from lxml import etree

from support.dav import DECLARED, NAMESPACES, Client, Site, dav, event
from support.shares import granted_acl, mounted, share
from televent.application.refusals import InvalidName

ACCESS = (
    "D:owner",
    "D:group",
    "D:supported-privilege-set",
    "D:current-user-privilege-set",
    "D:acl",
    "D:acl-restrictions",
    "D:inherited-acl-set",
    "D:principal-collection-set",
)
WITHIN = {
    "write": {"write-properties", "write-content", "bind", "unbind"},
    "read": {"read-acl", "read-current-user-privilege-set"},
}


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


@pytest.fixture
def work(ann: Client) -> str:
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    return ann.calendar("work")


def kinds(ann: Client) -> list[str]:
    """A path of every kind that has an access list."""
    ann.put(ann.calendar() + "a.ics", event("a@example.com"))
    places = ["", "default/", "default/a.ics", "inbox/", "outbox/", "notifications/"]
    return ["/principals/", *(ann.home + place for place in places)]


def supported(client: Client, path: str) -> etree._Element:
    return client.propfind(path, "D:supported-privilege-set").only().props[dav("supported-privilege-set")]


def name_of(privilege: etree._Element) -> str:
    """The name of the privilege in a DAV:supported-privilege."""
    found = privilege.find("D:privilege/*", NAMESPACES)
    assert found is not None
    return str(found.tag)


def below(privilege: etree._Element) -> set[str]:
    """The names of all that a DAV:supported-privilege contains."""
    return {name_of(each) for each in privilege.iterfind(".//D:supported-privilege", NAMESPACES)}


def held(client: Client, path: str) -> set[str]:
    entry = client.propfind(path, "D:current-user-privilege-set").only()
    return {str(each[0].tag) for each in entry.props[dav("current-user-privilege-set")]}


# ---- §3
def test_write_contains_its_parts_and_reading_and_writing_are_apart(ann: Client) -> None:
    for path in kinds(ann):
        found = {name_of(each): below(each) for each in supported(ann, path).iter(dav("supported-privilege"))}
        for name, parts in WITHIN.items():
            assert {dav(part) for part in parts} <= found[dav(name)]
        reading = {dav("read"), *(dav(part) for part in WITHIN["read"])}
        writing = {dav("write"), dav("write-acl"), *(dav(part) for part in WITHIN["write"])}
        assert not found[dav("read")] & writing
        assert not found[dav("write")] & reading
        for name in ("read-acl", "read-current-user-privilege-set", "write-acl"):
            assert not found[dav(name)] & (reading | writing)
        assert not [name for name, inside in found.items() if name in inside]


def test_every_privilege_that_one_has_is_a_supported_one_and_none_is_abstract(
    ann: Client, bob: Client, work: str
) -> None:
    shared = mounted(ann, bob, "read-write")
    for client, path in [*((ann, path) for path in kinds(ann)), (bob, shared), (bob, work)]:
        known = supported(client, path)
        assert held(client, path) <= {name_of(each) for each in known.iter(dav("supported-privilege"))}
        assert known.find(".//D:abstract", NAMESPACES) is None
        for described in known.iterfind(".//D:description", NAMESPACES):
            assert described.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_what_one_may_is_what_one_is_told_one_may(ann: Client, bob: Client, work: str) -> None:
    ann.put(work + "a.ics", event("a@example.com"))
    for access in ("read", "read-write"):
        path = mounted(ann, bob, access)
        told, member = held(bob, path), held(bob, path + "a.ics")
        may_bind = bob.put(f"{path}{access}.ics", event(f"{access}@example.com")).status == 201
        may_write = bob.put(path + "a.ics", event("a@example.com", f"SUMMARY:{access}")).status == 204
        may_unbind = bob.ask("DELETE", f"{path}{access}.ics").status == 204
        assert (dav("bind") in told, dav("unbind") in told) == (may_bind, may_unbind)
        assert (dav("write-content") in member) == may_write
        assert dav("write-acl") not in told
        assert bob.ask("ACL", path, f"<D:acl {DECLARED}/>").status == 403


# ---- §4, §5
def test_a_principal_has_a_name_whatever_its_person_is_called(site: Site) -> None:
    for number, name in enumerate(["", " "]):
        with pytest.raises(InvalidName):
            site.person(500 + number, name)
    client = site.person(510, "<A&B>")
    entry = client.propfind(client.home, "D:displayname", "D:resourcetype", "D:principal-URL").only()
    assert entry.text(dav("displayname")) == "<A&B>"
    assert dav("principal") in entry.inside(dav("resourcetype"))
    assert entry.hrefs(dav("principal-URL")) == [client.home]


def test_every_resource_has_the_properties_of_access_and_allprop_gives_none_of_them(ann: Client) -> None:
    principal = ("D:alternate-URI-set", "D:principal-URL", "D:group-member-set", "D:group-membership")
    for path in kinds(ann):
        names = (*ACCESS, *principal) if path == ann.home else ACCESS
        entry = ann.propfind(path, *names).only()
        assert entry.missing == set()
        everything = ann.ask("PROPFIND", path, f"<D:propfind {DECLARED}><D:allprop/></D:propfind>", Depth="0").only()
        assert not {dav(name.removeprefix("D:")) for name in names} & set(everything.props)


def test_the_owner_of_what_is_ones_own_is_the_principal_that_one_is(ann: Client) -> None:
    for path in kinds(ann)[1:]:
        entry = ann.propfind(path, "D:owner", "D:current-user-principal").only()
        assert entry.hrefs(dav("owner")) == entry.hrefs(dav("current-user-principal")) == [ann.home]


# ---- §7
def test_the_access_list_goes_along_with_a_calendar_that_is_moved(ann: Client, bob: Client, work: str) -> None:
    share(ann, "mailto:bob@example.com", "read-write")

    def listed(path: str) -> bytes:
        return etree.tostring(ann.propfind(path, "D:acl").only().props[dav("acl")], method="c14n")

    before = listed(work)
    assert ann.ask("MOVE", work, Destination=ann.calendar("backend"), Depth="infinity").status == 201
    assert listed(ann.calendar("backend")) == before
    assert bob.put(ann.calendar("backend") + "b.ics", event("b@example.com")).status == 201


def test_a_copy_has_the_access_list_of_where_it_stands(ann: Client, bob: Client, work: str) -> None:
    share(ann, "mailto:bob@example.com")
    ann.put(work + "a.ics", event("a@example.com"))
    assert ann.ask("COPY", work + "a.ics", Destination=ann.calendar() + "a.ics").status == 201
    (ace,) = ann.propfind(ann.calendar() + "a.ics", "D:acl").only().props[dav("acl")]
    assert ace.findtext("D:principal/D:href", namespaces=NAMESPACES) == ann.home
    assert bob.ask("GET", work + "a.ics").status == 200
    assert bob.ask("GET", ann.calendar() + "a.ics").status == 403


# ---- §8.1
WRITE_PARTS = ("D:write-properties", "D:write-content", "D:bind", "D:unbind")


@pytest.mark.parametrize(
    ("privileges", "access"),
    [
        (("D:read",), "read"),
        (("D:read", "D:read-acl", "D:read-current-user-privilege-set", "C:read-free-busy"), "read"),
        (("D:read", "D:write"), "read-write"),
        (("D:read", *WRITE_PARTS), "read-write"),
        (("C:read-free-busy",), "busy"),
        # A request is refused where only less or only more than it asks for can be granted.
        (("D:write",), None),
        (("D:bind",), None),
        (("D:read", "D:bind"), None),
        (("D:read", "D:write-content"), None),
        (("D:read-acl",), None),
        (("D:read", "D:write-acl"), None),
        (("D:all",), None),
        (("D:unlock",), None),
    ],
)
def test_exactly_what_was_asked_for_is_granted_or_nothing(
    ann: Client, bob: Client, work: str, privileges: tuple[str, ...], access: str | None
) -> None:
    answer = ann.ask("ACL", work, granted_acl(f"<D:href>{bob.home}</D:href>", *privileges))
    aces = ann.propfind(work, "D:acl").only().props[dav("acl")].findall(dav("ace"))
    if access is None:
        assert (answer.status, answer.precondition()) == (403, dav("not-supported-privilege"))
        assert len(aces) == 1
        assert bob.propfind(work, "D:displayname").status == 403
        return
    assert answer.status == 200
    granted = {str(each[0].tag) for each in aces[1].iterfind("D:grant/D:privilege", NAMESPACES)}
    expanded = {dav(part) for part in WITHIN["write"]} if "D:write" in privileges else set()
    assert {name.replace("D:", "{DAV:}").replace("C:", f"{{{NAMESPACES['C']}}}") for name in privileges} <= granted
    assert expanded <= granted
    assert (dav("write") in granted) == (access == "read-write")
    assert (dav("read") in granted) == (access != "busy")


def test_several_entries_for_one_person_count_together(ann: Client, bob: Client, work: str) -> None:
    def ace(*names: str) -> str:
        given = "".join(f"<D:privilege><{name}/></D:privilege>" for name in names)
        return f"<D:ace><D:principal><D:href>{bob.home}</D:href></D:principal><D:grant>{given}</D:grant></D:ace>"

    for order in (("D:read", "D:write"), ("D:write", "D:read")):
        body = f"<D:acl {DECLARED}>{''.join(map(ace, order))}</D:acl>"
        assert ann.ask("ACL", work, body).status == 200
        assert {dav("read"), dav("write")} <= held(bob, work)


def test_an_acl_request_that_fails_changes_nothing(ann: Client, bob: Client, work: str) -> None:
    share(ann, "mailto:bob@example.com")
    good = f"<D:ace><D:principal><D:href>{bob.home}</D:href></D:principal><D:grant>{{}}</D:grant></D:ace>"
    both = good.format("<D:privilege><D:read/></D:privilege><D:privilege><D:write/></D:privilege>")
    nobody = both.replace(bob.home, "/caldav/999/")
    before = held(bob, work)
    for body in (
        f"<D:acl {DECLARED}>{both}{nobody}</D:acl>",
        f"<D:other {DECLARED}/>",
        f"<D:acl {DECLARED}>{both}",
        "",
    ):
        assert ann.ask("ACL", work, body).status in (400, 403)
        assert held(bob, work) == before


@pytest.mark.parametrize("principal", ["<D:all/>", "<D:authenticated/>", "<D:unauthenticated/>", "<D:self/>"])
def test_no_calendar_is_opened_to_people_who_are_not_named(ann: Client, bob: Client, work: str, principal: str) -> None:
    answer = ann.ask("ACL", work, granted_acl(principal, "D:read"))
    assert (answer.status, answer.precondition()) == (403, dav("allowed-principal"))
    assert bob.propfind(work, "D:displayname").status == 403


# ---- §9
REPORTS = {
    "acl-principal-prop-set": "<D:prop><D:displayname/></D:prop>",
    "principal-match": "<D:self/>",
    "principal-property-search": (
        "<D:property-search><D:prop><D:displayname/></D:prop><D:match>ann</D:match></D:property-search>"
        "<D:prop><D:displayname/></D:prop>"
    ),
    "expand-property": '<D:property name="displayname"/>',
}


@pytest.mark.parametrize("name", REPORTS)
def test_reports_of_principals_are_a_multistatus_are_listed_and_know_no_depth(ann: Client, name: str) -> None:
    path = ann.calendar() if name == "acl-principal-prop-set" else ann.home
    answer = ann.report(path, f"D:{name}", REPORTS[name])
    assert answer.xml.tag == dav("multistatus")
    assert len(answer.responses()) == 1
    reports = ann.propfind(path, "D:supported-report-set").only().props[dav("supported-report-set")]
    assert reports.find(f"D:supported-report/D:report/D:{name}", NAMESPACES) is not None
    if name != "expand-property":
        assert ann.report(path, f"D:{name}", REPORTS[name], Depth="1").status == 400


def test_what_can_be_searched_is_told_where_principals_are_with_its_language(ann: Client) -> None:
    (place,) = ann.propfind(ann.home, "D:principal-collection-set").only().hrefs(dav("principal-collection-set"))
    answer = ann.report(place, "D:principal-search-property-set", "", Depth="0")
    assert answer.xml.tag == dav("principal-search-property-set")
    for each in answer.xml:
        assert each.tag == dav("principal-search-property")
        described = each.find(dav("description"))
        assert described is not None
        assert described.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
        assert len(each.findall("D:prop/*", NAMESPACES)) == 1
    for depth in ("1", "infinity"):
        assert ann.report(place, "D:principal-search-property-set", "", Depth=depth).status == 400
