"""A new way into an account is told to its owner, once: in the chat, or by mail where there is none."""

from typing import Any

from rest.test_rest_telegram import log_in, person, port
from rest.test_rest_telegram_links import PATH, bearer, give_address
from support.dav import Client, Site
from support.followers import catch_up
from support.rest import call
from support.rest_person import PASSWORD, signed_in
from support.waiting import wait_until

__all__ = ["port"]
KEY = {"name": "CI", "scopes": ["calendars:read"]}


def told(site: Site) -> list[tuple[str, str, dict[str, str]]]:
    """The news that wait: "chat" or "mail", the text, and its parameters."""
    catch_up(site.core)
    query = """SELECT split_part(kind, '/', 1), payload FROM outbox
        WHERE payload ->> 'text_key' LIKE 'account-%' ORDER BY created_at, outbox_id"""
    with site.core.pool.connection() as connection:
        rows: list[tuple[str, Any]] = connection.execute(query).fetchall()
    return sorted(
        ("mail" if kind == "notice_mail" else "chat", each["text_key"].removeprefix("account-"), each["values"])
        for kind, each in rows
    )


def test_each_way_in_is_told_in_the_chat_once(site: Site, ann: Client) -> None:
    me = signed_in(site.core, site.port, ann.tenant, "ann@example.com")
    catch_up(site.core)
    before = len(told(site))
    assert me.call("POST", "/keys", KEY).status == 201
    assert me.call("POST", "/users/me/devices", {"name": "Phone"}).status == 201
    words = {"old_password": PASSWORD, "new_password": PASSWORD + "!"}
    assert me.call("POST", "/auth/change-password", words).status == 204
    news = told(site)
    assert ("chat", "device-added", {"name": "Phone"}) in news
    assert ("chat", "key-added", {"name": "CI"}) in news
    assert [each[1] for each in news].count("password-set") == before + 1
    assert {each[0] for each in news} == {"chat"}
    assert told(site) == news


def test_an_account_without_a_chat_gets_mail_and_none_about_its_own_registration(site: Site) -> None:
    catch_up(site.core)
    email = "zed@example.com"
    begun = call(site.port, "POST", "/api/auth/register", {"email": email, "password": PASSWORD, "name": "Zed"})
    with site.core.pool.connection() as connection:
        query = "SELECT payload ->> 'code' FROM outbox WHERE kind = 'registration_code/1' ORDER BY created_at DESC"
        wait_until(lambda: connection.execute(query).fetchone() is not None, what="the code")
        row = connection.execute(query).fetchone()
    assert row is not None
    proof = {"registration_id": begun.json["registration_id"], "code": row[0]}
    access = call(site.port, "POST", "/api/auth/verify", proof).json["access_token"]
    assert told(site) == []
    signed = {"Authorization": f"Bearer {access}"}
    assert call(site.port, "POST", "/api/keys", KEY, **signed).status == 201
    assert told(site) == [("mail", "key-added", {"name": "CI"})]


def test_a_new_telegram_is_told_by_mail_because_the_chat_may_be_a_thiefs(site: Site, port: int) -> None:
    session = bearer(log_in(port, person(6101)))
    give_address(site, 6101, "zoe@example.com")
    catch_up(site.core)
    assert call(port, "DELETE", PATH, **session).status == 204
    assert told(site) == [("mail", "telegram-unlinked", {})]
    assert call(port, "POST", PATH, {"init_data": person(6102)}, **session).status == 204
    assert told(site) == [("mail", "telegram-linked", {}), ("mail", "telegram-unlinked", {})]


def test_what_is_done_elsewhere_is_shown_there(site: Site, ann: Client) -> None:
    catch_up(site.core)
    site.device(ann.tenant)
    assert told(site) == []
