"""XML bodies: valid reports of every kind, with hostile parts, and documents that attack a parser."""

from __future__ import annotations

from random import Random
from xml.sax.saxutils import quoteattr

from fuzz.texts import COMPONENTS, MOMENTS, WORDS, ZONES

DECLARED = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" '
    'xmlns:A="http://apple.com/ns/ical/"'
)
PROPERTIES = (
    *("D:getetag", "C:calendar-data", "D:resourcetype", "CS:getctag", "D:sync-token", "A:calendar-color", "D:acl"),
    *("D:current-user-privilege-set", "C:schedule-tag", "D:displayname", "C:calendar-timezone", "D:nothing", "x"),
    *("C:supported-calendar-component-set", "D:owner", "D:supported-report-set", "C:calendar-user-address-set"),
    *("D:quota-used-bytes", "D:quota-available-bytes", "C:max-attachment-size", "C:managed-attachments-server-URL"),
)
TOKENS = (
    "@TOKEN@",
    "@TOKEN@9",
    "",
    "data:,televent/x",
    "data:,televent/00000000-0000-0000-0000-000000000000/1",
    "data:,",
    "http://x/",
    "\u00e9",
    "9" * 400,
)
_NAMES = ("displayname", "owner", "a b", "", "x/><y", "é", "1", "a:b")
_NAMESPACES = ("DAV:", "", "http://www.w3.org/2000/xmlns/", "http://www.w3.org/XML/1998/namespace", "{x}", "&")
_XML_WORDS = tuple(word.replace("\x00", "").replace("\x1b", "") for word in WORDS)


def _attribute(value: str) -> str:
    return quoteattr(value.replace("\x00", "").replace("\x1b", ""))


def _props(dice: Random) -> str:
    if dice.random() < 0.1:
        return dice.choice(("<D:allprop/>", "<D:propname/>", "<D:prop/>", ""))
    names = dice.choices(PROPERTIES[:-1], k=dice.choice((1, 2, 8, 300)))
    return f"<D:prop>{''.join(f'<{each}/>' for each in names)}</D:prop>"


def _range(dice: Random, name: str = "C:time-range") -> str:
    start, end = _attribute(dice.choice(MOMENTS)), _attribute(dice.choice(MOMENTS))
    if dice.random() < 0.5:
        start, end = (
            '"20261101T000000Z"',
            dice.choice(('"20261201T000000Z"', '"20270101T000000Z"', '"99991231T000000Z"')),
        )
    return dice.choice(
        (f"<{name} start={start} end={end}/>", f"<{name} start={start}/>", f"<{name} end={end}/>", f"<{name}/>")
    )


def _filter(dice: Random, depth: int = 0) -> str:
    inner = []
    for _ in range(dice.choice((0, 1, 1, 2, 5))):
        collation = _attribute(dice.choice(("i;octet", "i;ascii-casemap", "i;x", "")))
        word = f"<C:text-match collation={collation}>Te</C:text-match>"
        in_param = f"<C:param-filter name='PARTSTAT'>{word}</C:param-filter>"
        name = _attribute(dice.choice(("SUMMARY", "UID", "ATTENDEE", "X-THING", "", "DTSTART")))
        in_prop = dice.choice((word, in_param, _range(dice), "<C:is-not-defined/>", ""))
        prop = f"<C:prop-filter name={name}>{in_prop}</C:prop-filter>"
        inner.append(dice.choice((prop, prop, _range(dice), "<C:is-not-defined/>", "<C:nonsense/>")))
    if depth < dice.choice((1, 2, 3, 60)):
        inner.append(_filter(dice, depth + 1))
    name = "VCALENDAR" if depth == 0 else dice.choice(COMPONENTS)
    test = dice.choice(("", "", "test='anyof'", "test='x'"))
    return f"<C:comp-filter name={_attribute(name)} {test}>{''.join(inner)}</C:comp-filter>"


def report(dice: Random, members: list[str]) -> str:
    """The body of a REPORT."""
    data = dice.choice(
        (
            "",
            "<C:calendar-data/>",
            f"<C:calendar-data>{_range(dice, dice.choice(('C:expand', 'C:limit-recurrence-set')))}</C:calendar-data>",
        )
    )
    prop = _props(dice).replace("<D:prop>", f"<D:prop>{data}", 1)
    hrefs = "".join(
        f"<D:href>{each}</D:href>" for each in dice.choices(members or ["/"], k=dice.choice((0, 1, 5, 2000)))
    )
    token = dice.choice(TOKENS)
    zone = f"<C:timezone-id>{dice.choice(('UTC', 'Europe/London', 'x'))}</C:timezone-id>"
    level = f"<D:sync-level>{dice.choice(('1', 'infinite', '0', 'x', ''))}</D:sync-level>"
    limit = f"<D:limit><D:nresults>{dice.choice(('1', '0', '-1', 'x', '9' * 30))}</D:nresults></D:limit>"
    search = f"<D:property-search>{prop}<D:match>{dice.choice(('a', '', '%', '_'))}</D:match></D:property-search>"
    inner = f"<D:property name={_attribute(dice.choice(_NAMES))} namespace={_attribute(dice.choice(_NAMESPACES))}/>"
    expand = f'<D:property name="owner">{inner}</D:property>'
    kinds = {
        "C:calendar-query": f"{prop}<C:filter>{_filter(dice)}</C:filter>{zone}",
        "C:calendar-multiget": f"{prop}{hrefs}",
        "C:free-busy-query": _range(dice),
        "D:sync-collection": f"<D:sync-token>{token}</D:sync-token>{level}{limit}{prop}",
        "D:expand-property": expand * dice.choice((1, 300)),
        "D:principal-property-search": f"{search}{prop}",
        "D:principal-match": f"<D:self/>{prop}",
        "D:acl-principal-prop-set": prop,
        "D:principal-search-property-set": "",
        "D:version-tree": prop,
    }
    name = dice.choice(list(kinds))
    return f"<{name} {DECLARED}>{kinds[name]}</{name}>"


def propfind(dice: Random) -> str:
    """The body of a PROPFIND."""
    return f"<D:propfind {DECLARED}>{_props(dice)}</D:propfind>"


def change(dice: Random, root: str) -> str:
    """A PROPPATCH, MKCALENDAR or extended MKCOL."""
    values = {
        "D:displayname": dice.choice(_XML_WORDS).replace("<", "&lt;").replace("&amp;", "&").replace("&", "&amp;"),
        "A:calendar-color": dice.choice(("#ff0000", "#FF0000FF", "red", "x" * 5000)),
        "C:calendar-timezone-id": dice.choice(ZONES[:4]),
        "C:supported-calendar-component-set": f"<C:comp name={_attribute(dice.choice(COMPONENTS))}/>",
        "D:resourcetype": dice.choice(
            ("<D:collection/><C:calendar/>", "<D:collection/>", "<C:calendar/>", "<D:principal/>")
        ),
        "D:getetag": "x",
        "C:calendar-timezone": "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\nEND:VCALENDAR",
        "A:calendar-order": dice.choice(("1", "-1", "x", "9" * 60)),
    }
    names = dice.sample(list(values), k=dice.randint(0, 4))
    props = "".join(f"<{name}>{values[name]}</{name}>" for name in names)
    verb = dice.choice(("set", "set", "remove"))
    return f"<{root} {DECLARED}><D:{verb}><D:prop>{props}</D:prop></D:{verb}></{root}>"


def posted(dice: Random) -> str:
    """The body of a POST that shares a calendar, answers an offer, or subscribes to push messages."""
    who = dice.choice(("mailto:bob@example.com", "mailto:ann@example.com", "", "/caldav/1/", "mailto:" + "x" * 3000))
    rights = dice.choice(("<CS:read/>", "<CS:read-write/>", "", "<CS:read/><CS:read-write/>"))
    one = f"<CS:set><D:href>{who}</D:href><CS:summary>{'s' * dice.choice((0, 5, 9000))}</CS:summary>{rights}</CS:set>"
    share = f"{one * dice.choice((1, 1, 300))}<CS:remove><D:href>{who}</D:href></CS:remove>"
    host = dice.choice(("/", "@HOME@default/", "%", ""))
    reply = f"<CS:hosturl><D:href>{host}</D:href></CS:hosturl><CS:invite-accepted/>"
    key = dice.choice(
        ("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "", "é", "A" * 999)
    )
    where = dice.choice(
        ("https://push.invalid/x", "http://127.0.0.1:1/", "https://[::1]/", "file:///etc/passwd", "x", "")
    )
    topic = (
        f"<P:trigger><P:content-update><D:depth>{dice.choice(('0', '1', 'x'))}</D:depth></P:content-update></P:trigger>"
    )
    push = (
        f"<P:subscription><P:web-push-subscription><P:push-resource>{where}</P:push-resource>"
        f"<P:content-encoding>{dice.choice(('aes128gcm', 'x'))}</P:content-encoding>"
        f'<P:subscription-public-key type="p256dh">{key}</P:subscription-public-key>'
        f"<P:auth-secret>{dice.choice(('BTBZMqHH6r4Tts7J_aSIgg', '', '!'))}</P:auth-secret></P:web-push-subscription>"
        f"</P:subscription>{topic}<P:expires>{dice.choice(('Sat, 21 Nov 2037 00:00:00 GMT', 'x', ''))}</P:expires>"
    )
    name, inner = dice.choice((("CS:share", share), ("CS:invite-reply", reply), ("P:push-register", push)))
    return f'<{name} {DECLARED} xmlns:P="https://bitfire.at/webdav-push">{inner}</{name}>'


def acl(dice: Random) -> str:
    """An ACL request: entries that mean a share, and entries without a meaning here."""
    principals = (
        "@HOME@",
        "/caldav/1/",
        "mailto:bob@example.com",
        "",
        "%",
        "/caldav/00000000-0000-0000-0000-000000000000/",
    )
    kinds = ("<D:all/>", "<D:authenticated/>", "<D:self/>", "<D:property><D:owner/></D:property>", "<D:x/>", "")
    rights = ("D:read", "D:write", "D:all", "C:read-free-busy", "D:bind", "D:nonsense")
    entries = []
    for _ in range(dice.choice((0, 1, 1, 3, 400))):
        who = f"<D:href>{dice.choice(principals)}</D:href>" if dice.random() < 0.7 else dice.choice(kinds)
        given = "".join(
            f"<D:privilege><{each}/></D:privilege>" for each in dice.choices(rights, k=dice.choice((0, 1, 3)))
        )
        verb = dice.choice(("grant", "grant", "deny", "x"))
        principal = dice.choice(
            (f"<D:principal>{who}</D:principal>", f"<D:invert><D:principal>{who}</D:principal></D:invert>")
        )
        entries.append(f"<D:ace>{principal}<D:{verb}>{given}</D:{verb}>{dice.choice(('', '<D:protected/>'))}</D:ace>")
    return f"<D:acl {DECLARED}>{''.join(entries)}</D:acl>"


def bomb(dice: Random) -> str:
    """A document that attacks the XML parser."""
    depth = dice.choice((100, 5000, 100_000))
    entities = "".join(f"<!ENTITY e{n} '" + f"&e{n - 1};" * 10 + "'>" for n in range(1, 12))
    return dice.choice(
        (
            f"<!DOCTYPE a [<!ENTITY e0 'x'>{entities}]><a>&e11;</a>",
            '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
            '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>',
            "<a>" * depth + "</a>" * depth,
            "<a " + " ".join(f"a{n}='1'" for n in range(depth)) + "/>",
            "<a " + " ".join(f"xmlns:n{n}='u{n}'" for n in range(min(depth, 20_000))) + "/>",
            f"<D:propfind {DECLARED}><D:prop>{'<D:getetag/>' * depth}</D:prop></D:propfind>",
            f"<a>{'&#x10FFFF;' * depth}</a>",
            "<a>&#0;</a>",
            f"<?xml version='1.0' encoding='{dice.choice(('utf-16', 'utf-7', 'ebcdic-cp-us', 'x'))}'?><a/>",
            f"<a>{'x' * 5_000_000}</a>",
        )
    )
