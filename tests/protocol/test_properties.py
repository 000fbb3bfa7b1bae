"""RFC 4918 §9.1, §9.2, §14, §15: asking for properties and setting them; RFC 8144."""

import pytest

from support.dav import DECLARED, Answer, Client, cal, dav, event, prop_body

UNKNOWN = "{http://example.com/ns}flavour"
FLAVOUR = '<F:flavour xmlns:F="http://example.com/ns"/>'
COLOR = "{http://apple.com/ns/ical/}calendar-color"


def update(*instructions: str) -> str:
    return f"<D:propertyupdate {DECLARED}>{''.join(instructions)}</D:propertyupdate>"


def setting(props: str) -> str:
    return f"<D:set><D:prop>{props}</D:prop></D:set>"


def removing(props: str) -> str:
    return f"<D:remove><D:prop>{props}</D:prop></D:remove>"


def patch(client: Client, path: str, *instructions: str) -> Answer:
    return client.ask("PROPPATCH", path, update(*instructions))


def test_what_is_not_there_is_named_in_a_404_propstat(ann: Client) -> None:
    body = f"<D:propfind {DECLARED}><D:prop><D:displayname/>{FLAVOUR}</D:prop></D:propfind>"
    entry = ann.ask("PROPFIND", ann.calendar(), body, Depth="0").only()
    assert set(entry.props) == {dav("displayname")}
    assert entry.missing == {UNKNOWN}


@pytest.mark.parametrize("header", [{"Prefer": "return=minimal"}, {"Brief": "t"}])
def test_a_minimal_answer_leaves_out_what_is_not_there(ann: Client, header: dict[str, str]) -> None:
    body = f"<D:propfind {DECLARED}><D:prop>{FLAVOUR}</D:prop></D:propfind>"
    answer = ann.ask("PROPFIND", ann.calendar(), body, Depth="0", **header)
    assert answer.only().by_status == {"200": set()}
    assert answer.headers.get("preference-applied") == ("return=minimal" if "Prefer" in header else None)


def test_status_lines_are_those_of_http_1_1(ann: Client) -> None:
    assert "<D:status>HTTP/1.1 200 OK</D:status>" in ann.propfind(ann.home, "D:owner").text


def test_no_body_asks_for_all_and_allprop_gives_stored_properties(ann: Client) -> None:
    patch(ann, ann.calendar(), setting('<F:flavour xmlns:F="http://example.com/ns">sweet</F:flavour>'))
    for body in (None, f"<D:propfind {DECLARED}><D:allprop/></D:propfind>"):
        entry = ann.ask("PROPFIND", ann.calendar(), body, Depth="0").only()
        assert {dav("resourcetype"), dav("displayname"), UNKNOWN} <= set(entry.props)
        assert not entry.missing


def test_allprop_with_include_gives_what_it_names_too(ann: Client) -> None:
    body = f"<D:propfind {DECLARED}><D:allprop/><D:include><D:sync-token/></D:include></D:propfind>"
    entry = ann.ask("PROPFIND", ann.calendar(), body, Depth="0").only()
    assert {dav("sync-token"), dav("displayname")} <= set(entry.props)


def test_propname_gives_names_without_values(ann: Client) -> None:
    entry = ann.ask("PROPFIND", ann.calendar(), f"<D:propfind {DECLARED}><D:propname/></D:propfind>").only()
    assert {dav("displayname"), dav("sync-token"), cal("supported-calendar-component-set")} <= set(entry.props)
    assert all(not each.text and not len(each) for each in entry.props.values())


def test_an_endless_depth_is_refused_and_a_missing_one_means_one_resource(ann: Client) -> None:
    refused = ann.propfind(ann.home, "D:owner", depth="infinity")
    assert (refused.status, refused.precondition()) == (403, dav("propfind-finite-depth"))
    assert ann.ask("PROPFIND", ann.home, prop_body("D:owner")).only().href == ann.home
    assert ann.propfind(ann.home, "D:owner", depth="2").status == 400


def test_what_is_not_there_is_404(ann: Client) -> None:
    assert ann.propfind(ann.calendar("none"), "D:owner").status == 404
    assert ann.propfind(f"{ann.calendar()}none.ics", "D:owner").status == 404


def test_a_member_shows_its_etag_type_size_and_dates(ann: Client) -> None:
    text = event("a@example.com")
    etag = ann.put(f"{ann.calendar()}a.ics", text).headers["etag"]
    names = ("D:getetag", "D:getcontenttype", "D:getcontentlength", "D:getlastmodified", "D:resourcetype")
    entries = ann.propfind(ann.calendar(), *names, depth="1").responses()
    entry = entries[f"{ann.calendar()}a.ics"]
    assert entry.text(dav("getetag")) == etag
    assert entry.text(dav("getcontenttype")) == "text/calendar; charset=utf-8; component=VEVENT"
    assert entry.text(dav("getcontentlength")) == str(len(text))
    assert entry.text(dav("getlastmodified")).endswith(" GMT")
    assert entry.inside(dav("resourcetype")) == set()


def test_a_property_comes_back_as_it_was_set_with_its_attributes_and_elements(ann: Client) -> None:
    nested = (
        '<F:flavour xmlns:F="http://example.com/ns" xml:lang="en" F:kind="a &amp; &quot;b&quot;">'
        'salt &amp; <G:deep xmlns:G="urn:g" n="1">pep<D:per/></G:deep> &lt;tail</F:flavour>'
    )
    answer = patch(
        ann, ann.calendar(), setting(nested + '<A:calendar-color symbolic-color="red">#FF2968FF</A:calendar-color>')
    )
    assert answer.only().by_status == {"200": {UNKNOWN, COLOR}}
    body = f"<D:propfind {DECLARED}><D:prop>{FLAVOUR}<A:calendar-color/></D:prop></D:propfind>"
    entry = ann.ask("PROPFIND", ann.calendar(), body).only()
    flavour, color = entry.props[UNKNOWN], entry.props[COLOR]
    assert dict(flavour.attrib.items()) == {
        "{http://www.w3.org/XML/1998/namespace}lang": "en",
        "{http://example.com/ns}kind": 'a & "b"',
    }
    assert flavour.text == "salt & "
    assert (flavour[0].tag, flavour[0].text, flavour[0].tail) == ("{urn:g}deep", "pep", " <tail")
    assert flavour[0][0].tag == dav("per")
    assert (color.text, dict(color.attrib.items())) == ("#FF2968FF", {"symbolic-color": "red"})
    patch(ann, ann.calendar(), setting("<A:calendar-color>#00FF00FF</A:calendar-color>"))
    again = ann.propfind(ann.calendar(), "A:calendar-color").only().props[COLOR]
    assert (again.text, dict(again.attrib.items())) == ("#00FF00FF", {})


def test_a_name_can_be_set_and_removed(ann: Client) -> None:
    assert patch(ann, ann.calendar(), setting("<D:displayname>Tea &amp; cake</D:displayname>")).status == 207
    assert ann.propfind(ann.calendar(), "D:displayname").only().text(dav("displayname")) == "Tea & cake"
    patch(ann, ann.calendar(), removing("<D:displayname/>"))
    assert ann.propfind(ann.calendar(), "D:displayname").only().text(dav("displayname")) == "default"


def test_instructions_count_in_their_order(ann: Client) -> None:
    one, two = setting("<A:calendar-order>1</A:calendar-order>"), setting("<A:calendar-order>2</A:calendar-order>")
    patch(ann, ann.calendar(), one, removing("<A:calendar-order/>"), two)
    order = ann.propfind(ann.calendar(), "A:calendar-order").only()
    assert order.text("{http://apple.com/ns/ical/}calendar-order") == "2"
    patch(ann, ann.calendar(), one, removing("<A:calendar-order/>"))
    assert ann.propfind(ann.calendar(), "A:calendar-order").only().missing


def test_all_is_set_or_nothing(ann: Client) -> None:
    bad = "<D:resourcetype><D:collection/></D:resourcetype>"
    answer = patch(ann, ann.calendar(), setting("<D:displayname>New</D:displayname>" + bad))
    assert answer.only().by_status == {"403": {dav("resourcetype")}, "424": {dav("displayname")}}
    assert "<D:cannot-modify-protected-property/>" in answer.text
    entry = ann.propfind(ann.calendar(), "D:displayname", "D:resourcetype").only()
    assert entry.text(dav("displayname")) == "Televent"
    assert entry.inside(dav("resourcetype")) == {dav("collection"), cal("calendar")}


def test_a_time_zone_must_be_one(ann: Client) -> None:
    answer = patch(ann, ann.calendar(), setting("<C:calendar-timezone>nonsense</C:calendar-timezone>"))
    assert answer.only().by_status == {"403": {cal("calendar-timezone")}}
    assert "<C:valid-calendar-data/>" in answer.text


def test_where_nothing_can_be_set_each_property_is_refused_by_itself(ann: Client) -> None:
    ann.put(f"{ann.calendar()}a.ics", event("a@example.com"))
    for path in (ann.home, f"{ann.home}inbox/", f"{ann.calendar()}a.ics"):
        answer = patch(ann, path, setting("<D:displayname>x</D:displayname>"))
        assert answer.only().by_status == {"403": {dav("displayname")}}
    assert patch(ann, ann.calendar("none"), setting("<D:displayname>x</D:displayname>")).status == 404


def test_more_properties_than_there_is_room_for_change_nothing(ann: Client) -> None:
    answer = patch(ann, ann.calendar(), setting(f"<C:calendar-description>{'x' * 300_000}</C:calendar-description>"))
    assert answer.only().by_status == {"507": {cal("calendar-description")}}
    assert ann.propfind(ann.calendar(), "C:calendar-description").only().missing


def test_no_entry_of_the_access_list_of_the_home_can_be_changed(ann: Client) -> None:
    answer = ann.ask("ACL", ann.home, f"<D:acl {DECLARED}/>")
    assert (answer.status, answer.precondition()) == (403, dav("no-protected-ace-conflict"))


@pytest.mark.parametrize(
    "body",
    [
        "<D:propfind",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><D:propfind xmlns:D='DAV:'><D:prop>&a;</D:prop></D:propfind>",
        f"<D:propfind {DECLARED}/>",
        f"<D:propertyupdate {DECLARED}/>",
        "<a>" * 120 + "</a>" * 120,
        "not xml",
    ],
    ids=["torn", "doctype", "empty", "another", "deep", "text"],
)
def test_a_body_that_cannot_be_read_is_400(ann: Client, body: str) -> None:
    assert ann.ask("PROPFIND", ann.home, body, Depth="0").status == 400


def test_a_body_beyond_the_limit_is_413(ann: Client) -> None:
    assert ann.ask("PROPFIND", ann.home, b" " * (1024 * 1024 + 1), Depth="0").status == 413


def test_a_compressed_body_is_415(ann: Client) -> None:
    assert ann.ask("PROPFIND", ann.home, b"\x1f\x8b", Content_Encoding="gzip").status == 415
