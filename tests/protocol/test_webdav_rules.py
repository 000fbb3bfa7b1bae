"""RFC 4918, rule by rule, where no other test has it: docs/reference/rfc/rfc4918.md."""

from email.utils import parsedate_to_datetime
from itertools import pairwise

import pytest

from support.dav import DECLARED, Answer, Client, Site, dav, event
from support.shares import share

KINDS = ["/", "/caldav/", "/principals/", "{home}", "{home}default/", "{home}inbox/", "{home}outbox/"]
COLLECTIONS = [*KINDS, "{home}notifications/"]


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def at(client: Client, path: str) -> str:
    return path.format(home=client.home)


def put(client: Client, name: str = "a") -> str:
    path = f"{client.calendar()}{name}.ics"
    assert client.put(path, event(f"{name}@example.com")).status == 201
    return path


def everything(ann: Client, bob: Client) -> dict[str, str]:
    """A path of each kind of resource, by the name of the kind."""
    meeting = (
        "SUMMARY:Plan",
        "ORGANIZER:mailto:bob@example.com",
        "ATTENDEE:mailto:bob@example.com",
        "ATTENDEE:mailto:ann@example.com",
    )
    bob.put(bob.calendar() + "m.ics", event("m@example.com", *meeting))
    share(bob, "mailto:ann@example.com", calendar="default")
    paths = {path: at(ann, path) for path in COLLECTIONS}
    for name in ("inbox", "notifications"):
        place = f"{ann.home}{name}/"
        (paths[name],) = set(ann.propfind(place, "D:getetag", depth="1").responses()) - {place}
    return {**paths, "object": put(ann)}


# ---- §5.2, §8.3: names
def test_every_member_of_a_collection_is_listed_once_by_an_absolute_path(ann: Client, bob: Client) -> None:
    everything(ann, bob)
    for path in COLLECTIONS:
        place = at(ann, path)
        answer = ann.propfind(place, "D:resourcetype", depth="1")
        hrefs = [each.text or "" for each in answer.xml.iterfind("{DAV:}response/{DAV:}href")]
        assert len(hrefs) == len(set(hrefs))
        assert hrefs[0] == place
        for href, entry in answer.responses().items():
            assert href.startswith("/")
            assert "/./" not in href
            assert "/../" not in href
            is_collection = dav("collection") in entry.inside(dav("resourcetype"))
            assert href.endswith("/") == is_collection
            # A request for a listed href gives the same resource.
            alone = ann.propfind(href, "D:resourcetype").only()
            assert (alone.href, alone.inside(dav("resourcetype"))) == (href, entry.inside(dav("resourcetype")))


@pytest.mark.parametrize("method", ["PROPFIND", "GET", "HEAD"])
def test_a_collection_asked_for_without_its_slash_says_where_it_is(ann: Client, method: str) -> None:
    for place in (at(ann, path) for path in COLLECTIONS if path != "/"):
        bare, full = ann.ask(method, place[:-1]), ann.ask(method, place)
        assert (bare.status, bare.headers.get("content-location")) == (full.status, place)
        assert "content-location" not in full.headers


# ---- §8: requests
@pytest.mark.parametrize(
    ("method", "body", "headers"),
    [
        ("PROPFIND", "<broken", {}),
        ("PROPFIND", None, {"Depth": "infinity"}),
        ("PROPPATCH", "<broken", {}),
        ("REPORT", "<broken", {}),
        ("PUT", "nonsense", {"If_None_Match": "*"}),
        ("PUT", "nonsense", {"If_Match": '"x"'}),
        ("DELETE", None, {"If_Match": '"x"'}),
        ("DELETE", None, {"If": "(<urn:x>)"}),
        ("MKCALENDAR", "<broken", {}),
        ("COPY", None, {"Destination": "/caldav/x/y/z.ics", "Overwrite": "X"}),
        ("MOVE", None, {"Destination": "nonsense", "Overwrite": "F"}),
        ("ACL", "<broken", {}),
        ("POST", "<broken", {}),
    ],
)
def test_who_may_not_is_told_that_before_anything_else(
    ann: Client, bob: Client, method: str, body: str | None, headers: dict[str, str]
) -> None:
    put(bob)
    for place in ("", "default/", "default/a.ics", "default/none.ics", "none/a.ics"):
        path = bob.home + place
        answer = ann.ask(method, path, body, **headers)
        assert (answer.status, answer.precondition()) == (403, dav("need-privileges"))
        assert ann.ask(method, path, body, login=False, **headers).status == 401


def test_a_forbidden_destination_is_refused_before_overwrite_is_checked(ann: Client, bob: Client) -> None:
    source = put(ann)
    for method in ("COPY", "MOVE"):
        answer = ann.ask(method, source, Destination=put(bob, method), Overwrite="nonsense")
        assert answer.precondition() == dav("need-privileges")


@pytest.mark.parametrize("kind", ["text/xml", "application/xml", 'text/xml; charset="utf-8"', "Application/XML"])
def test_xml_is_taken_under_either_name_and_given_as_xml(ann: Client, kind: str) -> None:
    body = f"<D:propfind {DECLARED}><D:prop><D:displayname/></D:prop></D:propfind>"
    answer = ann.ask("PROPFIND", ann.home, body, Content_Type=kind, Depth="0")
    assert answer.only().text(dav("displayname")) == "Ann"
    assert answer.headers["content-type"].split(";")[0] in ("application/xml", "text/xml")
    assert "utf-8" in answer.headers["content-type"].lower()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_the_encoding_that_xml_declares_is_the_one_it_is_read_in(ann: Client, encoding: str) -> None:
    inner = "<D:set><D:prop><D:displayname>Tées</D:displayname></D:prop></D:set>"
    body = f'<?xml version="1.0" encoding="{encoding}"?><D:propertyupdate {DECLARED}>{inner}</D:propertyupdate>'
    assert ann.ask("PROPPATCH", ann.calendar(), body.encode(encoding)).status == 207
    assert ann.propfind(ann.calendar(), "D:displayname").only().text(dav("displayname")) == "Tées"


@pytest.mark.parametrize(
    "body",
    [
        '<D:propfind xmlns:D="DAV:"><D:prop><Z:x/></D:prop></D:propfind>',
        '<D:propfind xmlns:D="DAV:"><D:prop/>',
        '<D:propfind xmlns:D="DAV:"><D:prop></D:propfind>',
        '<a xmlns:D="DAV:"/><b/>',
        "text",
        '<D:propfind xmlns:D="DAV:" xmlns:D="urn:x"><D:allprop/></D:propfind>',
    ],
)
def test_xml_that_is_not_well_formed_or_not_well_named_is_400(ann: Client, body: str) -> None:
    for method in ("PROPFIND", "PROPPATCH", "REPORT", "MKCALENDAR", "MKCOL", "ACL"):
        path = ann.calendar("new") if method.startswith("MK") else ann.calendar()
        assert ann.ask(method, path, body).status == 400, method


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "COPY", "MOVE"])
def test_a_body_that_would_be_ignored_is_415(ann: Client, method: str) -> None:
    path = put(ann)
    answer = ann.ask(method, path, "<?xml version='1.0'?><x/>", Destination=ann.calendar() + "b.ics")
    assert answer.status == 415
    assert ann.ask("GET", path).status == 200


def test_what_is_unknown_in_a_body_is_as_if_it_were_not_there(ann: Client) -> None:
    extra = '<Z:extra xmlns:Z="urn:z" a="b"><D:prop><D:getetag/></D:prop></Z:extra><?do it?><!-- and so on -->'
    body = f'<D:propfind {DECLARED} extra="1">{extra}<D:prop Z="z"><D:displayname a="b"/>{extra}</D:prop></D:propfind>'
    entry = ann.ask("PROPFIND", ann.home, body, Depth="0").only()
    assert (entry.text(dav("displayname")), entry.missing) == ("Ann", {"{urn:z}extra"})
    inner = f"{extra}<D:set>{extra}<D:prop><D:displayname>Tea</D:displayname></D:prop></D:set>"
    assert (
        ann.ask("PROPPATCH", ann.calendar(), f"<D:propertyupdate {DECLARED}>{inner}</D:propertyupdate>").status == 207
    )
    assert ann.propfind(ann.calendar(), "D:displayname").only().text(dav("displayname")) == "Tea"


def test_external_entities_are_refused_by_name(ann: Client) -> None:
    for declared in ('<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;'):
        body = f'<?xml version="1.0"?><!DOCTYPE D [{declared}]><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>'
        for method in ("PROPFIND", "PROPPATCH", "REPORT"):
            answer = ann.ask(method, ann.calendar(), body)
            assert (answer.status, answer.precondition()) == (403, dav("no-external-entities"))


def test_space_in_a_property_is_kept_whatever_xml_space_says(ann: Client) -> None:
    value = '<Z:note xmlns:Z="urn:z" xml:space="default">  two  blanks\n</Z:note>'
    body = f"<D:propertyupdate {DECLARED}><D:set><D:prop>{value}</D:prop></D:set></D:propertyupdate>"
    assert ann.ask("PROPPATCH", ann.calendar(), body).status == 207
    answer = ann.propfind(ann.calendar(), "D:displayname")
    named = f"<D:propfind {DECLARED}><D:prop><Z:note xmlns:Z='urn:z'/></D:prop></D:propfind>"
    answer = ann.ask("PROPFIND", ann.calendar(), named, Depth="0")
    assert answer.only().text("{urn:z}note") == "  two  blanks\n"


# ---- §8.6, §8.8, §15: tags and dates
def test_what_is_put_again_as_it_was_changes_neither_tag_nor_date_nor_token(ann: Client) -> None:
    path = put(ann)
    before, token = ann.ask("GET", path).headers, ann.sync(ann.calendar()).token()
    assert ann.put(path, event("a@example.com")).status == 204
    after = ann.ask("GET", path).headers
    assert [after[name] for name in ("etag", "last-modified")] == [before[name] for name in ("etag", "last-modified")]
    assert ann.sync(ann.calendar()).token() == token


def test_a_tag_never_comes_back_for_other_bytes(ann: Client) -> None:
    path, tags, dates = put(ann), [], []
    for number in range(4):
        text = event("a@example.com", f"SUMMARY:{number % 2}")
        ann.put(path, text)
        answer = ann.ask("GET", path)
        tags.append((answer.headers["etag"], answer.body))
        dates.append(parsedate_to_datetime(answer.headers["last-modified"]))
        ann.ask("DELETE", path)
    assert len({tag for tag, _ in tags}) == len({body for _, body in tags}) == 2
    assert all(earlier <= later for earlier, later in pairwise(dates))


def test_a_property_that_changes_leaves_the_dates_of_content_alone(ann: Client) -> None:
    path = put(ann)
    before = ann.propfind(path, "D:getetag", "D:getlastmodified").only()
    inner = "<D:set><D:prop><D:displayname>Tea</D:displayname></D:prop></D:set>"
    ann.ask("PROPPATCH", ann.calendar(), f"<D:propertyupdate {DECLARED}>{inner}</D:propertyupdate>")
    after = ann.propfind(path, "D:getetag", "D:getlastmodified").only()
    for name in ("getetag", "getlastmodified"):
        assert after.text(dav(name)) == before.text(dav(name))


def test_headers_of_get_and_properties_say_the_same(ann: Client, bob: Client) -> None:
    names = {"etag": "getetag", "last-modified": "getlastmodified", "content-length": "getcontentlength"}
    for kind, path in everything(ann, bob).items():
        headers = ann.ask("GET", path).headers
        entry = ann.propfind(path, *(f"D:{name}" for name in names.values()), "D:getcontentlanguage").only()
        wanted = names if kind in ("object", "inbox", "notifications") else {"etag": "getetag"}
        for header, name in wanted.items():
            if header in headers:
                assert entry.text(dav(name)) == headers[header], (kind, name)
            else:
                assert dav(name) in entry.missing, (kind, name)
        assert "content-language" not in headers
        assert dav("getcontentlanguage") in entry.missing


# ---- §9, §10.2: Depth
def test_what_has_no_members_is_itself_at_any_depth(ann: Client, bob: Client) -> None:
    paths = everything(ann, bob)
    for kind in ("object", "inbox", "notifications"):
        for depth in ("0", "1", "infinity"):
            assert set(ann.propfind(paths[kind], "D:getetag", depth=depth).responses()) == {paths[kind]}
        assert ann.propfind(paths[kind], "D:getetag", depth="2").status == 400


def test_every_kind_of_resource_answers_propfind_and_names_what_is_missing(ann: Client) -> None:
    for path in KINDS:
        answers_propfind(ann, at(ann, path))


def answers_propfind(ann: Client, place: str) -> None:
    entry = ann.propfind(place, "D:resourcetype", "D:no-such").only()
    assert (set(entry.props), entry.missing) == ({dav("resourcetype")}, {dav("no-such")})
    for body in (None, f"<D:propfind {DECLARED}><D:allprop/></D:propfind>"):
        assert dav("resourcetype") in ann.ask("PROPFIND", place, body, Depth="0").only().props
    deep = ann.propfind(place, "D:resourcetype", depth="infinity")
    assert (deep.status, deep.precondition()) == (403, dav("propfind-finite-depth"))


def test_one_depth_copies_an_object_as_well_as_another(ann: Client) -> None:
    path = put(ann)
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    for depth in ("0", "1", "infinity"):
        target = f"{ann.calendar('work')}{depth}.ics"
        assert ann.ask("COPY", path, Destination=target, Depth=depth).status == 201
        assert ann.ask("MOVE", target, Destination=f"{ann.calendar('work')}m.ics", Depth=depth).status == 201
        assert ann.ask("DELETE", f"{ann.calendar('work')}m.ics").status == 204


# ---- §9.2
def test_every_kind_of_resource_answers_proppatch_for_each_property(ann: Client) -> None:
    inner = "<D:set><D:prop><D:getetag>x</D:getetag><D:resourcetype/></D:prop></D:set>"
    body = f"<D:propertyupdate {DECLARED}>{inner}</D:propertyupdate>"
    for path in (*KINDS[3:], "{home}notifications/"):
        entry = ann.ask("PROPPATCH", at(ann, path), body).only()
        assert entry.by_status == {"403": {dav("getetag"), dav("resourcetype")}}
        assert ann.ask("PROPPATCH", at(ann, path), f"<D:other {DECLARED}/>").status == 400


def test_a_protected_property_is_refused_by_name_and_the_rest_depends_on_it(ann: Client) -> None:
    inner = "<D:set><D:prop><D:displayname>Tea</D:displayname><D:getetag>x</D:getetag></D:prop></D:set>"
    answer = ann.ask("PROPPATCH", ann.calendar(), f"<D:propertyupdate {DECLARED}>{inner}</D:propertyupdate>")
    assert answer.only().by_status == {"403": {dav("getetag")}, "424": {dav("displayname")}}
    # §16: the error is inside its propstat.
    propstats = answer.xml.iter(dav("propstat"))
    (propstat,) = [each for each in propstats if each.find(f"{dav('prop')}/{dav('getetag')}") is not None]
    assert propstat.find(f"{dav('error')}/{dav('cannot-modify-protected-property')}") is not None


# ---- §9.3, §9.6, §9.9: collections
def test_mkcol_with_what_it_does_not_understand_is_415_and_makes_nothing(ann: Client) -> None:
    for body, kind in (("hello", "text/plain"), (f"<D:other {DECLARED}/>", "application/xml")):
        assert ann.ask("MKCOL", ann.calendar("new"), body, Content_Type=kind).status in (400, 415)
    assert ann.ask("MKCOL", ann.calendar("new"), "hello", Content_Type="text/plain").status == 415
    assert ann.propfind(ann.calendar("new"), "D:resourcetype").status == 404


def test_no_collection_is_made_on_the_way(ann: Client) -> None:
    path = put(ann)
    deeper = ann.calendar("none") + "a.ics"
    answers = [
        ann.put(deeper, event("b@example.com")),
        ann.ask("COPY", path, Destination=deeper),
        ann.ask("MOVE", path, Destination=deeper),
    ]
    assert [answer.status for answer in answers] == [409] * 3
    assert ann.ask("MKCOL", f"{ann.calendar('none')}deeper/").status in (403, 409)
    assert ann.propfind(ann.calendar("none"), "D:resourcetype").status == 404


@pytest.mark.parametrize("method", ["DELETE", "MOVE", "PROPPATCH"])
def test_conditions_hold_for_calendars_too(ann: Client, method: str) -> None:
    ann.ask("MKCALENDAR", ann.calendar("work"))
    etag = ann.propfind(ann.calendar("work"), "D:getetag").only().text(dav("getetag"))
    inner = "<D:set><D:prop><D:displayname>Tea</D:displayname></D:prop></D:set>"
    body = f"<D:propertyupdate {DECLARED}>{inner}</D:propertyupdate>" if method == "PROPPATCH" else None
    headers = {"Destination": ann.calendar("play"), "Depth": "infinity"} if method == "MOVE" else {}

    def attempt(**conditions: str) -> Answer:
        return ann.ask(method, ann.calendar("work"), body, **headers, **conditions)

    for refused in ({"If_Match": '"other"'}, {"If_None_Match": "*"}, {"If_None_Match": etag}):
        assert attempt(**refused).status == 412
    assert ann.propfind(ann.calendar("work"), "D:displayname").only().text(dav("displayname")) == "work"
    assert attempt(If_Match=etag).status in (201, 204, 207)


def test_after_a_delete_nothing_is_there(ann: Client) -> None:
    path = put(ann)
    ann.ask("MKCALENDAR", ann.calendar("work"))
    for gone in (path, ann.calendar("work")):
        assert ann.ask("DELETE", gone).status == 204
        assert [ann.ask(method, gone).status for method in ("GET", "HEAD", "PROPFIND", "DELETE")] == [404] * 4


# ---- §10.1, §13
def test_every_resource_says_what_it_is_compliant_with_and_what_is_none_does_not(ann: Client, bob: Client) -> None:
    for path in everything(ann, bob).values():
        classes = ann.ask("OPTIONS", path).headers["dav"].split(", ")
        assert {"1", "3"} <= set(classes)
        assert "2" not in classes
    for path in (f"{ann.home}attachments/x/y.txt", "/push/x"):
        assert "dav" not in ann.ask("OPTIONS", path).headers


def test_a_report_names_each_resource_once_however_often_it_was_asked_for(ann: Client) -> None:
    path = put(ann)
    once = f"<D:href>{path}</D:href>"
    for wanted in (once * 3, once + once.replace("a.ics", "%61.ics")):
        inner = f"<D:prop><D:getetag/></D:prop>{wanted}"
        answer = ann.report(ann.calendar(), "C:calendar-multiget", inner)
        hrefs = [each.text for each in answer.xml.iterfind("{DAV:}response/{DAV:}href")]
        assert len(hrefs) == len(set(hrefs))


def test_only_a_condition_that_was_given_fails(ann: Client) -> None:
    """§12.1: only a request with a condition gets a 412."""
    path = put(ann)
    assert ann.put(path, event("a@example.com", "SUMMARY:New")).status == 204
    assert ann.ask("COPY", path, Destination=ann.calendar() + "b.ics").status != 412
    assert ann.ask("MOVE", path, Destination=ann.calendar() + "c.ics").status == 201
