"""The page at the server's address tells people how to connect, and calendar apps find a 2xx there."""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from support.dav import dav
from support.waiting import NET
from support.whole import Whole, open_whole
from televent.wording.accepted import language_of

CHAT, CATCHER = 3901, 3925
SANDBOX = {
    "SANDBOX_PORT": str(CHAT),
    "SANDBOX_SMTP_PORT": str(CATCHER),
    "TELEGRAM_API_BASE": f"http://127.0.0.1:{CHAT}",
    "TELEGRAM_BOT_TOKEN": "1000000000:hush-hush-hush-hush-hush",
    "SMTP_HOST": "127.0.0.1",
    "SMTP_PORT": str(CATCHER),
}


@pytest.fixture(scope="module")
def whole(module_database_url: str) -> Iterator[Whole]:
    with open_whole(module_database_url) as found:
        yield found


class Page(HTMLParser):
    """A page taken apart: its visible text, its links, and whatever a browser would load for it."""

    def __init__(self, port: int, method: str = "GET", **headers: str) -> None:
        super().__init__()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=NET)
        connection.request(method, "/", headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read().decode()
        connection.close()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.text = ""
        self.feed(self.body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a":
            self.links.append(values.get("href") or "")
        elif tag in ("script", "iframe", "form") or "src" in values or "style" in values:
            self.loaded.append(tag)
        elif tag == "link":
            self.loaded += [values.get("href") or ""] if values.get("href") != "data:," else []

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_names_the_server_as_the_browser_sees_it(whole: Whole) -> None:
    for host in ("192.0.2.7:3000", "localhost:3000", "[2001:db8::1]:3000", "cal.example.com"):
        page = Page(whole.site.port, Host=host)
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert f"http://{host}/" in page.text
        assert "/device add" in page.text
        assert "health" in page.links
    assert "Telegram is not connected" not in page.text


def test_behind_a_proxy_it_names_the_public_address(module_database_url: str) -> None:
    with open_whole(module_database_url, PUBLIC_URL="https://cal.example.com") as whole:
        page = Page(whole.site.port, Host="10.0.0.5:3000")
    assert "https://cal.example.com/" in page.text
    assert "10.0.0.5" not in page.body
    assert "TLS" not in page.text


def test_it_warns_where_passwords_would_cross_the_network_readably(whole: Whole) -> None:
    assert "has no TLS" in Page(whole.site.port, Host="192.0.2.7:3000").text
    assert "has no TLS" not in Page(whole.site.port, Host="localhost:3000").text


def test_a_strange_host_writes_nothing_into_the_page(whole: Whole) -> None:
    for host in ("a'><b>", "a&lt;", '"onload=x'):
        page = Page(whole.site.port, Host=host)
        assert host not in page.body
        assert page.loaded == []


@pytest.mark.parametrize(
    ("listening", "host", "link"),
    [
        ("127.0.0.1", "localhost:3000", f"http://127.0.0.1:{CHAT}"),
        ("127.0.0.1", "127.0.0.1:3000", f"http://127.0.0.1:{CHAT}"),
        ("127.0.0.1", "192.0.2.7:3000", None),
        ("0.0.0.0", "192.0.2.7:3000", f"http://192.0.2.7:{CHAT}"),
        ("::", "[2001:db8::1]:3000", f"http://[2001:db8::1]:{CHAT}"),
        ("0.0.0.0", "cal.example.com", None),
        ("192.0.2.7", "192.0.2.7:3000", f"http://192.0.2.7:{CHAT}"),
    ],
)
def test_the_chat_page_is_linked_where_the_browser_reaches_it(
    module_database_url: str, listening: str, host: str, link: str | None
) -> None:
    url = f"http://{ {'0.0.0.0': '127.0.0.1', '::': '[::1]'}.get(listening, listening) }:{CHAT}"
    variables = {**SANDBOX, "SANDBOX_HOST": listening, "SMTP_HOST": listening, "TELEGRAM_API_BASE": url}
    with open_whole(module_database_url, **variables) as whole:
        page = Page(whole.site.port, Host=host)
    ours = [each for each in page.links if f":{CHAT}" in each]
    assert ours == ([f"{link}/", f"{link}/mail"] if link is not None else [])
    assert f":{CHAT}/" in page.body
    assert "hush" not in page.body


def test_it_speaks_the_language_of_the_browser(whole: Whole) -> None:
    russian = Page(whole.site.port, Accept_Language="ru-RU,ru;q=0.9,en;q=0.8")
    assert '<html lang="ru">' in russian.body
    assert "сервер календарей" in russian.text
    english = Page(whole.site.port, Accept_Language="de,en;q=0.5")
    assert ('<html lang="en">' in english.body, english.headers["vary"]) == (True, "Accept-Language")
    assert "calendar server" in english.text
    assert "{{" not in russian.body + english.body


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "en"),
        ("RU", "ru"),
        ("en, ru", "en"),
        ("en;q=0.3, ru;q=0.7", "ru"),
        ("ru;q=0", "en"),
        ("ru; q=1.0", "ru"),
        ("ru;q=nan, en", "en"),
        ("*", "en"),
        (",;=,;q", "en"),
        ("x," * 100_000 + "ru", "en"),
    ],
)
def test_the_language_that_suits_best(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


def test_it_is_safe_small_and_whole_in_itself(whole: Whole) -> None:
    page = Page(whole.site.port)
    style = re.findall("<style>(.*?)</style>", page.body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in policy
    assert "script-src" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert (len(style), page.loaded) == (1, [])
    assert "width=device-width" in page.body
    assert len(page.body.encode()) < 16_000
    assert all(link.startswith("https://") or link == "health" for link in page.links)


def test_calendar_apps_get_on_as_before(whole: Whole) -> None:
    got, asked = Page(whole.site.port), Page(whole.site.port, "HEAD")
    assert (asked.status, asked.body) == (200, "")
    for name in ("content-length", "content-type", "content-security-policy"):
        assert asked.headers[name] == got.headers[name]
    ann = whole.site.person(301)
    assert ann.ask("GET", "/").status == 200
    assert ann.propfind("/", "D:current-user-principal").only().hrefs(dav("current-user-principal")) == [ann.home]
    assert ann.ask("PROPFIND", "/", login=False).status == 401
    answer = ann.ask("OPTIONS", "/", login=False)
    assert (answer.status, "calendar-access" in answer.headers["dav"]) == (200, True)
    assert "GET" in answer.headers["allow"]
    assert ann.ask("POST", "/", b"x").status == 405
