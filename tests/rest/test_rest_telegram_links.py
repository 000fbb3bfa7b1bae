"""Linking Telegram to an account and unlinking it, at the REST door over real sockets."""

from rest.test_rest_telegram import log_in, person, port
from support.dav import Client, Site, event
from support.rest import Reply, call
from televent.application.use_cases.people.accounts import verify_address

PATH = "/api/users/me/telegram"
__all__ = ["port"]


def bearer(tokens: Reply) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.json['access_token']}"}


def give_address(site: Site, telegram_id: int, address: str) -> None:
    row = site.core.reads.account_by_telegram(telegram_id)
    assert row is not None
    verify_address(site.core.backend, site.context(row.tenant), address=address, code=None)


def test_telegram_is_unlinked_and_linked_again(site: Site, port: int) -> None:
    session = bearer(log_in(port, person(6001)))
    assert call(port, "DELETE", PATH, **session).problem() == "telegram-stays"
    give_address(site, 6001, "zed@example.com")
    assert call(port, "POST", PATH, {"init_data": person(6002)}, **session).problem() == "other-telegram"
    row = site.core.reads.account_by_telegram(6001)
    assert row is not None
    assert call(port, "DELETE", PATH, **session).status == 204
    assert call(port, "DELETE", PATH, **session).status == 204
    left = site.core.backend.people.account(row.tenant)
    assert (left.telegram_id, left.addresses) == (None, ("zed@example.com",))
    assert "tg_6001@televent.internal" in site.core.backend.people.addresses_of(left)
    text = person(6002, seconds=5)
    assert call(port, "POST", PATH, {"init_data": text}, **session).status == 204
    assert call(port, "POST", PATH, {"init_data": text}, **session).problem() == "used-proof"
    assert site.core.backend.people.account(row.tenant).telegram_id == 6002
    again = bearer(log_in(port, person(6002, seconds=9)))
    assert call(port, "GET", "/api/users/me/addresses", **again).json == [{"email": "zed@example.com", "primary": True}]


def test_accounts_are_never_merged(site: Site, port: int) -> None:
    log_in(port, person(6003))
    mine = bearer(log_in(port, person(6004)))
    give_address(site, 6004, "eve@example.com")
    assert call(port, "DELETE", PATH, **mine).status == 204
    taken = call(port, "POST", PATH, {"init_data": person(6003, seconds=3)}, **mine)
    assert (taken.status, taken.problem()) == (409, "telegram-taken")
    assert "never merged" in taken.json["detail"]
    other = site.core.reads.account_by_telegram(6003)
    assert other is not None
    assert other.addresses == ()
    assert call(port, "POST", PATH, {"init_data": person(6003)[:-1]}, **mine).problem() == "not-signed-in"


def test_meetings_of_somebody_who_left_telegram_stay_theirs(site: Site, port: int, ann: Client) -> None:
    zed = site.person(6005, "Zed", "zed@example.com")
    people = ("ORGANIZER:mailto:ann@example.com", "ATTENDEE;RSVP=TRUE:mailto:tg_6005@televent.internal")
    put = ann.put(ann.calendar() + "m.ics", event("m@example.com", "SUMMARY:Sync", *people))
    assert put.status == 201, put.text
    session = bearer(log_in(port, person(6005)))
    assert call(port, "DELETE", PATH, **session).status == 204
    later = event(
        "m@example.com", "SUMMARY:Sync", "SEQUENCE:1", *people, start="20261126T100000Z", end="20261126T110000Z"
    )
    assert ann.put(ann.calendar() + "m.ics", later).status == 204
    (copy,) = site.core.reads.by_uid(zed.tenant, "m@example.com")
    row = site.core.reads.by_stream(zed.tenant, copy.stream_id)
    assert row is not None
    assert row.ics is not None
    assert b"20261126T100000Z" in row.ics
