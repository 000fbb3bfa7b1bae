"""A report that the event loop answers says the same as one that a thread answers, whatever it asks for.

Both ways are taken by bodies alone: more hrefs than the loop reads, or a property that it does not read, need a thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from support.dav import DECLARED, NAMESPACES, Answer, Client, event, open_site
from televent.adapters.caldav.reports.multiget import FEW, MAX_HREF
from televent.adapters.caldav.reports.named_hrefs import usual_hrefs
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_in import MalformedXml, parse
from televent.adapters.postgres.dav_index.few_rows import MAX_CHANGES, MAX_TEXTS

PROPS = ("D:getetag", "C:calendar-data", "C:schedule-tag", "D:getcontenttype", "D:resourcetype", "D:owner", "X:none")
NAMED = f'{DECLARED} xmlns:X="urn:x"'
TEXTS = {
    "a.ics": event("a@example.com"),
    "b.ics": event("b@example.com", "SUMMARY:Tea & <cake>", "DESCRIPTION:Grüße\\n\U0001f4c5 ]]>"),
    "c%20d.ics": event("c@example.com", "SUMMARY:A name with a blank"),
    "e+f@x.ics": event("e@example.com", "ORGANIZER:mailto:ann@example.com", "ATTENDEE:mailto:guest@example.com"),
    "g.ics": event("g@example.com").replace(b"VEVENT", b"VTODO").replace(b"DTEND", b"DUE"),
    "half.ics": event("half@example.com", f"DESCRIPTION:{'h' * (MAX_TEXTS // 2)}"),
    "other.ics": event("other@example.com", f"DESCRIPTION:{'o' * (MAX_TEXTS // 2)}"),
}


@dataclass
class Full:
    """A person with a full calendar, and its token after each change."""

    ann: Client
    path: str
    tokens: list[str]


@pytest.fixture(scope="module")
def full(module_database_url: str) -> Iterator[Full]:
    with open_site(module_database_url) as site:
        ann = site.person(101)
        path = ann.calendar()
        tokens = [ann.sync(path).token()]
        for name, text in TEXTS.items():
            assert ann.put(path + name, text).status == 201
            tokens.append(ann.sync(path).token())
        for name, uid in (("gone.ics", "gone@example.com"), ("a.ics", "a@example.com")):
            assert ann.put(path + name, event(uid, "SUMMARY:New")).status in (201, 204)
            tokens.append(ann.sync(path).token())
        assert ann.ask("DELETE", path + "gone.ics").status == 204
        yield Full(ann, path, [*tokens, ann.sync(path).token(), ""])


def multiget(full: Full, hrefs: list[str], props: list[str], between: str = "") -> Answer:
    named = between.join(f"<D:href>{each}</D:href>" for each in hrefs)
    inner = f"<D:prop>{''.join(f'<{each}/>' for each in props)}</D:prop>{named}"
    body = f"<C:calendar-multiget {NAMED}>{inner}</C:calendar-multiget>"
    return full.ann.ask("REPORT", full.path, body, Content_Type="application/xml")


def shown(answer: Answer, leave_out: str = "") -> list[bytes]:
    """The responses in their order, without those whose href has this text."""
    assert answer.status == 207, answer.text
    found = answer.xml.findall("D:response", NAMESPACES)
    return [etree.tostring(each) for each in found if not leave_out or leave_out not in (each[0].text or "")]


# These take a thread: no member has such a name.
PADDING = "missing-from-every-calendar"
HREFS = st.sampled_from(
    [*TEXTS, "%61.ics", "gone.ics", "never.ics", "", ".", "a.ics/", "c d.ics", "x%2Fy.ics", "%FF.ics", "a.ics?q"]
)


@settings(max_examples=120)
@given(st.data())
def test_a_multiget_says_the_same_on_the_loop_and_in_a_thread(full: Full, data: st.DataObject) -> None:
    start = data.draw(st.sampled_from([full.path, full.path, f"http://localhost{full.path}", "/caldav/x/", ""]))
    hrefs = [start + each for each in data.draw(st.lists(HREFS, min_size=1, max_size=12))]
    props = data.draw(st.lists(st.sampled_from(PROPS), min_size=1, unique=True))
    between = data.draw(st.sampled_from(["", "\n  ", "<!-- <D:href>no</D:href> -->"]))
    padded = [*hrefs, *(f"{full.path}{PADDING}{number}" for number in range(FEW))]
    given, long = multiget(full, hrefs, props, between), multiget(full, padded, props)
    assert shown(given) == shown(long, PADDING)


@settings(max_examples=60)
@given(st.data())
def test_a_sync_says_the_same_on_the_loop_and_in_a_thread(full: Full, data: st.DataObject) -> None:
    token = data.draw(st.sampled_from(full.tokens))
    limit = data.draw(st.none() | st.integers(1, 9))
    props = data.draw(st.lists(st.sampled_from(["getetag", "getcontenttype", "resourcetype"]), min_size=1, unique=True))
    asked = "".join(f"<D:{each}/>" for each in props)
    few = full.ann.sync(full.path, token, limit, asked + "<C:schedule-tag/>")
    # The date of the last change is none of the columns that the loop reads.
    more = full.ann.sync(full.path, token, limit, asked + "<D:getlastmodified/><C:schedule-tag/>").xml
    for each in more.findall(".//D:getlastmodified", NAMESPACES):
        parent = each.getparent()
        assert parent is not None
        parent.remove(each)
    assert etree.tostring(few.xml) == etree.tostring(more)


def test_changes_beyond_those_that_the_loop_reads_are_told_as_well(full: Full) -> None:
    ann = full.ann
    path = ann.calendar("many")
    assert ann.ask("MKCALENDAR", path).status == 201
    token = ann.sync(path).token()
    names = {f"{path}n{number}.ics" for number in range(MAX_CHANGES + 1)}
    for number, name in enumerate(sorted(names), 1):
        assert ann.put(name, event(f"{number}@example.com")).status == 201
        if number >= MAX_CHANGES - 1:
            answer = ann.sync(path, token)
            assert len(answer.responses()) == number
            assert ann.sync(path, answer.token()).responses() == {}
    assert ann.sync(path, token).responses().keys() == names


def test_a_token_in_the_name_of_a_property_stays_there(full: Full) -> None:
    token = full.tokens[1]
    answer = full.ann.sync(full.path, token, None, f'<X:own xmlns:X="{token}"/>')
    assert answer.xml.find(f".//{{{token}}}own") is not None


@pytest.mark.parametrize("beside", [0, FEW])
def test_an_href_that_is_too_long_names_nothing(full: Full, beside: int) -> None:
    long = f"{full.path}%61{'a' * MAX_HREF}.ics"
    hrefs = [f"{full.path}a.ics", long, *(f"{full.path}{PADDING}{number}" for number in range(beside))]
    found = multiget(full, hrefs, ["D:getetag"]).responses()
    assert (found[f"{full.path}a.ics"].status, found[long].status) == (None, "HTTP/1.1 404 Not Found")


PIECES = st.sampled_from(
    [
        *("<D:href>/a/b.ics</D:href>", "<D:href>/a/c.ics</D:href>\r\n", "<D:href/>", "<X:href>/a/d</X:href>"),
        *("<D:href> /a </D:href>", "<D:href>&amp;</D:href>", "<D:href><!-- x -->/a</D:href>", "<href>/n</href>"),
        *("<!--", "-->", "<![CDATA[", "]]>", "<D:prop>", "</D:prop>", "<D:getetag/>", " ", "text", "<D:href a='b'>/a"),
        *("</D:href>", "<?x", "?>", "<D:href>any-members-of-any-device</D:href>", "<D:prop xmlns:D='urn:other'>", "é"),
    ]
)


@settings(max_examples=1_000)
@given(st.lists(PIECES, max_size=12), st.sampled_from([None, "utf-8", "UTF-8", "utf-16", "latin-1", "none-such"]))
def test_hrefs_that_are_cut_out_are_those_of_the_parser(pieces: list[str], charset: str | None) -> None:
    body = f"<C:calendar-multiget {NAMED}>{''.join(pieces)}</C:calendar-multiget>".encode()
    found = usual_hrefs(body, charset)
    if found is None:
        return
    root, hrefs = found
    whole = parse(body, charset)
    assert hrefs == [each.text for each in whole.iterchildren(d("href"))]
    others = [[each.tag for each in tree.iter() if each.tag != d("href")] for tree in (root, whole)]
    assert others[0] == others[1]


def test_the_usual_bodies_are_cut() -> None:
    hrefs = [f"/caldav/me/work/{number}.ics" for number in range(3)]
    for prefix, space in (("D:", "DAV:"), ("", "DAV:"), ("d:", "DAV:")):
        named = "\n".join(f"<{prefix}href>{each}</{prefix}href>" for each in hrefs)
        declared = f"xmlns{':' if prefix else ''}{prefix[:-1]}='{space}'"
        head = '<?xml version="1.0" encoding="UTF-8"?>'
        asked = f"<{prefix}prop><{prefix}getetag/></{prefix}prop>"
        body = f"{head}<C:calendar-multiget xmlns:C='urn:ietf:params:xml:ns:caldav' {declared}>{asked}{named}"
        found = usual_hrefs(f"{body}</C:calendar-multiget>".encode(), "utf-8")
        assert found is not None
        assert found[1] == hrefs


@pytest.mark.parametrize("around", ["<D:x>{}</D:x>", "<!--{}-->", "{0}<D:y/>{0}", "{}<D:href/>"])
def test_hrefs_elsewhere_are_left_to_the_parser(around: str) -> None:
    inner = around.format("<D:href>/a</D:href>")
    body = f"<C:calendar-multiget {NAMED}>{inner}</C:calendar-multiget>".encode()
    assert parse(body) is not None
    assert usual_hrefs(body, None) is None


def test_a_body_with_faults_is_left_to_the_parser() -> None:
    body = f"<C:calendar-multiget {NAMED}><D:href>/a</D:href>".encode()
    with pytest.raises(MalformedXml):
        parse(body)
    assert usual_hrefs(body, None) is None
