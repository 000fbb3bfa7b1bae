"""A phone that knows nothing but an address, and follows only the URLs that it is given."""

from __future__ import annotations

import http.client
import re
from urllib.parse import urljoin, urlsplit

from support.attachments import attach_lines
from support.dav import Answer, Client, cal, dav, event, prop_body
from support.push import subscribe
from support.waiting import NET

_URLS = re.compile(rb'<(?:D:)?href[^>]*>([^<]+)</|(https?://[^\s<>"]+)', re.IGNORECASE)
_NAMESPACES = ("http://calendarserver.org/ns/", "http://apple.com/ns/ical/", "http://www.w3.org/")


class Phone:
    """A person's phone. ``origin`` is what it believes to speak to, ``port`` where its packets arrive."""

    def __init__(self, client: Client, origin: str, port: int) -> None:
        self.client = client
        self.origin = origin
        self.transcript: list[Answer] = []
        client.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=NET)
        client.site.connections.append(client.connection)

    def ask(self, method: str, url: str, body: str | bytes | None = None, **headers: str) -> Answer:
        """A request for a URL, absolute or a path. Other origins than the phone's are out of its reach."""
        absolute = urljoin(f"{self.origin}/", url)
        place = urlsplit(absolute)
        assert f"{place.scheme}://{place.netloc}" == self.origin, absolute
        target = place.path + (f"?{place.query}" if place.query else "")
        answer = self.client.ask(method, target, body, Host=place.netloc, **headers)
        self.transcript.append(answer)
        return answer

    def propfind(self, url: str, *names: str, depth: str = "0") -> Answer:
        return self.ask("PROPFIND", url, prop_body(*names), Depth=depth)

    def first_contact(self) -> None:
        """From the address to calendars, an event, an attachment, sync and push, as DAVx5 and iOS do it."""
        known = self.ask("PROPFIND", "/.well-known/caldav", prop_body("D:current-user-principal"), Depth="0")
        assert known.status == 301
        start = urljoin(f"{self.origin}/.well-known/caldav", known.headers["location"])
        (principal,) = self.propfind(start, "D:current-user-principal").only().hrefs(dav("current-user-principal"))
        names = ("calendar-home-set", "calendar-user-address-set", "schedule-inbox-URL", "schedule-outbox-URL")
        entry = self.propfind(
            principal, *(f"C:{name}" for name in names), "D:owner", "D:principal-collection-set"
        ).only()
        assert entry.href == principal
        assert principal in entry.hrefs(cal("calendar-user-address-set"))
        (home,) = entry.hrefs(cal("calendar-home-set"))
        for name in names[2:]:
            assert self.propfind(entry.hrefs(cal(name))[0], "D:resourcetype").status == 207
        members = self.propfind(home, "D:resourcetype", "D:sync-token", "D:owner", depth="1").responses()
        (calendar,) = (href for href, each in members.items() if cal("calendar") in each.inside(dav("resourcetype")))
        self._edit(calendar)
        self._attach(f"{calendar}tea.ics")
        answer = subscribe_at(self, calendar)
        assert self.ask("DELETE", answer.headers["location"]).status == 204
        assert self.ask("PUT", "/caldav/", b"x").status in (404, 405)

    def _edit(self, calendar: str) -> None:
        tea, mine = f"{calendar}tea.ics", f"{calendar}my%20tea@home.ics"
        assert self.ask("PUT", mine, event("tea@example.com"), Content_Type="text/calendar").status == 201
        etag = self.propfind(mine, "D:getetag").only().text(dav("getetag"))
        tagged = f"<{urljoin(self.origin, mine)}> ([{etag}])"
        moved = self.ask("MOVE", mine, Destination=urljoin(self.origin, tea), If=tagged)
        assert moved.status == 201, moved.text
        again = self.ask("PUT", mine, event("tea@example.com"), Content_Type="text/calendar")
        assert again.status == 403
        assert again.xml.findtext(".//{DAV:}href") == tea
        report = '<C:calendar-multiget xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><D:getetag/>'
        for href in (tea, urljoin(self.origin, tea)):
            found = self.ask("REPORT", calendar, f"{report}</D:prop><D:href>{href}</D:href></C:calendar-multiget>")
            assert found.only().text(dav("getetag")) == etag
        stored = '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><X:seen xmlns:X="urn:x"><D:href>{}</D:href></X:seen>'
        stored = f"{stored.format(tea)}</D:prop></D:set></D:propertyupdate>"
        assert self.ask("PROPPATCH", calendar, stored).status == 207
        seen = self.ask(
            "PROPFIND", calendar, '<propfind xmlns="DAV:"><prop><seen xmlns="urn:x"/></prop></propfind>', Depth="0"
        )
        assert seen.only().hrefs("{urn:x}seen") == [tea]

    def _attach(self, tea: str) -> None:
        headers = {"Content_Type": "text/html", "Content_Disposition": "attachment;filename=agenda.html"}
        added = self.ask("POST", f"{tea}?action=attachment-add", b"agenda", **headers)
        assert added.status == 201, added.text
        (line,) = attach_lines(self.ask("GET", tea).text)
        assert line.partition(":")[2] == added.headers["location"]
        assert self.ask("GET", added.headers["location"]).body == b"agenda"
        whole = self.ask("POST", f"{tea}?action=attachment-add", b"more", Prefer="return=representation", **headers)
        assert len(attach_lines(whole.text)) == 2
        calendar = tea.rpartition("/")[0] + "/"
        data = '<C:calendar-data xmlns:C="urn:ietf:params:xml:ns:caldav"/>'
        sync = '<D:sync-collection xmlns:D="DAV:"><D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/>'
        synced = self.ask("REPORT", calendar, f"{sync}{data}</D:prop></D:sync-collection>", Depth="0")
        texts = synced.responses()[tea].text(cal("calendar-data"))
        assert added.headers["location"] in texts.replace("\r\n ", "").replace("\n ", "")
        assert added.headers["location"] in self.ask("GET", calendar).text.replace("\r\n ", "")

    def urls(self) -> set[str]:
        """Every URL that the phone was told, in headers and bodies."""
        found: set[str] = set()
        for answer in self.transcript:
            found |= {value for name, value in answer.headers.items() if name in ("location", "content-location")}
            body = answer.body.replace(b"\r\n ", b"")
            for href, url in _URLS.findall(body):
                found.add((href or url).decode().strip())
        return {each for each in found if not each.startswith((*_NAMESPACES, "mailto:", "urn:", "data:"))}

    def heard(self) -> str:
        """Everything that the phone was told."""
        parts = [f"{each.headers}\n{each.body.decode('latin-1')}" for each in self.transcript]
        return "\n".join(parts).replace("\r\n ", "")


def subscribe_at(phone: Phone, url: str) -> Answer:
    """A subscription to push messages of a collection."""
    answer = subscribe(phone.client, url, Host=urlsplit(phone.origin).netloc)
    assert answer.status == 204, answer.text
    phone.transcript.append(answer)
    return answer


def told_only(phone: Phone, below: str) -> None:
    """Asserts that every URL that the phone was told is its own origin's, below the path."""
    assert "localhost" not in phone.heard()
    assert "127.0.0.1" not in phone.heard()
    beginnings = (f"{phone.origin}{below}/", f"{below}/")
    assert {each for each in phone.urls() if not each.startswith(beginnings)} == set()
