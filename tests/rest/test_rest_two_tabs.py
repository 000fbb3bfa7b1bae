"""Refresh tokens that come twice: two tabs of one browser go on, and a thief ends the session."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from support.hook_post import HookPost, open_hook_post, owner
from support.rest import Reply, call

TAB, THIEF = "Firefox/145.0", "curl/8.5.0"


@pytest.fixture(scope="module")
def module_post(module_database_url: str) -> Iterator[HookPost]:
    with open_hook_post(module_database_url) as post:
        yield post


@pytest.fixture
def post(module_post: HookPost) -> HookPost:
    return module_post


@pytest.fixture
def pair(post: HookPost) -> dict[str, Any]:
    """The tokens of a session that has begun."""
    number = 1000 + int(post.sql("SELECT count(*) FROM account")[0][0])
    email = f"ann{number}@example.com"
    owner(post.site, number, "Ann", email)
    reply = call(post.site.port, "POST", "/api/auth/login", {"email": email, "password": "seven green bicycles"})
    made: dict[str, Any] = reply.json
    return made


def refresh(post: HookPost, token: str, agent: str = TAB) -> Reply:
    return call(post.site.port, "POST", "/api/auth/refresh-token", {"refresh_token": token}, **{"User-Agent": agent})


def goes_on(post: HookPost, pair: dict[str, Any]) -> bool:
    bearer = {"Authorization": f"Bearer {pair['access_token']}"}
    return call(post.site.port, "GET", "/api/auth/sessions", **bearer).status == 200


def passes(post: HookPost, seconds: int) -> None:
    """Lets the last rotations be that much longer ago."""
    post.sql("UPDATE session SET rotated_at = rotated_at - make_interval(secs => %s) RETURNING 1", seconds)


def test_two_tabs_at_the_same_moment_go_on(post: HookPost, pair: dict[str, Any]) -> None:
    for _ in range(5):
        together, token = Barrier(4), pair["refresh_token"]

        def tab(together: Barrier = together, token: str = token) -> Reply:
            together.wait()
            return refresh(post, token)

        with ThreadPoolExecutor(4) as threads:
            replies = [each.result() for each in [threads.submit(tab) for _ in range(4)]]
        assert [each.status for each in replies] == [200] * 4
        # One successor, which all tabs have: the next one who uses it is no thief.
        assert len({each.json["refresh_token"] for each in replies}) == 1
        assert all(goes_on(post, each.json) for each in replies)
        pair = replies[0].json


def test_a_lost_answer_is_asked_for_again(post: HookPost, pair: dict[str, Any]) -> None:
    lost = refresh(post, pair["refresh_token"]).json
    passes(post, 25)
    again = refresh(post, pair["refresh_token"]).json
    assert again["refresh_token"] == lost["refresh_token"]
    assert goes_on(post, refresh(post, again["refresh_token"]).json)


def test_another_client_with_a_used_token_ends_the_session(post: HookPost, pair: dict[str, Any]) -> None:
    fresh = refresh(post, pair["refresh_token"]).json
    assert refresh(post, pair["refresh_token"], THIEF).problem() == "wrong-token"
    assert refresh(post, fresh["refresh_token"]).problem() == "wrong-token"
    assert not goes_on(post, fresh)


def test_the_owner_after_a_thief_ends_the_session(post: HookPost, pair: dict[str, Any]) -> None:
    stolen = refresh(post, pair["refresh_token"], THIEF).json
    assert refresh(post, pair["refresh_token"]).problem() == "wrong-token"
    assert refresh(post, stolen["refresh_token"], THIEF).problem() == "wrong-token"
    assert not goes_on(post, stolen)


def test_a_used_token_after_the_grace_ends_the_session(post: HookPost, pair: dict[str, Any]) -> None:
    fresh = refresh(post, pair["refresh_token"]).json
    passes(post, 31)
    assert refresh(post, pair["refresh_token"]).problem() == "wrong-token"
    assert not goes_on(post, fresh)


def test_a_token_whose_successor_was_used_ends_the_session(post: HookPost, pair: dict[str, Any]) -> None:
    """Only the last token that was used has a grace: one of earlier generations has none, however young."""
    second = refresh(post, pair["refresh_token"]).json
    third = refresh(post, second["refresh_token"]).json
    assert refresh(post, pair["refresh_token"]).problem() == "wrong-token"
    assert not goes_on(post, third)


def test_asking_again_does_not_lengthen_the_grace(post: HookPost, pair: dict[str, Any]) -> None:
    refresh(post, pair["refresh_token"])
    for _ in range(2):
        passes(post, 14)
        assert refresh(post, pair["refresh_token"]).status == 200
    passes(post, 14)
    assert refresh(post, pair["refresh_token"]).problem() == "wrong-token"


def test_a_session_that_was_ended_has_no_grace(post: HookPost, pair: dict[str, Any]) -> None:
    fresh = refresh(post, pair["refresh_token"]).json
    bearer = {"Authorization": f"Bearer {fresh['access_token']}"}
    assert call(post.site.port, "POST", "/api/auth/logout", {}, **bearer).status == 204
    assert refresh(post, pair["refresh_token"]).problem() == "wrong-token"


def test_the_database_alone_shows_no_token(post: HookPost, pair: dict[str, Any]) -> None:
    from televent.adapters.rest.signing_in.auth import taken

    fresh = taken(refresh(post, pair["refresh_token"]).json["refresh_token"])
    stored = post.sql("SELECT secret, previous, successor FROM session WHERE successor IS NOT NULL")
    rows = b"".join(bytes(each) for row in stored for each in row)
    assert rows
    assert fresh[32:] not in rows
    assert taken(pair["refresh_token"])[32:] not in rows
