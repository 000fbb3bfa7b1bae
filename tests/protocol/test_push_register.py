"""WebDAV-Push (draft-bitfire-webdav-push-00): what is offered, and how a client subscribes and takes that back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from support.dav import Answer, Client, Site, dav, open_site
from support.push import CONTENT, PROPERTY, PUSH, Device, subscribe, unbase64, web_push
from televent.application.push import MAX_SUBSCRIPTIONS
from televent.application.use_cases.people.devices import revoke_device

TOPIC, TRANSPORTS, TRIGGERS = f"{{{PUSH}}}topic", f"{{{PUSH}}}transports", f"{{{PUSH}}}supported-triggers"


def push(local: str) -> str:
    return f"{{{PUSH}}}{local}"


def path_of(answer: Answer, site: Site) -> str:
    """The path of the registration URL, which must be absolute."""
    origin = f"http://127.0.0.1:{site.port}"
    assert answer.headers["location"].startswith(f"{origin}/")
    return answer.headers["location"].removeprefix(origin)


def rows(site: Site) -> list[tuple[object, ...]]:
    with psycopg.connect(site.core.conninfo) as connection:
        return connection.execute(
            "SELECT tenant_id, kind, push_resource, content_depth, property_depth FROM push_subscription"
            " ORDER BY created_at, push_resource"
        ).fetchall()


# ---- Service Detection -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("where", ["", "default/", "inbox/", "outbox/"])
def test_options_names_webdav_push_where_one_can_subscribe(ann: Client, where: str) -> None:
    answer = ann.ask("OPTIONS", f"{ann.home}{where}")
    assert "webdav-push" in [each.strip() for each in answer.headers["dav"].split(",")]
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize("where", ["/", "/caldav/", "default/x.ics"])
def test_options_does_not_name_it_elsewhere(ann: Client, where: str) -> None:
    path = where if where.startswith("/") else f"{ann.home}{where}"
    assert "webdav-push" not in ann.ask("OPTIONS", path).headers["dav"]


def test_the_properties_say_how_to_be_told_and_of_what(ann: Client) -> None:
    entry = ann.propfind(ann.calendar(), "P:transports", "P:topic", "P:supported-triggers").only()
    (transport,) = entry.props[TRANSPORTS]
    assert transport.tag == push("web-push")
    (key,) = transport
    assert (key.tag, key.get("type")) == (push("vapid-public-key"), "p256ecdsa")
    assert len(unbase64(key.text or "")) == 65
    triggers = entry.props[TRIGGERS]
    assert triggers.findtext(f"{push('content-update')}/{dav('depth')}") == "1"
    assert triggers.findtext(f"{push('property-update')}/{dav('depth')}") == "0"
    assert len(entry.text(TOPIC)) == 22


def test_every_collection_has_a_topic_of_its_own_that_stays(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob")
    ann.ask("MKCALENDAR", ann.calendar("work"))

    def topics() -> list[str]:
        places = [(ann, ann.home), (ann, f"{ann.home}inbox/"), (ann, f"{ann.home}outbox/")]
        places += [(ann, ann.calendar()), (ann, ann.calendar("work")), (bob, bob.calendar()), (bob, bob.home)]
        return [person.propfind(path, "P:topic").only().text(TOPIC) for person, path in places]

    before = topics()
    assert len(set(before)) == len(before)
    by_number = ann.propfind(f"/caldav/{ann.user}/default/", "P:topic").only().text(TOPIC)
    assert by_number == before[3]
    assert ann.ask("MOVE", ann.calendar("work"), Destination=ann.calendar("play")).status == 201
    assert ann.propfind(ann.calendar("play"), "P:topic").only().text(TOPIC) == before[4]
    with open_site(site.core.conninfo) as other:
        there = Client(other, ann.tenant, ann.user, ann.password)
        entry = there.propfind(there.calendar(), "P:topic", "P:transports").only()
        key = entry.props[TRANSPORTS][0][0].text
        assert entry.text(TOPIC) == before[3]
        assert key == ann.propfind(ann.calendar(), "P:transports").only().props[TRANSPORTS][0][0].text


def test_a_home_lists_the_topics_of_its_calendars(ann: Client) -> None:
    entries = ann.propfind(ann.home, "P:topic", depth="1").responses()
    assert TOPIC in entries[ann.calendar()].props
    assert TOPIC in entries[ann.home].props


def test_what_cannot_be_subscribed_to_has_none_of_the_properties(ann: Client) -> None:
    ann.put(f"{ann.calendar()}a.ics", EVENT)
    for path in (f"{ann.calendar()}a.ics", "/caldav/"):
        assert ann.propfind(path, "P:topic", "P:supported-triggers").only().missing == {TOPIC, TRIGGERS}


def test_no_client_sets_them(ann: Client) -> None:
    wanted = f'<D:set><D:prop><topic xmlns="{PUSH}">x</topic></D:prop></D:set>'
    body = f'<D:propertyupdate xmlns:D="DAV:">{wanted}</D:propertyupdate>'
    assert ann.ask("PROPPATCH", ann.calendar(), body).only().by_status["403"] == {TOPIC}


EVENT = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VEVENT\r\nUID:a@example.com\r\n"
    b"DTSTAMP:20261121T100000Z\r\nDTSTART:20261125T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


# ---- Subscription Registration ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("where", ["", "default/", "inbox/", "outbox/"])
def test_a_subscription_is_registered_with_its_url_and_its_end(site: Site, ann: Client, where: str) -> None:
    answer = subscribe(ann, f"{ann.home}{where}")
    assert answer.status == 204
    assert path_of(answer, site).startswith("/push/")
    left = parsedate_to_datetime(answer.headers["expires"]) - datetime.now(UTC)
    assert timedelta(days=3) < left <= timedelta(days=7)


def test_the_registration_url_is_of_the_origin_that_people_reach(database_url: str) -> None:
    with open_site(database_url, PUBLIC_URL="https://cal.example.com") as site:
        ann = site.person(101)
        location = subscribe(ann, ann.calendar()).headers["location"]
        assert location.startswith("https://cal.example.com/push/")
        assert ann.ask("DELETE", location.removeprefix("https://cal.example.com")).status == 204


def test_a_requested_end_is_honoured_up_to_a_bound(ann: Client) -> None:
    for asked, granted in ((timedelta(hours=5), timedelta(hours=5)), (timedelta(days=900), timedelta(days=30))):
        expires = f"<expires>{format_datetime(datetime.now(UTC) + asked, usegmt=True)}</expires>"
        answer = subscribe(ann, ann.calendar(), expires=expires)
        left = parsedate_to_datetime(answer.headers["expires"]) - datetime.now(UTC)
        assert granted - timedelta(minutes=5) < left <= granted


@pytest.mark.parametrize("value", ["", "soon", "Wed, 02 Oct 2024 07:28:00 GMT", "Wed, 02 Oct 99999 07:28:00 GMT"])
def test_an_end_that_is_no_date_or_has_passed_is_400(ann: Client, value: str) -> None:
    assert subscribe(ann, ann.calendar(), expires=f"<expires>{value}</expires>").status == 400


@pytest.mark.parametrize("value", ["Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0001 00:00:00 +2359"])
def test_an_end_at_the_edge_of_time_breaks_nothing(ann: Client, value: str) -> None:
    assert subscribe(ann, ann.calendar(), expires=f"<expires>{value}</expires>").status == 400


def test_the_same_push_resource_is_renewed_and_not_registered_twice(site: Site, ann: Client) -> None:
    first = subscribe(ann, ann.calendar())
    again = subscribe(ann, ann.calendar(), trigger=CONTENT)
    assert (again.status, again.headers["location"]) == (204, first.headers["location"])
    assert rows(site) == [(ann.tenant, "calendar", "https://push.example.org/up/1", 1, None)]
    other = subscribe(ann, ann.calendar(), "https://push.example.org/up/2")
    assert other.headers["location"] != first.headers["location"]
    home = subscribe(ann, ann.home)
    assert home.headers["location"] != first.headers["location"]
    assert len(rows(site)) == 3


def test_two_people_with_one_push_resource_have_a_subscription_each(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob")
    assert subscribe(ann, ann.calendar()).headers["location"] != subscribe(bob, bob.calendar()).headers["location"]


def test_what_is_asked_in_vain_is_taken_down_or_left_out(site: Site, ann: Client) -> None:
    everything = (
        "<content-update><D:depth>infinity</D:depth></content-update>"
        "<property-update><D:depth>1</D:depth><D:prop><D:displayname/></D:prop></property-update>"
    )
    assert subscribe(ann, ann.calendar(), trigger=everything).status == 204
    assert subscribe(ann, f"{ann.home}inbox/", trigger=everything).status == 204
    nothing_deep = "<content-update><D:depth>0</D:depth></content-update>"
    assert subscribe(ann, ann.home, trigger=nothing_deep).status == 204
    assert [row[1:] for row in rows(site)] == [
        ("calendar", "https://push.example.org/up/1", 1, 0),
        ("inbox", "https://push.example.org/up/1", 1, None),
        ("home", "https://push.example.org/up/1", 0, None),
    ]


@pytest.mark.parametrize("trigger", [None, "", "<other-update/>"])
def test_without_a_trigger_that_is_known_there_is_no_subscription(ann: Client, trigger: str | None) -> None:
    answer = subscribe(ann, ann.calendar(), trigger=trigger)
    assert (answer.status, answer.precondition()) == (403, push("no-supported-trigger"))


def test_released_versions_of_davx5_send_neither_trigger_nor_encoding_and_are_understood(
    site: Site, ann: Client
) -> None:
    older = web_push(RESOURCE, KNOWN, content_encoding="")
    assert subscribe(ann, ann.calendar(), subscription=older, trigger=None).status == 204
    assert rows(site) == [(ann.tenant, "calendar", RESOURCE, 1, None)]


def test_only_triggers_that_cannot_be_had_are_no_trigger(ann: Client) -> None:
    answer = subscribe(ann, f"{ann.home}inbox/", trigger=PROPERTY)
    assert (answer.status, answer.precondition()) == (403, push("no-supported-trigger"))


def test_a_depth_that_is_none_is_400(ann: Client) -> None:
    trigger = "<content-update><D:depth>2</D:depth></content-update>"
    assert subscribe(ann, ann.calendar(), trigger=trigger).status == 400


# The same in every process: it is part of the names of tests.
KNOWN = Device(ec.derive_private_key(7, ec.SECP256R1()), b"0123456789abcdef")
RESOURCE = "https://push.example.org/1"
GOOD = web_push(RESOURCE, KNOWN)
UNTYPED = f"<subscription-public-key>{KNOWN.shared()[0]}</subscription-public-key>"
NO_POINT = '<subscription-public-key type="p256dh">AAAA</subscription-public-key>'
INVALID = {
    "nothing": "",
    "an unknown kind": "<fax-subscription/>",
    "two of them": GOOD + GOOD,
    "an empty one": "<web-push-subscription/>",
    "no TLS": web_push("http://push.example.org/1", KNOWN),
    "loopback": web_push("https://127.0.0.1/1", KNOWN),
    "metadata of a cloud": web_push("https://169.254.169.254/latest", KNOWN),
    "localhost": web_push("https://localhost/1", KNOWN),
    "a relative URL": web_push("/relative", KNOWN),
    "an endless URL": web_push("https://push.example.org/" + "x" * 2000, KNOWN),
    "no URL": web_push(RESOURCE, KNOWN, push_resource=""),
    "two URLs": web_push(RESOURCE, KNOWN, push_resource=f"<push-resource>{RESOURCE}</push-resource>" * 2),
    "no encoding": web_push(RESOURCE, KNOWN, content_encoding=""),
    "another encoding": web_push(RESOURCE, KNOWN, content_encoding="<content-encoding>gzip</content-encoding>"),
    "no secret": web_push(RESOURCE, KNOWN, auth_secret=""),
    "a short secret": web_push(RESOURCE, KNOWN, auth_secret="<auth-secret>short</auth-secret>"),
    "no key": web_push(RESOURCE, KNOWN, subscription_public_key=""),
    "a key of no type": web_push(RESOURCE, KNOWN, subscription_public_key=UNTYPED),
    "a key that is no point": web_push(RESOURCE, KNOWN, subscription_public_key=NO_POINT),
}


@pytest.mark.parametrize("subscription", INVALID.values(), ids=INVALID.keys())
def test_a_subscription_that_could_not_be_served_is_invalid(site: Site, ann: Client, subscription: str) -> None:
    answer = subscribe(ann, ann.calendar(), subscription=subscription)
    assert (answer.status, answer.precondition()) == (403, push("invalid-subscription"))
    assert rows(site) == []


def test_where_push_is_off_it_is_not_available_and_not_advertised(database_url: str) -> None:
    with open_site(database_url, TELEVENT_PUSH="off") as site:
        ann = site.person(101)
        answer = subscribe(ann, ann.calendar())
        assert (answer.status, answer.precondition()) == (403, push("push-not-available"))
        assert "webdav-push" not in ann.ask("OPTIONS", ann.calendar()).headers["dav"]
        found = ann.propfind(ann.calendar(), "P:topic", "P:transports", "P:supported-triggers").only()
        assert found.missing == {TOPIC, TRANSPORTS, TRIGGERS}
        assert ann.ask("DELETE", "/push/" + "0" * 32).status == 404


def test_an_account_has_a_bounded_number_of_subscriptions(site: Site, ann: Client) -> None:
    device = Device.new()
    for number in range(MAX_SUBSCRIPTIONS):
        assert subscribe(ann, ann.calendar(), f"https://push.example.org/{number}", device=device).status == 204
    refused = subscribe(ann, ann.calendar(), "https://push.example.org/more", device=device)
    assert (refused.status, refused.precondition()) == (403, push("push-not-available"))
    renewed = subscribe(ann, ann.calendar(), "https://push.example.org/0", device=device)
    assert ann.ask("DELETE", path_of(renewed, site)).status == 204
    assert subscribe(ann, ann.calendar(), "https://push.example.org/more", device=device).status == 204
    bob = site.person(102, "Bob")
    assert subscribe(bob, bob.calendar()).status == 204


def test_only_what_stands_and_is_ones_own_can_be_subscribed_to(site: Site, ann: Client) -> None:
    bob = site.person(102, "Bob")
    assert subscribe(ann, bob.calendar()).status == 403
    assert subscribe(ann, ann.calendar("none")).status == 404
    assert subscribe(ann, ann.calendar(), Authorization="").status == 401
    assert rows(site) == []


@pytest.mark.parametrize("body", ["", "<x/>", "not xml", f'<push-register xmlns="{PUSH}2"/>'])
def test_a_post_that_is_no_push_register_is_refused(ann: Client, body: str) -> None:
    assert ann.ask("POST", ann.calendar(), body).status in (400, 415)


def test_a_push_register_that_is_no_xml_is_400(ann: Client) -> None:
    assert ann.ask("POST", ann.calendar(), f'<push-register xmlns="{PUSH}">').status == 400


# ---- Subscription Removal --------------------------------------------------------------------------------------------
def test_a_registration_url_can_be_deleted_once(site: Site, ann: Client) -> None:
    path = path_of(subscribe(ann, ann.calendar()), site)
    assert ann.ask("DELETE", path).status == 204
    assert rows(site) == []
    assert ann.ask("DELETE", path).status == 404


def test_nobody_deletes_anothers_registration(site: Site, ann: Client) -> None:
    path = path_of(subscribe(ann, ann.calendar()), site)
    bob = site.person(102, "Bob")
    assert bob.ask("DELETE", path).status == 404
    assert bob.ask("DELETE", path, login=False).status == 401
    assert len(rows(site)) == 1


def test_what_is_no_registration_is_404_and_one_can_do_nothing_else_with_one(site: Site, ann: Client) -> None:
    for path in ("/push/x", "/push/" + "0" * 32, "/push/" + "é" * 3, "/push/"):
        assert ann.ask("DELETE", path.replace("é", "%C3%A9")).status == 404
    path = path_of(subscribe(ann, ann.calendar()), site)
    for method in ("GET", "PUT", "PROPFIND", "POST", "REPORT", "MKCALENDAR", "PROPPATCH", "ACL"):
        answer = ann.ask(method, path)
        assert (answer.status, answer.headers["allow"]) == (405, "OPTIONS, DELETE")


def test_an_expired_registration_is_404_and_makes_room(site: Site, ann: Client) -> None:
    path = path_of(subscribe(ann, ann.calendar()), site)
    with psycopg.connect(site.core.conninfo, autocommit=True) as connection:
        connection.execute("UPDATE push_subscription SET expires_at = now() - interval '1 second'")
    assert ann.ask("DELETE", path).status == 404
    fresh = subscribe(ann, ann.calendar())
    assert path_of(fresh, site) != path


def test_a_revoked_device_takes_its_subscriptions_with_it(site: Site, ann: Client) -> None:
    phone = site.device(ann.tenant)
    other = Client(site, ann.tenant, ann.user, phone.password)
    subscribe(other, ann.calendar(), "https://push.example.org/phone")
    subscribe(ann, ann.calendar(), "https://push.example.org/laptop")
    revoke_device(site.core.backend, site.context(ann.tenant), device_id=phone.device_id)
    assert [row[2] for row in rows(site)] == ["https://push.example.org/laptop"]


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Client]:
    """Ann, where messages may go anywhere."""
    with open_site(database_url, TELEVENT_PUSH_HOSTS="any") as site:
        yield site.person(101)


def test_an_operator_may_allow_push_services_in_the_operators_network(elsewhere: Client) -> None:
    assert subscribe(elsewhere, elsewhere.calendar(), "http://127.0.0.1:8080/up").status == 204
