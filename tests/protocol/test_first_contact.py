"""A phone on another address, and behind proxies: no answer names an address that it did not use."""

from __future__ import annotations

import pytest

from support.attachments import add, put
from support.dav import event, open_site
from support.outbox import let_everyone_ask, post, question, told
from support.phone import Phone, told_only
from support.proxy import reverse_proxy

PUBLIC = "https://cal.example.com"


@pytest.mark.parametrize("host", ["192.0.2.7:3000", "192.0.2.7", "[2001:db8::7]:3000", "my-nas.local:8080"])
def test_a_phone_that_came_by_another_address_is_never_sent_elsewhere(database_url: str, host: str) -> None:
    with open_site(database_url) as site:
        phone = Phone(site.person(1), f"http://{host}", site.port)
        phone.first_contact()
    told_only(phone, "")


@pytest.mark.parametrize("path", ["", "/cal", "/team/calendars", "/caldav"])
@pytest.mark.parametrize("stripped", [True, False], ids=["stripped", "kept"])
@pytest.mark.parametrize("host", ["$http_host", None], ids=["host", "no host"])
def test_a_phone_behind_a_proxy_sees_the_public_url_only(
    database_url: str, path: str, stripped: bool, host: str | None
) -> None:
    with (
        open_site(database_url, PUBLIC_URL=f"{PUBLIC}{path}/") as site,
        reverse_proxy(site.port, f"{path}/", stripped=stripped, host=host) as port,
    ):
        phone = Phone(site.person(1), PUBLIC, port)
        phone.first_contact()
    told_only(phone, path)


@pytest.mark.parametrize("trusted", [True, False])
def test_a_proxys_word_about_host_and_scheme_counts_only_if_it_is_trusted(database_url: str, trusted: bool) -> None:
    proxies, host = "127.0.0.1" if trusted else "192.0.2.1", "evil.example.net, $http_host"
    with (
        open_site(database_url, TELEVENT_TRUSTED_PROXIES=proxies) as site,
        reverse_proxy(site.port, X_Forwarded_Host=host, X_Forwarded_Proto="https") as port,
    ):
        ann = site.person(1)
        phone = Phone(ann, PUBLIC, port)
        if trusted:
            phone.first_contact()
        else:
            put(ann)
            assert add(ann).headers["location"].startswith(f"http://127.0.0.1:{site.port}/")
    if trusted:
        told_only(phone, "")


def test_every_service_of_the_front_answers_below_the_path_and_without_it(database_url: str) -> None:
    with open_site(database_url, PUBLIC_URL=f"{PUBLIC}/cal") as site:
        ann = site.person(1)
        for path in ("/health", "/health/live", "/", "/.well-known/caldav"):
            plain, below = ann.ask("GET", path, login=False), ann.ask("GET", f"/cal{path}", login=False)
            assert plain.status == below.status
            assert plain.body == below.body
        assert ann.ask("GET", "/cal", login=False).status == 200
        assert ann.ask("PROPFIND", "/calx/caldav/").status == 404
        assert ann.ask("PROPFIND", "/cal/cal/caldav/").status == 404


def test_a_principals_url_with_the_path_is_an_address_and_comes_back_as_it_was_sent(database_url: str) -> None:
    """RFC 6638 §2.4.1, §10.2."""
    with open_site(database_url, PUBLIC_URL=f"{PUBLIC}/cal") as site:
        ann, bob = site.person(1, "Ann", "ann@example.com"), site.person(2, "Bob", "bob@example.com")
        let_everyone_ask(bob)
        for shown in (f"/cal{bob.home}", bob.home, f"{PUBLIC}/cal{bob.home}", f"urn:uuid:{bob.tenant}"):
            found = told(post(ann, question(f"/cal{ann.home}", shown)))
            assert {each: answer.status for each, answer in found.items()} == {shown: "2.0;Success"}
        lines = (f"ORGANIZER:/cal{ann.home}", f"ATTENDEE:/cal{bob.home}", "SUMMARY:Tea")
        assert ann.put(f"{ann.calendar()}a.ics", event("a@example.com", *lines)).status == 201
        assert len(bob.propfind(bob.calendar(), "D:getetag", depth="1").responses()) == 2
