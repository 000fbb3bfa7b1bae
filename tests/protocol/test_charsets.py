"""RFC 4791 §5.3.2.1, §5.3.4, RFC 9110 §8.3.2, RFC 7303 §3: a text in any charset is stored in UTF-8 or refused with a
sentence; GET and REPORT never show two texts under one ETag."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.dav import DECLARED, NAMESPACES, Answer, Client, Site, cal, dav, event

TEXT = event("a@example.com", "SUMMARY:Fête à Nîmes").decode()
ENGLISH = event("a@example.com", "SUMMARY:Tea")


def where(ann: Client, name: str = "a.ics") -> str:
    return f"{ann.calendar()}{name}"


def put(ann: Client, body: bytes, kind: str = "text/calendar", **headers: str) -> Answer:
    return ann.ask("PUT", where(ann), body, Content_Type=kind, **headers)


def reported(ann: Client, name: str = "a.ics") -> tuple[bytes, str]:
    """The text and the ETag in a calendar-multiget."""
    asked = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
    answer = ann.report(ann.calendar(), "C:calendar-multiget", f"{asked}<D:href>{where(ann, name)}</D:href>")
    entry = answer.only()
    return entry.text(cal("calendar-data")).encode(), entry.text(dav("getetag"))


def same_in_both(ann: Client) -> bytes:
    """The text that GET and REPORT show under one ETag."""
    got = ann.ask("GET", where(ann))
    assert got.status == 200
    assert (got.body, got.headers["etag"]) == reported(ann)
    return got.body


def sentence(answer: Answer) -> str:
    """The sentence for people in a DAV:error."""
    return answer.xml[0].findtext("D:responsedescription", "", NAMESPACES)


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("iso-8859-1", "iso-8859-1"),
        ("ISO-8859-15", "iso-8859-15"),
        ('"windows-1252"', "windows-1252"),
        ("utf-16", "utf-16"),
        ("utf-16", "utf-16-be"),
        ("utf-16le", "utf-16-le"),
    ],
)
def test_a_text_in_a_declared_charset_is_stored_in_utf_8_and_gets_no_etag(
    ann: Client, charset: str, codec: str
) -> None:
    answer = put(ann, TEXT.encode(codec), f"text/calendar; charset={charset}; component=VEVENT")
    assert answer.status == 201
    assert "etag" not in answer.headers
    assert same_in_both(ann) == TEXT.encode()


def test_a_declared_charset_that_changes_no_byte_leaves_the_etag(ann: Client) -> None:
    answer = put(ann, ENGLISH, "text/calendar; charset=iso-8859-1")
    assert answer.headers["etag"] == ann.ask("GET", where(ann)).headers["etag"]


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "punycode", "x-klingon", "hex", "idna"])
def test_an_unknown_charset_is_refused_and_the_answer_says_which_are_known(ann: Client, charset: str) -> None:
    answer = put(ann, ENGLISH, f'text/calendar; charset="{charset}"')
    assert (answer.status, answer.precondition()) == (403, cal("supported-calendar-data"))
    assert "text/calendar" in answer.headers["accept"]
    assert "UTF-8" in sentence(answer)
    assert ann.ask("GET", where(ann)).status == 404


WRONG = {
    "latin-1 without saying so": (TEXT.encode("latin-1"), "text/calendar"),
    "latin-1 as utf-8": (TEXT.encode("latin-1"), "text/calendar; charset=utf-8"),
    "utf-8 as ascii": (TEXT.encode(), "text/calendar; charset=us-ascii"),
    "utf-16 without saying so": (TEXT.encode("utf-16"), "text/calendar"),
    "utf-16 of odd length": (TEXT.encode("utf-16") + b"\n", "text/calendar; charset=utf-16"),
    "a lone surrogate in utf-16": (
        ENGLISH.decode().replace("Tea", "\ud800").encode("utf-16", "surrogatepass"),
        "text/calendar; charset=utf-16",
    ),
    "an overlong form": (ENGLISH.replace(b"Tea", b"\xc0\xaf"), "text/calendar"),
    "an overlong NUL": (ENGLISH.replace(b"Tea", b"\xc0\x80"), "text/calendar"),
    "a surrogate": (ENGLISH.replace(b"Tea", b"\xed\xa0\x80"), "text/calendar"),
    "beyond Unicode": (ENGLISH.replace(b"Tea", b"\xf4\x90\x80\x80"), "text/calendar"),
    "a torn character": (ENGLISH.replace(b"Tea", b"\xe2\x82"), "text/calendar"),
    **{
        f"U+{ord(each):04X}": (ENGLISH.replace(b"Tea", f"T{each}a".encode()), "text/calendar")
        for each in "\x00\x01\x07\x08\x0b\x0c\x0e\x1b\x1f\x7f\ufffe\uffff"
    },
    "a lone CR": (ENGLISH.replace(b"Tea", b"T\rea"), "text/calendar"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bytes_that_are_no_text_are_refused_with_a_sentence_that_names_the_line(ann: Client, case: str) -> None:
    put(ann, ENGLISH)
    body, kind = WRONG[case]
    answer = put(ann, body, kind)
    assert (answer.status, answer.precondition()) == (403, cal("valid-calendar-data"))
    if "utf-16" not in case:
        assert "line 9" in sentence(answer).lower()
    assert same_in_both(ann) == ENGLISH


@pytest.mark.parametrize("text", ["\t", "\u0080\u009f", "\ufdd0", "\U0010ffff", "\u2028", "\ufeff", "\U0001f4c5"])
def test_every_other_character_is_kept(ann: Client, text: str) -> None:
    body = ENGLISH.replace(b"Tea", f"a{text}b".encode())
    assert "etag" in put(ann, body).headers
    assert same_in_both(ann) == body


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r\r\n"])
def test_line_endings_are_kept(ann: Client, ending: str) -> None:
    body = ENGLISH.replace(b"\r\n", ending.encode())
    assert "etag" in put(ann, body).headers
    assert same_in_both(ann) == body


def test_a_byte_order_mark_is_kept(ann: Client) -> None:
    body = b"\xef\xbb\xbf" + ENGLISH
    assert "etag" in put(ann, body).headers
    assert same_in_both(ann) == body


def test_a_fold_inside_a_character_is_moved_before_it(ann: Client) -> None:
    """RFC 5545 §3.1: some programs fold so, and a reader has to restore the character."""
    for fold in (b"\r\n ", b"\n\t", b"\r\n \r\n "):
        answer = put(ann, ENGLISH.replace(b"Tea", b"T\xe2" + fold + b"\x82\xac"))
        assert answer.status in (201, 204)
        assert "etag" not in answer.headers
        assert "T€" in same_in_both(ann).decode().replace("\r\n ", "").replace("\n\t", "")


def test_a_posted_member_is_read_in_its_charset_too(ann: Client) -> None:
    answer = ann.ask("POST", ann.calendar(), TEXT.encode("latin-1"), Content_Type="text/calendar; charset=iso-8859-1")
    assert answer.status == 201
    assert "etag" not in answer.headers
    assert ann.ask("GET", answer.headers["location"]).body == TEXT.encode()
    bad = ann.ask("POST", ann.calendar(), TEXT.encode("latin-1"), Content_Type="text/calendar")
    assert (bad.status, bad.precondition()) == (403, cal("valid-calendar-data"))


def test_the_stored_text_comes_back_where_that_is_preferred(ann: Client) -> None:
    answer = put(ann, TEXT.encode("latin-1"), "text/calendar; charset=latin1", Prefer="return=representation")
    assert (answer.status, answer.body) == (201, TEXT.encode())
    assert answer.headers["etag"] == ann.ask("GET", where(ann)).headers["etag"]


def test_a_larger_text_than_an_object_may_be_is_refused_after_transcoding(ann: Client) -> None:
    body = event("a@example.com").decode().replace("Tea", "é" * 700_000).encode("latin-1")
    answer = put(ann, body, "text/calendar; charset=iso-8859-1")
    assert (answer.status, answer.precondition()) == (403, cal("max-resource-size"))


def test_a_free_busy_request_is_read_in_its_charset(ann: Client) -> None:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:REQUEST", "BEGIN:VFREEBUSY", "UID:u", "DTSTAMP:20261121T100000Z"]
    rows += ["DTSTART:20261125T100000Z", "DTEND:20261126T100000Z", "ORGANIZER;CN=Ann:mailto:ann@example.com"]
    rows += ["ATTENDEE;CN=René:mailto:ann@example.com", "END:VFREEBUSY", "END:VCALENDAR", ""]
    body = "\r\n".join(rows)
    path = f"{ann.home}outbox/"
    for codec in ("utf-16", "latin-1"):
        answer = ann.ask("POST", path, body.encode(codec), Content_Type=f"text/calendar; charset={codec}")
        assert answer.status == 200
    answer = ann.ask("POST", path, body.encode("latin-1"), Content_Type="text/calendar")
    assert (answer.status, answer.precondition()) == (403, cal("valid-calendar-data"))


def renamed(name: str, declaration: str = "") -> str:
    return (
        f"{declaration}<D:propertyupdate {DECLARED}><D:set><D:prop><D:displayname>{name}</D:displayname></D:prop>"
        "</D:set></D:propertyupdate>"
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (renamed("Fête").encode(), "application/xml"),
        (renamed("Fête").encode("latin-1"), "application/xml; charset=iso-8859-1"),
        (renamed("Fête", '<?xml version="1.0" encoding="iso-8859-1"?>').encode("latin-1"), "application/xml"),
        (renamed("Fête", '<?xml version="1.0" encoding="iso-8859-1"?>').encode(), 'text/xml; charset="utf-8"'),
        (renamed("Fête", '<?xml version="1.0" encoding="utf-8"?>').encode("cp1252"), "text/xml; charset=windows-1252"),
        (renamed("Fête").encode("utf-16"), "application/xml"),
        (renamed("Fête").encode("utf-16"), "application/xml; charset=iso-8859-1"),
        (renamed("Fête").encode("utf-16-be"), "application/xml; charset=utf-16be"),
        (renamed("Fête").encode("utf-16-le"), "application/xml"),
        (b"\xef\xbb\xbf" + renamed("Fête").encode(), "application/xml; charset=iso-8859-1"),
    ],
)
def test_an_xml_body_is_read_in_its_charset(ann: Client, body: bytes, kind: str) -> None:
    assert ann.ask("PROPPATCH", ann.calendar(), body, Content_Type=kind).only().by_status == {
        "200": {dav("displayname")}
    }
    assert ann.propfind(ann.calendar(), "D:displayname").only().text(dav("displayname")) == "Fête"


@pytest.mark.parametrize("kind", ["application/xml; charset=utf-7", "text/xml; charset=x-klingon", "declared"])
def test_an_xml_body_in_an_unknown_charset_is_415(ann: Client, kind: str) -> None:
    if kind == "declared":
        body, kind = renamed("Tea", '<?xml version="1.0" encoding="utf-7"?>').encode(), "application/xml"
    else:
        body = renamed("Tea").encode()
    answer = ann.ask("PROPPATCH", ann.calendar(), body, Content_Type=kind)
    assert answer.status == 415
    assert "application/xml" in answer.headers["accept"]
    assert ann.propfind(ann.calendar(), "D:displayname").only().text(dav("displayname")) == "Televent"


@pytest.mark.parametrize(
    "body",
    [
        renamed("Fête").encode("latin-1"),
        renamed("T\xc0\xafa").encode("latin-1"),
        renamed("T\x01a").encode(),
        renamed("T\uffffa").encode(),
        renamed("T&#x1;a").encode(),
        renamed("T&#xD800;a").encode(),
    ],
)
def test_an_xml_body_that_is_no_text_is_400(ann: Client, body: bytes) -> None:
    answer = ann.ask("PROPPATCH", ann.calendar(), body, Content_Type="application/xml; charset=utf-8")
    assert answer.status == 400
    assert ann.propfind(ann.calendar(), "D:displayname").only().text(dav("displayname")) == "Televent"


ZONE = (
    "BEGIN:VCALENDAR&#13;\nVERSION:2.0&#13;\nPRODID:x&#13;\nBEGIN:VTIMEZONE&#13;\nTZID:Europe/Paris&#13;\n"
    "COMMENT:{}&#13;\nBEGIN:STANDARD&#13;\nDTSTART:19700101T000000&#13;\nTZOFFSETFROM:+0100&#13;\nTZOFFSETTO:+0100&#13;\n"
    "END:STANDARD&#13;\nEND:VTIMEZONE&#13;\nEND:VCALENDAR&#13;\n"
)


@pytest.mark.parametrize("text", ["a\x7fb", "a&#13;b"])
def test_a_time_zone_with_a_character_that_icalendar_forbids_is_refused(ann: Client, text: str) -> None:
    prop = f"<D:set><D:prop><C:calendar-timezone>{ZONE.format(text)}</C:calendar-timezone></D:prop></D:set>"
    entry = ann.ask("PROPPATCH", ann.calendar(), f"<D:propertyupdate {DECLARED}>{prop}</D:propertyupdate>").only()
    assert entry.by_status == {"403": {cal("calendar-timezone")}}
    made = ann.ask("MKCALENDAR", ann.calendar("new"), f"<C:mkcalendar {DECLARED}>{prop}</C:mkcalendar>")
    assert (made.status, made.precondition()) == (403, cal("valid-calendar-data"))
    assert ann.propfind(ann.calendar("new"), "D:displayname").status == 404


@pytest.mark.parametrize("bad", [b"\xe9t\xe9", b"T\x01a", b"T\x00a", b"\xed\xa0\x80", "T\uffffa".encode()])
def test_get_and_report_agree_about_a_text_that_was_stored_before(site: Site, ann: Client, bad: bytes) -> None:
    put(ann, ENGLISH)
    with site.core.pool.connection() as connection:
        connection.execute(
            "UPDATE resource SET ics = %s, etag = 'old' WHERE tenant_id = %s",
            (ENGLISH.replace(b"Tea", bad), ann.tenant),
        )
    text = same_in_both(ann)
    text.decode()
    assert b"SUMMARY:" in text
    assert ann.ask("GET", ann.calendar()).body.decode()


BODIES = st.one_of(
    st.binary(max_size=12),
    st.text(st.characters(codec="utf-8"), max_size=6).map(str.encode),
    st.text(st.sampled_from("\x00\x0b\r\n\t \x7f\x85é€\ufeff\ufffe\U0001f4c5;:,"), max_size=6).map(str.encode),
)
KINDS = st.sampled_from(
    [
        "text/calendar",
        *(f"text/calendar; charset={each}" for each in ("utf-8", "iso-8859-1", "utf-16le", "gbk", "koi8-r")),
    ]
)


def test_any_bytes_are_stored_as_one_text_or_refused_without_a_trace(ann: Client) -> None:
    @settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=150,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(some=BODIES, kind=KINDS, wide=st.booleans())
    def check(some: bytes, kind: str, wide: bool) -> None:
        before = ann.ask("GET", where(ann))
        body = ENGLISH.decode().encode("utf-16-le") if wide else ENGLISH
        tea = "Tea".encode("utf-16-le") if wide else b"Tea"
        answer = put(ann, body.replace(tea, some), kind)
        after = ann.ask("GET", where(ann))
        if answer.status in (201, 204):
            text = same_in_both(ann)
            text.decode()
            if "etag" in answer.headers:
                assert (answer.headers["etag"], text) == (after.headers["etag"], body.replace(tea, some))
        else:
            assert (answer.status, answer.precondition().partition("}")[0]) == (403, cal("").rstrip("}"))
            assert (after.status, after.body) == (before.status, before.body)

    check()
