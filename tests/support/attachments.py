"""Attaching something to the one event of a test: RFC 8607."""

import base64
from urllib.parse import urlsplit

from support.dav import Answer, Client, Site, event

OBJECT = "a.ics"
SERIES = ("SUMMARY:Tea", "RRULE:FREQ=DAILY;COUNT=5", "X-KEPT;X-P=1:as it came")


def path(client: Client, query: str = "") -> str:
    return f"{client.calendar()}{OBJECT}{query and '?' + query}"


def put(client: Client, *lines: str) -> bytes:
    text = event("a@example.com", *lines)
    assert client.put(path(client), text).status in (201, 204)
    return text


def add(client: Client, body: bytes = b"agenda", query: str = "", name: str = "agenda.html", **headers: str) -> Answer:
    sent = {"Content_Type": "text/html; charset=utf-8", "Content_Disposition": f"attachment;filename={name}", **headers}
    return client.ask("POST", path(client, f"action=attachment-add{query}"), body, **sent)


def text_of(client: Client) -> str:
    answer = client.ask("GET", path(client))
    assert answer.status == 200
    return answer.text


def attach_lines(text: str) -> list[str]:
    return [each for each in text.replace("\r\n ", "").split("\r\n") if each.startswith("ATTACH")]


def where(answer: Answer) -> str:
    return urlsplit(answer.headers["location"]).path


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.precondition()


def login_of(client: Client) -> str:
    return "Basic " + base64.b64encode(f"{client.user}:{client.password}".encode()).decode()


def rows(site: Site, query: str, *parameters: object) -> list[tuple[object, ...]]:
    with site.core.pool.connection() as connection:
        return connection.execute(query, parameters).fetchall()
