"""RFC 3744 §9.4, §9.5, RFC 3253 §3.8: finding principals."""

import pytest
from lxml import etree

from support.dav import DECLARED, NAMESPACES, Answer, Client, Entry, cal, dav


def search(client: Client, text: str, prop: str = "D:displayname", path: str = "/principals/") -> set[str]:
    inner = (
        f"<D:property-search><D:prop><{prop}/></D:prop><D:match>{text}</D:match></D:property-search>"
        "<D:prop><D:displayname/></D:prop>"
    )
    return set(client.report(path, "D:principal-property-search", inner, Depth="0").responses())


def test_a_client_finds_its_own_principal_and_no_other(ann: Client) -> None:
    ann.site.person(102, "Annabel", "annabel@example.com")
    assert search(ann, "aNN") == {ann.home}
    assert search(ann, "ann@example", "C:calendar-user-address-set", ann.home) == {ann.home}
    assert search(ann, "annabel") == set()
    assert search(ann, "example.com", "CS:email-address-set") == {ann.home}


def test_what_can_be_searched_is_listed(ann: Client) -> None:
    answer = ann.report("/principals/", "D:principal-search-property-set", "", Depth="0")
    assert answer.status == 200
    names = {str(each.tag) for each in answer.xml.iterfind(".//D:prop/*", NAMESPACES)}
    assert {dav("displayname"), cal("calendar-user-address-set")} <= names


def test_hrefs_are_expanded_into_what_they_name(ann: Client) -> None:
    inner = (
        '<D:property name="current-user-principal"><D:property name="displayname"/>'
        f'<D:property name="calendar-home-set" namespace="{NAMESPACES["C"]}"/></D:property>'
        '<D:property name="no-such"/>'
    )
    answer = ann.report(ann.calendar(), "D:expand-property", inner, Depth="0")
    entry = answer.only()
    assert entry.missing == {dav("no-such")}
    (inside,) = entry.props[dav("current-user-principal")]
    assert inside.tag == dav("response")
    assert inside.findtext(".//D:displayname", namespaces=NAMESPACES) == "Ann"
    assert inside.findtext(".//C:calendar-home-set/D:href", namespaces=NAMESPACES) == ann.home


@pytest.mark.parametrize(
    "asked",
    [
        'name="x" namespace="}{&quot;"',
        'name="ow ner"',
        'name="a/&gt;&lt;b"',
        'name=""',
        "",
        'name="x" namespace="http://www.w3.org/2000/xmlns/"',
    ],
)
def test_what_cannot_be_an_elements_name_is_no_property(ann: Client, asked: str) -> None:
    assert ann.report(ann.home, "D:expand-property", f"<D:property {asked}/>", Depth="0").status == 400


@pytest.mark.parametrize("namespace", ["", "http://www.w3.org/XML/1998/namespace", "urn:a&amp;b"])
def test_a_property_of_any_namespace_is_missing_by_its_own_name(ann: Client, namespace: str) -> None:
    answer = ann.report(ann.home, "D:expand-property", f'<D:property name="x" namespace="{namespace}"/>', Depth="0")
    (name,) = answer.only().missing
    assert name == etree.QName(namespace.replace("&amp;", "&") or None, "x").text


def test_a_search_without_a_condition_lists_whom_one_may_see(ann: Client) -> None:
    entry = ann.report("/", "D:principal-property-search", "<D:prop/><C:calendar-home-set/><D:displayname/>").only()
    assert entry.hrefs(cal("calendar-home-set")) == [ann.home]
    assert entry.text(dav("displayname")) == "Ann"


def match(client: Client, inner: str, path: str = "/principals/", **headers: str) -> Answer:
    return client.report(path, "D:principal-match", f"{inner}<D:prop><D:displayname/></D:prop>", **headers)


def test_the_principal_that_one_is_is_found(ann: Client) -> None:
    assert match(ann, "<D:self/>").only().text(dav("displayname")) == "Ann"
    assert match(ann, "<D:self/>", ann.home).only().href == ann.home
    assert match(ann, "<D:self/>", Depth="1").status == 400
    assert match(ann, "").status == 400


def test_what_is_ones_own_by_a_property_is_found(ann: Client) -> None:
    ann.ask("MKCALENDAR", ann.calendar("work"))
    found = match(ann, "<D:principal-property><D:owner/></D:principal-property>", ann.home).responses()
    assert {ann.home, ann.calendar(), ann.calendar("work")} <= set(found)
    assert match(ann, "<D:principal-property><D:nothing/></D:principal-property>", ann.home).responses() == {}


def test_who_stands_in_the_access_list_is_told_by_name_and_no_more(ann: Client) -> None:
    bob = ann.site.person(102, "Bob", "bob@example.com")
    props = "<D:prop><D:displayname/><C:calendar-user-address-set/></D:prop>"

    def asked() -> dict[str, Entry]:
        return ann.report(ann.calendar(), "D:acl-principal-prop-set", props, Depth="0").responses()

    assert set(asked()) == {ann.home}
    who = f"<D:principal><D:href>{bob.home}</D:href></D:principal>"
    grant = f"<D:ace>{who}<D:grant><D:privilege><D:read/></D:privilege></D:grant></D:ace>"
    assert ann.ask("ACL", ann.calendar(), f"<D:acl {DECLARED}>{grant}</D:acl>").status == 200
    entries = asked()
    assert entries[ann.home].hrefs(cal("calendar-user-address-set")) != []
    assert entries[bob.home].text(dav("displayname")) == "Bob"
    assert entries[bob.home].missing == {cal("calendar-user-address-set")}


def test_what_is_missing_is_named_with_the_place(ann: Client) -> None:
    bob = ann.site.person(102, "Bob", "bob@example.com")
    for method, path, privilege in (
        ("PROPFIND", bob.home, "read"),
        ("PROPFIND", bob.calendar(), "read"),
        ("DELETE", ann.home, "unbind"),
        ("MOVE", ann.home, "unbind"),
    ):
        answer = ann.ask(method, path)
        assert (answer.status, answer.precondition()) == (403, dav("need-privileges"))
        assert answer.xml.findtext(".//D:href", namespaces=NAMESPACES) == path
        (named,) = answer.xml.iterfind(".//D:privilege/*", NAMESPACES)
        assert named.tag == dav(privilege)


def test_a_property_that_a_client_has_set_is_expanded_too(ann: Client) -> None:
    value = f'<X:see xmlns:X="urn:x"><D:href>{ann.home}</D:href></X:see>'
    body = f"<D:propertyupdate {DECLARED}><D:set><D:prop>{value}</D:prop></D:set></D:propertyupdate>"
    assert ann.ask("PROPPATCH", ann.calendar(), body).status == 207
    inner = '<D:property name="see" namespace="urn:x"><D:property name="displayname"/></D:property>'
    (seen,) = ann.report(ann.calendar(), "D:expand-property", inner).only().props["{urn:x}see"]
    assert seen.findtext(".//D:displayname", namespaces=NAMESPACES) == "Ann"
