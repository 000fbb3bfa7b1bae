"""Random requests: valid ones of every kind, and ones with faults that bad clients or no clients have."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from fuzz import attaching, documents, texts

METHODS = (
    *(
        "GET",
        "HEAD",
        "PUT",
        "DELETE",
        "PROPFIND",
        "PROPPATCH",
        "REPORT",
        "MKCALENDAR",
        "MKCOL",
        "POST",
        "OPTIONS",
        "ACL",
    ),
    *("COPY", "MOVE", "LOCK", "UNLOCK", "PATCH", "TRACE", "CONNECT", "BREW", "get", "X" * 300, ""),
)
NAMES = ("a.ics", "b.ics", "c.ics", "d e.ics", "%C3%A9.ics", "x%2520.ics", "at@x.ics", "n%0A.ics", "q.ics")
ODD_PATHS = (
    *(
        "/",
        "//",
        "/caldav/",
        "/caldav//",
        "/principals/",
        "/.well-known/caldav",
        "*",
        "",
        "caldav",
        "http://x/",
        "/%00",
        "/%",
    ),
    *("/caldav/%2e%2e/", "/caldav/../../etc/passwd", "/caldav/%ff/", f"/caldav/{'x' * 9000}/", "/?a=b", "/#f"),
    *("/caldav/0/", "/caldav/-1/", "/caldav/99999999999999999999/", "/caldav/00000000-0000-0000-0000-000000000000/x/"),
    *(
        "/api",
        "/health",
        "/caldav/\u00e9/",
        "/caldav/%ED%A0%80/",
        "/a" * 3000,
        "/share/x",
        "/webhooks/telegram",
        "/caldav/1/2/3/4/5",
    ),
)
HEADERS = {
    "If": ('(["x"])', "(<data:,x>)", "(<@TOKEN@>)", "<@HOME@default/> (<@TOKEN@>)", "(<@TOKEN@> [*])",
           '<http://x/> (<a> ["b"]) (Not <c>)', "(" * 3000, "()", '("', "<>", "(Not Not <a>)"),
    "Depth": ("0", "1", "infinity", "-1", "x", "1, 1", "\u00b2", "9" * 400),
    "Destination": ("/", "http://elsewhere.example.com/x", "@HOME@copy.ics", "@HOME@default/", "::", "%zz",
                    "//[::1", "@HOME@default/%00"),
    "Overwrite": ("T", "F", "x"),
    "If-Match": ("*", '"x"', 'W/"x"', "x", '"' * 5000, '"a", "b"', ","),
    "If-None-Match": ("*", '"x"', "**", ""),
    "If-Schedule-Tag-Match": ('"x"', "x", "*"),
    "If-Modified-Since": ("Sat, 21 Nov 2026 00:00:00 GMT", "x", "Sat, 99 Nov 99999 00:00:00 GMT"),
    "If-Unmodified-Since": ("Sat, 21 Nov 1999 00:00:00 GMT", ""),
    "Content-Type": ("text/calendar", "text/xml", "multipart/form-data; boundary=x", "x", ";;;",
                     "text/calendar; charset=utf-16"),
    "Content-Encoding": ("gzip", "identity", "br", "x"),
    "Accept-Encoding": ("gzip", "gzip;q=0", "*;q=x", ",,,"),
    "Prefer": ("return=minimal", "return=representation", "depth-noroot", "x=" + "y" * 5000, "wait=99999999999", ";"),
    "Brief": ("t", "x"),
    "Push-Dont-Notify": ("*", '"http://x/push/1"', '"' * 5000, "*, *"),
    "Range": ("bytes=0-0", "bytes=-1", "bytes=9-1", "x"),
    "Timezones": ("T", "F"), "CalDAV-Timezones": ("T", "F", "x"),
    "Expect": ("100-continue", "200-ok"),
    "Originator": ("mailto:ann@example.com", "x"), "Recipient": ("mailto:ann@example.com", "," * 5000),
    "X-HTTP-Method-Override": ("DELETE",), "Upgrade": ("h2c", "websocket"),
    "Connection": ("close", "keep-alive, Upgrade", "x"), "Origin": ("null", "http://x"),
    "Host": ("", "x:99999", "[::1", "a" * 9000, "\u00e9"), "Cookie": ("a=" + "b" * 9000,),
    "X-Forwarded-For": ("127.0.0.1", "x" * 5000), "X-Request-ID": ("x\u00e9", "y" * 9000),
    "Accept-Language": ("x" * 9000,),
}  # fmt: skip
LOGINS = (
    "Basic",
    "Basic " + "!" * 50,
    "Basic Og==",
    "Basic OnA=",
    "Bearer x",
    "Basic " + "QUFB" * 4000,
    "\u00ff",
    "Basic bm9ib2R5Ong=",
)


@dataclass(frozen=True)
class Case:
    """A request as bytes. ``@LOGIN@`` and ``@HOME@`` are replaced by a person's, so it can be sent again later."""

    raw: bytes
    framed: bool = True
    """True for valid HTTP/1.1, whatever the request means: the server must answer it."""


def case(dice: Random, calendar: str) -> Case:
    """One request; ``calendar`` is the name of a calendar of the sender's own."""
    method, path, headers, body = _valid(dice, calendar)
    framed = True
    if dice.random() < 0.35:
        for name in dice.sample(list(HEADERS), k=dice.choice((1, 1, 2, 6))):
            headers[name] = dice.choice(HEADERS[name])
            framed = framed and name not in ("Host", "Expect", "Upgrade", "Connection")
    if dice.random() < 0.06:
        path = dice.choice(ODD_PATHS)
        framed = False
    if dice.random() < 0.06:
        method = dice.choice(METHODS)
        framed = framed and method.isalpha() and method != "CONNECT"
    if dice.random() < 0.05:
        headers["Authorization"] = dice.choice(LOGINS)
    if dice.random() < 0.15:
        body = _mutated(dice, body)
    if dice.random() < 0.03:
        headers |= {f"X-{n}": "y" * dice.choice((1, 900)) for n in range(dice.choice((40, 400)))}
        framed = False
    raw = _written(method, path, headers, body)
    if dice.random() < 0.06:
        return Case(_misframed(dice, raw, body), framed=False)
    return Case(raw, framed)


def put(name: str, calendar: str, body: bytes) -> Case:
    """A plain PUT."""
    return Case(_written("PUT", f"@HOME@{calendar}/{name}", _plain("text/calendar"), body))


def make_calendar(calendar: str) -> Case:
    """A plain MKCALENDAR."""
    return Case(_written("MKCALENDAR", f"@HOME@{calendar}/", _plain("text/xml"), b""))


def poll(calendar: str) -> Case:
    """The most frequent request of a client: a PROPFIND for changes."""
    body = f"<D:propfind {documents.DECLARED}><D:prop><CS:getctag/><D:sync-token/></D:prop></D:propfind>".encode()
    return Case(_written("PROPFIND", f"@HOME@{calendar}/", {**_plain("text/xml"), "Depth": "0"}, body))


def _plain(content_type: str) -> dict[str, str]:
    return {"Host": "localhost", "Authorization": "@LOGIN@", "Content-Type": content_type}


def _valid(dice: Random, calendar: str) -> tuple[str, str, dict[str, str], bytes]:
    collection = f"@HOME@{calendar}/"
    member = collection + dice.choice(NAMES)
    xml = _plain("text/xml")
    what = dice.random()
    if what < 0.27:
        text = texts.calendar(dice, f"{member.rpartition('/')[2]}@example.com")
        return "PUT", member, _plain("text/calendar"), attaching.attached(dice, text) if dice.random() < 0.15 else text
    if what < 0.31:
        headers = {**_plain("x"), **attaching.headers(dice)}
        return "POST", f"{member}?{attaching.query(dice)}", headers, attaching.body(dice)
    if what < 0.32:
        where = f"@HOME@attachments/{dice.choice(attaching.IDS)}/{dice.choice(('x', '%2F', '', 'a.html'))}"
        return dice.choice(("GET", "GET", "HEAD", "PUT", "DELETE", "PROPFIND")), where, _plain("text/plain"), b""
    if what < 0.62:
        members = [f"{collection}{name}" for name in NAMES] + list(ODD_PATHS[:12])
        where = dice.choice((collection, collection, collection, "@HOME@", "/", "/principals/", "@HOME@inbox/", member))
        headers = {**xml, "Depth": dice.choice(("0", "1"))}
        return "REPORT", where, headers, documents.report(dice, [_text(each) for each in members]).encode()
    if what < 0.74:
        where = dice.choice((collection, "@HOME@", "/", member, "@HOME@inbox/", "@HOME@outbox/"))
        return (
            "PROPFIND",
            where,
            {**xml, "Depth": dice.choice(("0", "1", "infinity"))},
            documents.propfind(dice).encode(),
        )
    if what < 0.80:
        method, root = dice.choice(
            (("PROPPATCH", "D:propertyupdate"), ("MKCALENDAR", "C:mkcalendar"), ("MKCOL", "D:mkcol"))
        )
        own = (collection, collection, "@HOME@", "@HOME@inbox/", member)
        where = dice.choice(own) if method == "PROPPATCH" else f"@HOME@{calendar}-{dice.randint(0, 3)}/"
        return method, where, xml, documents.change(dice, root).encode("utf-8", "replace")
    if what < 0.85:
        return (
            dice.choice(("REPORT", "PROPFIND", "PROPPATCH")),
            collection,
            xml,
            documents.bomb(dice).encode("utf-8", "replace"),
        )
    if what < 0.90:
        headers = {**_plain("text/xml"), "Destination": collection + dice.choice(NAMES), "Overwrite": dice.choice("TF")}
        return dice.choice(("COPY", "MOVE")), member, headers, b""
    if what < 0.91:
        where = dice.choice((collection, collection, "@HOME@", "@HOME@inbox/", member))
        return "ACL", where, xml, documents.acl(dice).encode()
    if what < 0.93:
        return "POST", dice.choice((collection, "@HOME@", collection, "/")), xml, documents.posted(dice).encode()
    if what < 0.95:
        body = texts.calendar(dice, "fb@example.com").replace(b"BEGIN:VEVENT", b"BEGIN:VFREEBUSY")
        return "POST", dice.choice(("@HOME@outbox/", collection)), _plain("text/calendar"), body
    return dice.choice(("GET", "DELETE", "HEAD", "OPTIONS")), member, _plain("text/plain"), b""


def _text(path: str) -> str:
    return path.replace("&", "&amp;").replace("<", "&lt;")


def _written(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body


def _mutated(dice: Random, body: bytes) -> bytes:
    out = bytearray(body)
    for _ in range(dice.choice((1, 2, 8, 60))):
        if not out:
            break
        place = dice.randrange(len(out))
        match dice.randrange(4):
            case 0:
                out[place] = dice.randrange(256)
            case 1:
                del out[place : place + dice.choice((1, 9, 200))]
            case 2:
                out[place:place] = out[place : place + dice.choice((1, 30, 600))]
            case _:
                out[place:place] = dice.choice(
                    (b"\x00", b"\xff\xfe", b"<", b"&x;", b"\r\n", b":" * 50, b'"', b"\xed\xa0\x80")
                )
    return bytes(out)


def _misframed(dice: Random, raw: bytes, body: bytes) -> bytes:
    length = f"Content-Length: {len(body)}".encode()
    return dice.choice(
        (
            raw.replace(length, b"Content-Length: -1", 1),
            raw.replace(length, b"Content-Length: 99999999999999999999999", 1),
            raw.replace(length, length + b"\r\nContent-Length: 3", 1),
            raw.replace(length, length + b"\r\nTransfer-Encoding: chunked", 1),
            raw.replace(length, b"Transfer-Encoding: chunked", 1),
            raw.replace(length, b"Transfer-Encoding: xchunked", 1),
            raw.replace(length, b"", 1),
            raw.replace(b"HTTP/1.1", b"HTTP/9.9", 1),
            raw.replace(b"\r\n", b"\n"),
            raw.replace(b": ", b" : "),
            raw[: dice.randrange(1, len(raw))],
            raw + raw,
            bytes(dice.randrange(256) for _ in range(200)),
        )
    )
