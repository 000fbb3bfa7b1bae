"""KDE's requests when a person adds a calendar, for every form of the URL (Akonadi's DAV resource, KDAV and KIO 5.103).

KIO sends each request without credentials first, follows redirects itself, and writes no target for a URL without a
path. KDAV asks the URL for the calendar home set, or for the principal and that for the home set, and lists the home.
"""

from __future__ import annotations

import base64
import http.client
import socket

import pytest
from lxml import etree

from support.dav import Client, Site, dav
from support.waiting import NET

CALDAV = "urn:ietf:params:xml:ns:caldav"
HEAD = (
    "{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: keep-alive\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) KIO/5.103 akonadi_davgroupware_resource_0/5.22.3\r\n"
    "Pragma: no-cache\r\nCache-control: no-cache\r\n"
    "Accept: text/html, text/*;q=0.9, image/jpeg;q=0.9, image/png;q=0.9, image/*;q=0.9, */*;q=0.8\r\n"
    "Accept-Charset: utf-8,*;q=0.5\r\nAccept-Language: en\r\n{login}Depth: {depth}\r\n"
    "Content-Type: text/xml; charset=utf-8\r\nContent-Length: {length}\r\n\r\n{body}"
)
XML = (
    '<?xml version="1.0" encoding="utf-8"?>\r\n'
    '<propfind xmlns="DAV:">\n <prop xmlns="DAV:">\n{names} </prop>\n</propfind>'
)
HOME_SET = XML.format(
    names=f'  <calendar-home-set xmlns="{CALDAV}"/>\n  <current-user-principal xmlns="DAV:"/>\n'
    '  <principal-URL xmlns="DAV:"/>\n'
)
CALENDARS = XML.format(
    names='  <displayname xmlns="DAV:"/>\n  <resourcetype xmlns="DAV:"/>\n'
    '  <calendar-color xmlns="http://apple.com/ns/ical/"/>\n'
    f'  <supported-calendar-component-set xmlns="{CALDAV}"/>\n'
    '  <current-user-privilege-set xmlns="DAV:"/>\n  <getctag xmlns="http://calendarserver.org/ns/"/>\n'
)
URLS = [
    *("", "/", "/caldav", "/caldav/", "/principals", "/principals/"),
    *("/caldav/{tenant}", "/caldav/{tenant}/", "/caldav/101", "/caldav/101/", "/caldav/ann@example.com"),
    *("/caldav/{tenant}/default", "/caldav/{tenant}/default/"),
]


class Kio:
    """KIO's side of the connections to the server."""

    def __init__(self, client: Client) -> None:
        self._port = client.site.port
        pair = base64.b64encode(f"{client.user}:{client.password}".encode()).decode()
        self._login = f"Authorization: Basic {pair}\r\n"

    def propfind(self, target: str, body: str, depth: int) -> etree._Element:
        """The multistatus at the end of all redirects and challenges."""
        login = ""
        for _ in range(4):
            status, location, answer = self._ask(target, body, depth, login)
            if status == 401:
                login = self._login
            elif 300 <= status < 400:
                target = location.removeprefix(f"http://127.0.0.1:{self._port}")
            else:
                assert status == 207, (status, answer)
                return etree.fromstring(answer)
        raise AssertionError("the set-up does not end")

    def _ask(self, target: str, body: str, depth: int, login: str) -> tuple[int, str, bytes]:
        sent = HEAD.format(
            method="PROPFIND", target=target, port=self._port, login=login, depth=depth, length=len(body), body=body
        )
        with socket.create_connection(("127.0.0.1", self._port), NET) as connection:
            connection.sendall(sent.encode())
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status, answer.headers.get("location", ""), answer.read()


def first(root: etree._Element, name: str) -> str | None:
    """The href in the first property of this name that was found."""
    for propstat in root.iter(dav("propstat")):
        if "200" in (propstat.findtext(dav("status")) or ""):
            found: str | None = propstat.findtext(f"{dav('prop')}/{name}/{dav('href')}")
            if found:
                return found
    return None


def calendars(kio: Kio, target: str) -> list[str]:
    """The URLs of the calendars that KDE finds from this URL."""
    home_set = f"{{{CALDAV}}}calendar-home-set"
    root = kio.propfind(target, HOME_SET, 0)
    home = first(root, home_set)
    if home is None:
        principal = first(root, dav("current-user-principal")) or first(root, dav("principal-URL"))
        assert principal is not None
        home = first(kio.propfind(principal, HOME_SET, 0), home_set)
    listed = kio.propfind(home or target, CALENDARS, 1)
    return [
        each.findtext(dav("href")) or ""
        for each in listed.iter(dav("response"))
        if each.find(f".//{dav('resourcetype')}/{{{CALDAV}}}calendar") is not None
    ]


@pytest.mark.parametrize("url", URLS)
def test_kde_finds_the_calendars_from_every_form_of_the_url(site: Site, ann: Client, url: str) -> None:
    assert calendars(Kio(ann), url.format(tenant=ann.tenant)) == [ann.calendar()]


def test_the_well_known_url_leads_to_the_calendars(ann: Client) -> None:
    """For a client that keeps its credentials when it is redirected. KIO 5.103 does not: no server can mend that."""
    for path in ("/.well-known/caldav", "/.well-known/caldav/"):
        assert calendars(Kio(ann), path) == [ann.calendar()]
