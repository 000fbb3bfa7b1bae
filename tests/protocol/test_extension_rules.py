"""Small standards beside WebDAV, rule by rule, where no other test has it: docs/reference/rfc/webdav-extensions.md."""

import pytest

from support.dav import DECLARED, NAMESPACES, Answer, Client, Site, cal, dav, event
from support.shares import mounted, share

CALENDAR = "<D:set><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype></D:prop></D:set>"
LISTED = "D:supported-live-property-set"


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def places(client: Client) -> list[str]:
    """A path of each kind of resource that every home has."""
    client.put(client.calendar() + "a.ics", event("a@example.com"))
    below = ("", "default/", "default/a.ics", "inbox/", "outbox/", "notifications/")
    return ["/", "/caldav/", "/principals/", *(client.home + each for each in below)]


# ---- RFC 5689
def mkcol(client: Client, path: str, inner: str, **headers: str) -> Answer:
    return client.ask("MKCOL", path, f"<D:mkcol {DECLARED}>{inner}</D:mkcol>", Content_Type="text/xml", **headers)


def test_instructions_of_an_extended_mkcol_count_in_their_order(ann: Client) -> None:
    named = "".join(f"<D:set><D:prop><D:displayname>{name}</D:displayname></D:prop></D:set>" for name in ("One", "Two"))
    assert mkcol(ann, ann.calendar("work"), CALENDAR + named).status == 201
    assert ann.propfind(ann.calendar("work"), "D:displayname").only().text(dav("displayname")) == "Two"


def test_an_extended_mkcol_and_mkcalendar_make_the_same(ann: Client) -> None:
    props = "<D:displayname>Tea</D:displayname><A:calendar-color>#FF0000FF</A:calendar-color>"
    inner = f"<D:set><D:prop>{props}</D:prop></D:set>"
    assert mkcol(ann, ann.calendar("one"), CALENDAR + inner).status == 201
    assert ann.ask("MKCALENDAR", ann.calendar("two"), f"<C:mkcalendar {DECLARED}>{inner}</C:mkcalendar>").status == 201
    names = ("D:resourcetype", "D:displayname", "A:calendar-color", "C:supported-calendar-component-set", LISTED)
    one, two = (ann.propfind(ann.calendar(name), *names).only() for name in ("one", "two"))
    assert one.missing == two.missing == set()
    for name in one.props:
        assert (one.props[name].text, one.inside(name)) == (two.props[name].text, two.inside(name))


@pytest.mark.parametrize("kinds", ["<C:calendar/>", "<D:collection/>", "<D:collection/><Z:wiki xmlns:Z='urn:z'/>", ""])
def test_a_resourcetype_that_is_not_one_of_ours_is_refused_by_name(ann: Client, kinds: str) -> None:
    inner = f"<D:set><D:prop><D:resourcetype>{kinds}</D:resourcetype></D:prop></D:set>"
    answer = mkcol(ann, ann.calendar("work"), inner)
    assert (answer.status, answer.precondition()) == (403, dav("valid-resourcetype"))
    assert ann.propfind(ann.calendar("work"), "D:resourcetype").status == 404


def test_what_fails_is_told_in_one_mkcol_response_and_nothing_is_made(ann: Client) -> None:
    inner = "<D:set><D:prop><D:displayname>Tea</D:displayname><D:getetag>x</D:getetag></D:prop></D:set>"
    answer = mkcol(ann, ann.calendar("work"), CALENDAR + inner)
    assert answer.xml.tag == dav("mkcol-response")
    told = {
        propstat.findtext("D:status", namespaces=NAMESPACES, default="").split()[1]: {
            str(each.tag) for each in propstat.iterfind("D:prop/*", NAMESPACES)
        }
        for propstat in answer.xml
    }
    assert told["403"] == {dav("getetag")}
    assert dav("displayname") in told["424"]
    assert ann.propfind(ann.calendar("work"), "D:resourcetype").status == 404


# ---- RFC 5995
def test_who_may_not_bind_adds_no_member(ann: Client, bob: Client) -> None:
    ann.ask("MKCALENDAR", ann.calendar("work"))
    for access, made in (("read", False), ("read-write", True)):
        path = mounted(ann, bob, access)
        (uri,) = bob.propfind(path, "D:add-member").only().hrefs(dav("add-member"))
        answer = bob.ask("POST", uri, event(f"{access}@example.com"), Content_Type="text/calendar")
        if made:
            assert answer.status == 201
            assert ann.ask("GET", ann.calendar("work") + answer.headers["location"].rpartition("/")[2]).status == 200
        else:
            assert (answer.status, answer.precondition()) == (403, dav("need-privileges"))
            assert answer.xml.findtext(f".//{dav('href')}") == path
            assert answer.xml.find(f".//{dav('privilege')}/{dav('bind')}") is not None
    assert len(ann.propfind(ann.calendar("work"), "D:getetag", depth="1").responses()) == 2


def test_a_condition_on_the_collection_holds_for_who_adds_a_member(ann: Client) -> None:
    etag = ann.propfind(ann.calendar(), "D:getetag").only().text(dav("getetag"))
    for number, expected in enumerate((201, 412)):
        text, kind = event(f"{number}@example.com"), "text/calendar"
        assert ann.ask("POST", ann.calendar(), text, Content_Type=kind, If_Match=etag).status == expected
    assert len(ann.propfind(ann.calendar(), "D:getetag", depth="1").responses()) == 2


def test_what_is_listed_as_live_is_there_and_what_is_there_is_listed(ann: Client) -> None:
    for path in places(ann):
        listed = {
            str(each.tag)
            for each in ann.propfind(path, LISTED)
            .only()
            .props[dav("supported-live-property-set")]
            .iterfind("D:supported-live-property/D:prop/*", NAMESPACES)
        }
        everything = ann.ask("PROPFIND", path, f"<D:propfind {DECLARED}><D:propname/></D:propfind>", Depth="0").only()
        assert set(everything.props) <= listed
        assert dav("supported-live-property-set") in listed


# ---- RFC 5842
def ident(client: Client, path: str) -> str:
    (found,) = client.propfind(path, "D:resource-id").only().hrefs(dav("resource-id"))
    return found


def test_no_two_resources_have_one_id_and_allprop_does_not_give_it(ann: Client, bob: Client) -> None:
    found = [ident(client, path) for client in (ann, bob) for path in places(client)[3:5] + places(client)[5:6]]
    assert len(set(found)) == len(found)
    assert all(each.startswith("urn:uuid:") for each in found)
    for path in (ann.home, ann.calendar(), ann.calendar() + "a.ics"):
        everything = ann.ask("PROPFIND", path, f"<D:propfind {DECLARED}><D:allprop/></D:propfind>", Depth="0").only()
        assert dav("resource-id") not in everything.props


def test_a_resource_made_again_has_a_new_id_and_a_changed_one_keeps_its_own(ann: Client) -> None:
    path = ann.calendar() + "a.ics"
    ann.put(path, event("a@example.com", "SUMMARY:One"))
    first = ident(ann, path)
    ann.put(path, event("a@example.com", "SUMMARY:Two"))
    assert ident(ann, path) == first
    ann.ask("DELETE", path)
    ann.put(path, event("a@example.com", "SUMMARY:Two"))
    assert ident(ann, path) != first
    ann.ask("MKCALENDAR", ann.calendar("work"))
    calendar = ident(ann, ann.calendar("work"))
    ann.ask("DELETE", ann.calendar("work"))
    ann.ask("MKCALENDAR", ann.calendar("work"))
    assert ident(ann, ann.calendar("work")) != calendar
    assert ann.ask("COPY", path, Destination=ann.calendar("work") + "a.ics").status == 201
    assert ident(ann, ann.calendar("work") + "a.ics") != ident(ann, path)


def test_a_meeting_that_is_put_back_is_the_one_that_it_was(ann: Client, bob: Client) -> None:
    path, people = ann.calendar() + "a.ics", ("ORGANIZER:mailto:ann@example.com", "ATTENDEE:mailto:bob@example.com")
    ann.put(path, event("a@example.com", "SUMMARY:One", *people))
    first = ident(ann, path)
    ann.ask("DELETE", path)
    ann.put(path, event("a@example.com", "SUMMARY:Two", *people))
    assert ident(ann, path) == first


# ---- RFC 5397, RFC 6764
def test_everywhere_the_same_principal_is_named_by_its_own_url(ann: Client) -> None:
    (own,) = ann.propfind(ann.home, "D:principal-URL").only().hrefs(dav("principal-URL"))
    for path in [*places(ann), "/caldav/ann@example.com/", "/caldav/101/default/"]:
        assert ann.propfind(path, "D:current-user-principal").only().hrefs(dav("current-user-principal")) == [own]
        assert ann.ask("PROPFIND", path, login=False).status == 401


@pytest.mark.parametrize("method", ["GET", "HEAD", "PROPFIND", "OPTIONS"])
def test_the_well_known_url_is_a_signpost_and_says_that_it_is_not_to_be_kept(ann: Client, method: str) -> None:
    answer = ann.ask(method, "/.well-known/caldav", login=False)
    if method == "OPTIONS":
        assert answer.status == 200
        return
    assert answer.status in (301, 303, 307, 308)
    assert answer.headers["location"].endswith("/caldav/")
    assert "no-cache" in answer.headers["cache-control"]


@pytest.mark.parametrize("user", ["101", "ann@example.com", "ANN@Example.com"])
def test_one_signs_in_by_address_as_well(ann: Client, user: str) -> None:
    other = Client(ann.site, ann.tenant, user, ann.password)
    assert other.propfind("/", "D:current-user-principal").only().hrefs(dav("current-user-principal")) == [ann.home]


# ---- RFC 3253 §3.8
def expand(client: Client, path: str, inner: str) -> Answer:
    return client.report(path, "D:expand-property", inner)


def test_each_href_of_a_property_is_expanded_and_nothing_else_of_it(ann: Client, bob: Client) -> None:
    share(ann, "mailto:bob@example.com", calendar="default")
    inner = '<D:property name="acl"><D:property name="displayname"/><D:property name="no-such"/></D:property>'
    (acl,) = expand(ann, ann.calendar(), inner).only().props.values()
    told = {
        response.findtext("D:href", namespaces=NAMESPACES): response
        for response in acl.iterfind("D:ace/D:principal/D:response", NAMESPACES)
    }
    assert set(told) == {ann.home, bob.home}
    assert told[ann.home].findtext(".//D:displayname", namespaces=NAMESPACES) == "Ann"
    missing = told[ann.home].findall("D:propstat", NAMESPACES)[1]
    assert "404" in missing.findtext("D:status", namespaces=NAMESPACES, default="")
    assert missing.find("D:prop/D:no-such", NAMESPACES) is not None
    # Another person's resource shows no more here than at its own URL.
    assert "404" in told[bob.home].findtext("D:status", namespaces=NAMESPACES, default="")
    assert len(acl.findall("D:ace/D:grant", NAMESPACES)) == 2


def test_a_property_without_properties_inside_is_as_propfind_gives_it(ann: Client) -> None:
    inner = f'<D:property name="calendar-home-set" namespace="{NAMESPACES["C"]}"/><D:property name="displayname"/>'
    entry = expand(ann, ann.home, inner).only()
    assert entry.hrefs(cal("calendar-home-set")) == [ann.home]
    assert entry.text(dav("displayname")) == "Ann"


def test_expansion_ends_after_three_levels_however_deep_it_is_asked_for(ann: Client) -> None:
    inner = ""
    for _ in range(40):
        inner = f'<D:property name="owner">{inner}</D:property>'
    answer = expand(ann, ann.calendar(), inner)
    assert answer.status == 207
    assert 1 <= len(answer.xml.findall(".//D:response", NAMESPACES)) <= 4
    assert len(answer.body) < 5000


def test_every_collection_lists_the_reports_that_it_answers(ann: Client) -> None:
    for path in places(ann):
        listed = {
            str(each.tag)
            for each in ann.propfind(path, "D:supported-report-set")
            .only()
            .props[dav("supported-report-set")]
            .iterfind("D:supported-report/D:report/*", NAMESPACES)
        }
        assert dav("expand-property") in listed
        for name in ("expand-property", "sync-collection", "principal-match", "no-such"):
            answer = ann.report(path, f"D:{name}", "")
            refused = answer.status == 403 and answer.precondition() == dav("supported-report")
            assert refused == (dav(name) not in listed), (path, name)


# ---- RFC 7240, RFC 8144
def test_preferences_of_several_lines_count_together_and_unknown_ones_for_nothing(ann: Client) -> None:
    several = "handling=lenient, x-mine, return=minimal; foo"
    answer = ann.propfind(ann.home, "D:displayname", "D:no-such", Prefer=several)
    assert answer.only().missing == set()
    assert answer.headers["preference-applied"] == "return=minimal"
    plain = ann.propfind(ann.home, "D:no-such", Prefer="handling=lenient, x-mine")
    assert plain.only().missing == {dav("no-such")}
    assert "preference-applied" not in plain.headers


@pytest.mark.parametrize("root", ["C:calendar-multiget", "C:calendar-query", "D:sync-collection", "D:expand-property"])
def test_reports_leave_out_what_is_not_there_for_who_prefers_that(ann: Client, root: str) -> None:
    path = ann.calendar() + "a.ics"
    ann.put(path, event("a@example.com"))
    prop = "<D:prop><D:getetag/><D:no-such/></D:prop>"
    filters = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'
    inner = {
        "C:calendar-multiget": f"{prop}<D:href>{path}</D:href>",
        "C:calendar-query": prop + filters,
        "D:sync-collection": f"<D:sync-token/><D:sync-level>1</D:sync-level>{prop}",
        "D:expand-property": '<D:property name="getetag"/><D:property name="no-such"/>',
    }[root]
    place = path if root == "D:expand-property" else ann.calendar()
    for headers, missing in (({}, {dav("no-such")}), ({"Prefer": "return=minimal"}, set()), ({"Brief": "t"}, set())):
        entry = ann.report(place, root, inner, **headers).responses()[path]
        assert (set(entry.props), entry.missing) == ({dav("getetag")}, missing)


def test_with_nothing_left_an_empty_propstat_stands(ann: Client) -> None:
    entry = ann.propfind(ann.home, "D:no-such", Prefer="return=minimal").only()
    assert (entry.by_status, entry.status) == ({"200": set()}, None)


@pytest.mark.parametrize("method", ["MKCALENDAR", "MKCOL"])
def test_what_is_made_as_asked_needs_no_words(ann: Client, method: str) -> None:
    root = "C:mkcalendar" if method == "MKCALENDAR" else "D:mkcol"
    body = f"<{root} {DECLARED}>{CALENDAR}</{root}>"
    answer = ann.ask(method, ann.calendar("work"), body, Prefer="return=minimal")
    assert (answer.status, answer.body) == (201, b"")
