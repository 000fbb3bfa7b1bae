"""RFC 7617: Basic with device passwords; the end of a sign-in, and the limit for guesses."""

import base64
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import psycopg
import pytest

from support.dav import Client, Site, event, open_site, prop_body
from support.waiting import wait_until
from televent.adapters.caldav.door.auth import UNCOUNTED
from televent.adapters.caldav.door.credentials import credentials
from televent.adapters.caldav.door.last_use import EVERY
from televent.adapters.caldav.door.limits import RateLimits
from televent.application.accounts.passwords import selector
from televent.application.outage import DatabaseReadOnly
from televent.application.use_cases.people.devices import revoke_device
from televent.domain.ids import AccountId


class Counted:
    """A rate limit that admits nothing before it is asked."""

    def __init__(self, count: Callable[[str], float] = lambda _: 0.0) -> None:
        self._count = count

    def held(self, key: str) -> bool:
        return False

    def __call__(self, key: str, patience: float = 0.0) -> float:
        return self._count(key)


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_every_refusal_has_the_same_realm(ann: Client) -> None:
    challenges = {
        ann.ask(method, path, login=False).headers["www-authenticate"]
        for method in ("PROPFIND", "GET", "PUT", "REPORT", "DELETE", "MKCALENDAR")
        for path in ("/caldav/", ann.home, ann.calendar(), "/caldav/999/x/y.ics")
    }
    assert challenges == {'Basic realm="Televent", charset="UTF-8"'}


@pytest.mark.parametrize("user", ["101", "ann@example.com", "ANN@example.com", "ann%40example.com", "{tenant}"])
def test_a_person_signs_in_by_telegram_id_address_or_account(ann: Client, user: str) -> None:
    ann.user = user.format(tenant=ann.tenant)
    assert ann.propfind(ann.home, "D:displayname").status == 207


@pytest.mark.parametrize(
    "header", ["", "Bearer x", "Basic", "Basic !!!", basic("101"), basic(":x"), basic("101:"), basic("101:x\0y")]
)
def test_what_is_no_credentials_is_unauthorized(ann: Client, header: str) -> None:
    assert ann.ask("PROPFIND", ann.home, Authorization=header).status == 401


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", " "),
        (" ", ""),
        ("", "\n"),
        ("", "\r\n"),
        ("\t", ""),
        ("", "\u00a0"),
        ("\u202f", "\u2028"),
        ("\ufeff", "\u200b"),
    ],
)
def test_what_a_copy_adds_before_and_after_is_no_part_of_the_credentials(ann: Client, before: str, after: str) -> None:
    ann.password = f"{before}{ann.password}{after}"
    assert ann.propfind(ann.home, "D:displayname").status == 207
    ann.user = f"{before}{ann.user}{after}"
    assert ann.propfind(ann.home, "D:displayname").status == 207


def test_a_password_may_be_typed_in_groups(ann: Client) -> None:
    ann.password = " ".join(ann.password[place : place + 4] for place in range(0, 16, 4))
    assert ann.propfind(ann.home, "D:displayname").status == 207


def test_an_invisible_password_is_none() -> None:
    assert credentials(basic("101: \u200b\u00a0")) is None
    assert credentials(basic("\u200b :secret")) is None
    # Latin-1, as older clients encode it.
    assert credentials("Basic " + base64.b64encode("101:secret\xa0".encode("latin-1")).decode()) == ("101", "secret")


def test_a_password_may_hold_colons_and_what_else_there_is() -> None:
    assert credentials(basic("ann@example.com:a:b%40ü@c")) == ("ann@example.com", "a:b%40ü@c")
    assert credentials("basic " + base64.b64encode("ann:\xe9".encode("latin-1")).decode()) == ("ann", "é")


def test_a_wrong_password_and_an_unknown_user_are_answered_alike(ann: Client) -> None:
    wrong = ann.ask("PROPFIND", ann.home, Authorization=basic("101:wrong"))
    unknown = ann.ask("PROPFIND", ann.home, Authorization=basic("999:wrong"))
    assert (wrong.status, wrong.body) == (unknown.status, unknown.body) == (401, wrong.body)


@pytest.mark.parametrize(
    "user",
    [
        "9" * 19,
        "9" * 400,
        "-1",
        "0x65",
        "1e2",
        "tg_101",
        "@",
        "no@body@example.com",
        "\u0661",
        "%00",
        "x%00@example.com",
    ],
)
def test_a_user_name_that_is_nobodys_is_unauthorized(ann: Client, user: str) -> None:
    assert ann.ask("PROPFIND", ann.home, Authorization=basic(f"{user}:{ann.password}")).status == 401


def test_an_unverified_address_is_no_user_name(site: Site, ann: Client) -> None:
    assert ann.ask("PROPFIND", ann.home, Authorization=basic(f"bob@example.com:{ann.password}")).status == 401


def test_a_revoked_password_stops_at_once_and_the_others_go_on(site: Site, ann: Client) -> None:
    phone = site.device(AccountId(ann.tenant))
    with_phone = Client(site, ann.tenant, ann.user, phone.password)
    assert with_phone.propfind(ann.home, "D:owner").status == 207
    revoke_device(site.core.backend, site.context(AccountId(ann.tenant)), device_id=phone.device_id)
    assert with_phone.propfind(ann.home, "D:owner").status == 401
    assert ann.propfind(ann.home, "D:owner").status == 207


def test_a_revoked_password_stops_at_once_in_every_process(database_url: str) -> None:
    with open_site(database_url) as one, open_site(database_url) as other:
        ann = one.person(101, "Ann")
        elsewhere = Client(other, ann.tenant, ann.user, ann.password)
        for client in (ann, elsewhere):
            # The third answer comes from the cache.
            assert [client.propfind(ann.home, "D:owner").status for _ in range(3)] == [207] * 3
        account = one.core.reads.account(ann.tenant)
        assert account is not None
        device = account.devices[0].device_id
        revoke_device(one.core.backend, one.context(ann.tenant), device_id=device)
        assert [client.propfind(ann.home, "D:owner").status for client in (ann, elsewhere)] == [401, 401]


def test_a_password_from_before_there_were_selectors_goes_on_and_gets_one(site: Site, ann: Client) -> None:
    with site.core.pool.connection() as connection:
        connection.execute("UPDATE device SET selector = NULL WHERE tenant_id = %s", (ann.tenant,))
    assert ann.ask("PROPFIND", ann.home, Authorization=basic("101:wrong")).status == 401
    assert ann.propfind(ann.home, "D:owner").status == 207
    account = site.core.reads.account(ann.tenant)
    assert account is not None
    assert [device.selector for device in account.devices] == [selector(ann.tenant, ann.password)]


def test_the_use_of_a_password_is_noted(site: Site, ann: Client) -> None:
    ann.propfind(ann.home, "D:owner")
    wait_until(lambda: last_use(site, ann), what="the use is noted")


def test_the_use_is_noted_where_the_answer_comes_from_memory_too(database_url: str) -> None:
    with open_site(database_url) as site:
        ann = site.person(101)
        ann.propfind(ann.calendar(), "CS:getctag")
        first = wait_until(lambda: last_use(site, ann), what="the use is noted")

        def given() -> bool:
            before = site.door.given
            assert ann.propfind(ann.calendar(), "CS:getctag").status == 207
            return site.door.given == before + 1

        wait_until(given, what="the answer is given from memory")
        site.core.backend.clock = lambda: first + EVERY
        assert given()
        wait_until(lambda: last_use(site, ann) != first, what="the later use is noted")
        # The note ends no memory of the answer.
        assert given()


def last_use(site: Site, person: Client) -> datetime | None:
    account = site.core.reads.account(AccountId(person.tenant))
    assert account is not None
    return account.devices[0].last_used_at


def test_the_body_is_read_before_a_refusal_and_the_connection_goes_on(ann: Client) -> None:
    sent = event("a@example.com", f"DESCRIPTION:{'x' * 500_000}")
    assert ann.ask("PUT", f"{ann.calendar()}a.ics", sent, login=False).status == 401
    socket = ann.connection.sock
    assert ann.put(f"{ann.calendar()}a.ics", sent).status == 201
    assert ann.connection.sock is socket


def test_failures_are_throttled_by_client_and_user_while_the_right_password_goes_on(database_url: str) -> None:
    failures: Counter[str] = Counter()

    def failed(key: str) -> float:
        failures[key] += 1
        return 60.0 if failures[key] > 3 else 0.0

    with open_site(database_url, RateLimits(Counted(), Counted(), Counted(failed))) as site:
        ann = site.person(101, "Ann")
        assert ann.propfind(ann.home, "D:owner").status == 207
        wrong = [ann.ask("PROPFIND", ann.home, Authorization=basic("101:wrong")) for _ in range(5)]
        assert [answer.status for answer in wrong] == [401, 401, 401, 401, 429]
        assert 0 < int(wrong[-1].headers["retry-after"]) <= 60
        assert ann.propfind(ann.home, "D:owner").status == 207
        account = f"account/{ann.tenant}"
    assert failures == {account: 4, "client/127.0.0.1": 4}


def test_failures_that_the_database_cannot_count_are_throttled_too(database_url: str) -> None:
    def cannot(key: str) -> float:
        raise DatabaseReadOnly("a failover")

    with open_site(database_url, RateLimits(Counted(), Counted(), Counted(cannot))) as site:
        ann = site.person(101, "Ann")
        wrong = [ann.ask("PROPFIND", ann.home, Authorization=basic("101:wrong")) for _ in range(3)]
        assert [answer.status for answer in wrong] == [401, 429, 429]
        assert 0 < int(wrong[-1].headers["retry-after"]) <= UNCOUNTED
        assert ann.propfind(ann.home, "D:owner").status == 207


def test_guesses_from_elsewhere_do_not_stop_a_password_from_before_selectors(database_url: str) -> None:
    with open_site(database_url, RateLimits(Counted(), Counted(), Counted(blocks_accounts))) as site:
        ann = site.person(101, "Ann")
        with psycopg.connect(database_url) as connection:
            connection.execute("UPDATE device SET selector = NULL")
        wrong = [ann.ask("PROPFIND", ann.home, Authorization=basic("101:wrong")) for _ in range(3)]
        assert [answer.status for answer in wrong] == [401] * 3
        assert ann.propfind(ann.home, "D:owner").status == 207
        wrong = [ann.ask("PROPFIND", ann.home, Authorization=basic("101:wrong")) for _ in range(2)]
        assert [answer.status for answer in wrong] == [429, 429], "now the right password has its selector"


def blocks_accounts(key: str) -> float:
    return 60.0 if key.startswith("account/") else 0.0


def test_a_rate_limit_says_when_to_come_again(database_url: str) -> None:
    seen: list[str] = []

    def by_person(key: str) -> float:
        seen.append(key)
        return 1.5 if len(seen) > 1 else 0.0

    with open_site(database_url, RateLimits(Counted(), Counted(by_person), Counted())) as site:
        ann = site.person(101, "Ann")
        assert ann.propfind(ann.home, "D:owner").status == 207
        refused = ann.propfind(ann.home, "D:owner")
        assert ann.ask("OPTIONS", ann.home, login=False).status == 200
    assert (refused.status, refused.headers["retry-after"]) == (429, "2")
    assert seen == [str(ann.tenant)] * 2


def test_an_address_is_limited_only_in_its_guesses(database_url: str) -> None:
    with open_site(database_url, RateLimits(Counted(lambda client: 7.0), Counted(), Counted())) as site:
        ann = site.person(101)
        guess = ann.ask("PROPFIND", "/caldav/", prop_body("D:owner"), Authorization=basic("101:wrong"))
        assert ann.propfind("/caldav/", "D:owner").status == 207
        # Answers that need neither the database nor a hash are not counted.
        assert ann.ask("PROPFIND", "/caldav/", prop_body("D:owner"), login=False).status == 401
        assert ann.ask("OPTIONS", ann.home, login=False).status == 200
        assert ann.ask("PROPFIND", "/.well-known/caldav", login=False).status == 301
    assert (guess.status, guess.headers["retry-after"]) == (429, "7")
