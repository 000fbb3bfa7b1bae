"""RFC 8607 §4, ADR 38: an attachment's URL has the origin that the reading client used, whatever another one used."""

from __future__ import annotations

import socket

import pytest

from support.attachments import add, attach_lines, login_of, path, put, rows
from support.dav import Answer, Client, Site, cal, event
from support.shares import mounted
from support.waiting import NET

HOME, WORLD, EVIL = "192.0.2.7:3000", "cal.example.com", "evil.example.net"
DATA = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
PART = '<D:prop><C:calendar-data><C:comp name="VCALENDAR"><C:comp name="VEVENT"/></C:comp></C:calendar-data></D:prop>'
FILTER = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'


def urls(text: str) -> set[str]:
    return {line.partition(":")[2] for line in attach_lines(text.replace("\r\n", "\n").replace("\n", "\r\n"))}


def everywhere(client: Client, host: str, calendar: str, name: str = "a.ics") -> set[str]:
    """The URLs of attachments in every answer that contains texts."""
    href = f"{calendar}{name}"
    answers = [client.ask("GET", href, Host=host), client.ask("GET", calendar, Host=host)]
    reports: list[Answer] = []
    for inner in (DATA, PART):
        reports += [
            client.report(calendar, "C:calendar-multiget", f"{inner}<D:href>{href}</D:href>", Host=host),
            client.report(calendar, "C:calendar-query", f"{inner}{FILTER}", Depth="1", Host=host),
        ]
    sync = f"<D:sync-token/><D:sync-level>1</D:sync-level>{DATA}"
    reports.append(client.report(calendar, "D:sync-collection", sync, Depth="0", Host=host))
    texts = [each.text for each in answers] + [each.responses()[href].text(cal("calendar-data")) for each in reports]
    assert all("MANAGED-ID" in each for each in texts)
    return {url for text in texts for url in urls(text)}


def test_each_client_finds_it_at_the_origin_that_it_uses(ann: Client) -> None:
    put(ann)
    added = add(ann, Host=HOME)
    assert added.headers["location"].startswith(f"http://{HOME}/caldav/")
    place = added.headers["location"].removeprefix(f"http://{HOME}")
    tags = {host: ann.ask("GET", path(ann), Host=host).headers["etag"] for host in (HOME, WORLD)}
    assert tags[HOME] == tags[WORLD]
    for host in (HOME, WORLD, HOME):
        assert everywhere(ann, host, ann.calendar()) == {f"http://{host}{place}"}


def test_the_stored_text_keeps_the_url_whatever_a_client_of_another_origin_puts(ann: Client) -> None:
    put(ann)
    add(ann, Host=HOME)
    stored = rows(ann.site, "SELECT ics FROM resource WHERE tenant_id = %s AND href = 'a.ics'", ann.tenant)
    seen = ann.ask("GET", path(ann), Host=WORLD)
    assert seen.body not in {bytes(row[0]) for row in stored}  # type: ignore[call-overload]
    assert ann.put(path(ann), seen.body, Host=WORLD).status == 204
    again = rows(ann.site, "SELECT ics FROM resource WHERE tenant_id = %s AND href = 'a.ics'", ann.tenant)
    assert again == stored
    named = ann.put(path(ann), seen.body.replace(b"SUMMARY:Tea", b"SUMMARY:Coffee"), Host=WORLD)
    assert named.status == 204
    assert "etag" not in named.headers
    assert {url[: len(HOME) + 7] for url in everywhere(ann, HOME, ann.calendar())} == {f"http://{HOME}"}


def test_the_host_that_a_sharee_invents_is_shown_to_nobody_else(site: Site, ann: Client) -> None:
    """A calendar app may send its password to a managed attachment's host."""
    eve = site.person(102, "Eve", "eve@example.com")
    bob = site.person(103, "Bob", "bob@example.com")
    ann.ask("MKCALENDAR", ann.calendar("work"))
    people = ("SUMMARY:Tea", "ORGANIZER:mailto:ann@example.com", "ATTENDEE:mailto:bob@example.com")
    assert ann.put(f"{ann.calendar('work')}a.ics", event("a@example.com", *people)).status == 201
    hers = mounted(ann, eve, "read-write")
    sent = {"Content_Type": "text/html", "Content_Disposition": "attachment;filename=a.html"}
    added = eve.ask("POST", f"{hers}a.ics?action=attachment-add", b"x", Host=EVIL, **sent)
    assert added.status == 201, added.text
    assert all(EVIL not in url for url in everywhere(ann, HOME, ann.calendar("work")))
    (copy,) = {each for each in bob.propfind(bob.calendar(), "D:getetag", depth="1").responses() if "ics" in each}
    assert all(EVIL not in url for url in everywhere(bob, HOME, bob.calendar(), copy.rpartition("/")[2]))


def test_a_strangers_url_is_not_taken_for_a_valid_id(ann: Client) -> None:
    put(ann)
    added = add(ann, Host=HOME)
    line = attach_lines(ann.ask("GET", path(ann), Host=HOME).text)[0]
    other = f"http://{EVIL}/{added.headers['cal-managed-id']}"
    text = event("b@example.com", "SUMMARY:Other", line.partition(":")[0] + f":{other}")
    refused = ann.put(f"{ann.calendar()}b.ics", text)
    assert (refused.status, refused.precondition()) == (403, cal("valid-managed-id-parameter"))


@pytest.mark.parametrize(
    "host", ["", "Host: evil!.example.net\r\n", "Host: a%41\r\n", "Host: x:0\r\n", "Host: x:99999\r\n"]
)
def test_without_a_plain_host_the_address_counts_that_the_client_connected_to(ann: Client, host: str) -> None:
    put(ann)
    with socket.create_connection(("127.0.0.1", ann.site.port), NET) as connection:
        line = f"POST {path(ann, 'action=attachment-add')} HTTP/1.0\r\n"
        head = f"{line}{host}Authorization: {login_of(ann)}\r\nContent-Length: 1\r\n\r\nx"
        connection.sendall(head.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert " 201 " in answer.splitlines()[0]
    assert f"\nlocation: http://127.0.0.1:{ann.site.port}/caldav/" in answer
