"""The URLs of webhooks and subscriptions are sealed where they are stored, and read by their person only."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from support.hook_post import HookPost, Owner, Program, open_hook_post, open_program, owner

SECRET = "private-7f3c9a"


@pytest.fixture
def post(database_url: str) -> Iterator[HookPost]:
    with open_hook_post(database_url) as made:
        yield made


@pytest.fixture
def ann(post: HookPost) -> Owner:
    return owner(post.site)


@pytest.fixture
def program() -> Iterator[Program]:
    with open_program() as made:
        yield made


def stored(post: HookPost, table: str) -> bytes:
    ((url,),) = post.sql(f"SELECT url FROM {table}")  # noqa: S608
    return bytes(url)


@pytest.mark.own_database
def test_the_database_alone_shows_no_url(post: HookPost, ann: Owner, program: Program) -> None:
    url = f"{program.url}/{SECRET}"
    hook = ann.webhook(url)
    taken = ann.ask("POST", "/api/subscriptions", {"url": url}).json
    for table in ("webhook", "subscription"):
        assert SECRET.encode() not in stored(post, table)
    assert ann.ask("GET", f"/api/webhooks/{hook['id']}").json["url"] == url
    assert [each["url"] for each in ann.ask("GET", "/api/subscriptions").json] == [taken["url"]] == [url]
    ann.ask("POST", f"/api/webhooks/{hook['id']}/test")
    post.work()
    assert {each.path for each in program.heard} == {f"/{SECRET}"}
    # Everything that is held on the person is theirs to read.
    with post.site.core.backend.holdings(ann.client.tenant) as held:
        assert [row["url"] for table in ("webhook", "subscription") for row in held.rows(table)] == [url] * 2


@pytest.mark.own_database
def test_urls_of_an_earlier_version_are_read_and_sealed(post: HookPost, ann: Owner, program: Program) -> None:
    url = f"{program.url}/{SECRET}"
    hook = ann.webhook("https://example.com/")
    ann.ask("POST", "/api/subscriptions", {"url": "https://example.com/x.ics"})
    for table in ("webhook", "subscription"):
        post.sql(f"UPDATE {table} SET url = convert_to(%s, 'UTF8') RETURNING 1", url)  # noqa: S608
    backend = post.site.core.backend
    assert ann.ask("GET", f"/api/webhooks/{hook['id']}").json["url"] == url
    assert [backend.webhooks.seal_left(), backend.webhooks.seal_left()] == [1, 0]
    (due,) = backend.subscriptions.all(ann.client.tenant)
    assert due.url == url
    backend.subscriptions.settle(due)
    for table in ("webhook", "subscription"):
        assert SECRET.encode() not in stored(post, table)
    assert ann.ask("GET", f"/api/webhooks/{hook['id']}").json["url"] == url
    assert [each.url for each in backend.subscriptions.all(ann.client.tenant)] == [url]


@pytest.mark.own_database
def test_a_sealed_url_opens_in_its_own_row_only(post: HookPost, ann: Owner, program: Program) -> None:
    one, other = (ann.webhook(f"{program.url}/{name}") for name in "ab")
    post.sql(
        "UPDATE webhook SET url = (SELECT url FROM webhook WHERE webhook_id = %s) WHERE webhook_id = %s RETURNING 1",
        UUID(one["id"]), UUID(other["id"]),
    )  # fmt: skip
    with pytest.raises(InvalidTag):
        post.site.core.backend.webhooks.one(ann.client.tenant, UUID(other["id"]))
