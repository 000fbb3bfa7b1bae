"""WebDAV-Push: a change sends a push message to each subscribed device, and to no other."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from support.dav import Client, event
from support.push import CONTENT, PROPERTY, Message, verify_vapid
from support.push_post import SOON, Post, open_post, put, token, topic
from televent.adapters.postgres.followers.rebuild import rebuild
from televent.application.messages.push import PushDue
from televent.application.push import SPACING
from televent.application.use_cases.people.accounts import change_profile


@pytest.fixture
def post(database_url: str) -> Iterator[Post]:
    with open_post(database_url, TELEVENT_PUSH_HOSTS="any") as post:
        yield post


@pytest.fixture
def ann(post: Post) -> Client:
    return post.site.person(101)


def test_a_change_is_told_with_topic_and_sync_token_and_the_sync_then_finds_it(post: Post, ann: Client) -> None:
    before = token(ann)
    phone = post.device(ann, ann.calendar())
    put(ann)
    post.work()
    (message,) = phone.heard()
    assert message == Message(topic(ann, ann.calendar()), content=True, token=token(ann), property=False)
    assert set(ann.sync(ann.calendar(), before).responses()) == {f"{ann.calendar()}a.ics"}


def test_the_request_is_a_web_push(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    put(ann)
    post.work()
    (arrived,) = phone.arrived()
    headers = arrived.headers
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["content-type"] == 'application/xml; charset="UTF-8"'
    assert int(headers["ttl"]) > 0
    assert headers["urgency"] == "normal"
    assert 0 < len(headers["topic"]) <= 32
    assert headers["topic"] != topic(ann, ann.calendar())
    key = ann.propfind(ann.calendar(), "P:transports").only().props["{https://bitfire.at/webdav-push}transports"]
    claims = verify_vapid(headers["authorization"], key[0][0].text or "")
    assert claims["aud"] == post.service.url
    assert post.now < datetime.fromtimestamp(claims["exp"], UTC) < post.now + timedelta(hours=24)
    assert claims["sub"].startswith(("mailto:", "https:"))


def test_a_burst_is_one_message_and_what_comes_later_another_after_a_pause(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    for number in range(20):
        put(ann, f"n{number}")
        post.notice()
    post.work()
    assert [message.token for message in phone.heard()] == [token(ann)]
    put(ann, "later")
    post.work()
    assert len(phone.heard()) == 1
    post.work(SPACING)
    assert [message.token for message in phone.heard()][1:] == [token(ann)]
    post.work(SPACING)
    assert len(phone.heard()) == 2
    assert post.owed() == []


def test_a_change_while_a_message_is_under_way_is_told_by_the_next(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    put(ann, "a")
    post.notice()
    post.now += SOON
    core = post.site.core
    (claimed,) = core.outbox.claim(post.now, kinds=(PushDue,))
    ((subscription_id,),) = post.sql("SELECT subscription_id FROM push_subscription")
    due = post.push.book.due(claimed.tenant, subscription_id, post.now)
    assert due is not None
    put(ann, "b")
    post.notice()
    post.push.book.finish(due, post.now, arrived=True, correlation_id="request")
    core.outbox.complete(claimed, post.now)
    post.work(SPACING)
    assert [message.token for message in phone.heard()] == [token(ann)]


def test_every_device_is_told_and_nobody_elses(post: Post, ann: Client) -> None:
    bob = post.site.person(102, "Bob")
    ann.ask("MKCALENDAR", ann.calendar("work"))
    post.work()
    phone, tablet = post.device(ann, ann.calendar()), post.device(ann, ann.calendar())
    elsewhere = [post.device(ann, ann.calendar("work")), post.device(bob, bob.calendar()), post.device(ann, ann.home)]
    put(ann)
    post.work()
    assert len(phone.heard()) == len(tablet.heard()) == 1
    assert [each.heard() for each in elsewhere] == [[], [], []]
    assert phone.arrived()[0].headers["topic"] != tablet.arrived()[0].headers["topic"]


def test_deleting_and_moving_are_changes_of_the_calendars_concerned(post: Post, ann: Client) -> None:
    ann.ask("MKCALENDAR", ann.calendar("work"))
    put(ann, "a")
    put(ann, "b")
    post.work()
    default, work = post.device(ann, ann.calendar()), post.device(ann, ann.calendar("work"))
    ann.ask("DELETE", f"{ann.calendar()}a.ics")
    post.work(SPACING)
    assert (len(default.heard()), len(work.heard())) == (1, 0)
    assert ann.ask("MOVE", f"{ann.calendar()}b.ics", Destination=f"{ann.calendar('work')}b.ics").status == 201
    post.work(SPACING)
    assert (len(default.heard()), len(work.heard())) == (2, 1)
    assert ann.put(f"{ann.calendar('work')}b.ics", event("b@example.com", "SUMMARY:Later")).status == 204
    post.work(SPACING)
    assert (len(default.heard()), len(work.heard())) == (2, 2)


def test_a_message_in_the_inbox_is_told(post: Post) -> None:
    ann, bob = post.site.person(103, "Ann", "ann@example.com"), post.site.person(104, "Bob", "bob@example.com")
    inbox = post.device(bob, f"{bob.home}inbox/")
    guests = ("ORGANIZER:mailto:ann@example.com", "ATTENDEE:mailto:bob@example.com")
    assert ann.put(f"{ann.calendar()}talk.ics", event("talk@example.com", "SUMMARY:Talk", *guests)).status == 201
    post.work(SPACING)
    (heard,) = inbox.heard()
    token = bob.propfind(f"{bob.home}inbox/", "D:sync-token").only().text("{DAV:}sync-token")
    assert (heard.content, heard.token) == (True, token)


def test_a_property_is_told_as_such_and_the_home_of_new_and_lost_calendars(post: Post, ann: Client) -> None:
    calendar, home = post.device(ann, ann.calendar()), post.device(ann, ann.home)
    name = "<D:set><D:prop><D:displayname>Tea</D:displayname></D:prop></D:set>"
    ann.ask("PROPPATCH", ann.calendar(), f'<D:propertyupdate xmlns:D="DAV:">{name}</D:propertyupdate>')
    post.work(SPACING)
    assert calendar.heard() == [Message(topic(ann, ann.calendar()), content=False, token=None, property=True)]
    # The home's token is new, because one of its members has changed.
    moved = ann.propfind(ann.home, "D:sync-token").only().text("{DAV:}sync-token")
    assert home.heard() == [Message(topic(ann, ann.home), content=True, token=moved, property=False)]
    ann.ask("MKCALENDAR", ann.calendar("work"))
    post.work(SPACING)
    ann.ask("DELETE", ann.calendar("work"))
    post.work(SPACING)
    assert [(each.topic, each.content, each.property) for each in home.heard()] == [
        (topic(ann, ann.home), True, False)
    ] * 3
    assert home.heard()[-1].token == ann.propfind(ann.home, "D:sync-token").only().text("{DAV:}sync-token")
    change_profile(post.site.core.backend, post.site.context(ann.tenant), name="Anna")
    post.work(SPACING)
    assert [(each.content, each.property) for each in home.heard()][3:] == [(False, True)]
    assert len(calendar.heard()) == 1


def test_only_what_was_asked_for_is_told(post: Post, ann: Client) -> None:
    contents = post.device(ann, ann.calendar(), CONTENT)
    properties = post.device(ann, ann.calendar(), PROPERTY)
    itself = post.device(ann, ann.calendar(), "<content-update><D:depth>0</D:depth></content-update>")
    put(ann)
    post.work(SPACING)
    name = "<D:set><D:prop><D:displayname>Tea</D:displayname></D:prop></D:set>"
    ann.ask("PROPPATCH", ann.calendar(), f'<D:propertyupdate xmlns:D="DAV:">{name}</D:propertyupdate>')
    post.work(SPACING)
    assert [(each.content, each.property) for each in contents.heard()] == [(True, False)]
    assert [(each.content, each.property) for each in properties.heard()] == [(False, True)]
    assert itself.heard() == []


def test_a_content_and_a_property_update_at_once_are_one_message(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    put(ann)
    name = "<D:set><D:prop><D:displayname>Tea</D:displayname></D:prop></D:set>"
    ann.ask("PROPPATCH", ann.calendar(), f'<D:propertyupdate xmlns:D="DAV:">{name}</D:propertyupdate>')
    post.work()
    assert phone.heard() == [Message(topic(ann, ann.calendar()), content=True, token=token(ann), property=True)]


def test_a_deleted_calendar_is_told_once_more_and_then_its_subscriptions_end(post: Post, ann: Client) -> None:
    ann.ask("MKCALENDAR", ann.calendar("work"))
    post.work()
    name = topic(ann, ann.calendar("work"))
    deep = post.device(ann, ann.calendar("work"))
    flat = post.device(ann, ann.calendar("work"), "<content-update><D:depth>0</D:depth></content-update>")
    ann.ask("DELETE", ann.calendar("work"))
    post.work()
    assert deep.heard() == flat.heard() == [Message(name, content=True, token=None, property=False)]
    assert post.subscriptions() == 0


# ---- Suppressing Notifications ---------------------------------------------------------------------------------------
def test_who_made_a_change_and_says_so_is_not_told_of_it(post: Post, ann: Client) -> None:
    phone, tablet = post.device(ann, ann.calendar()), post.device(ann, ann.calendar())
    put(ann, "a", Push_Dont_Notify=f'"{phone.location}"')
    post.work()
    assert (len(phone.heard()), len(tablet.heard())) == (0, 1)
    put(ann, "b", Push_Dont_Notify=f'"https://example.com/x", "{phone.location}" , "{tablet.location}"')
    post.work(SPACING)
    assert (len(phone.heard()), len(tablet.heard())) == (0, 1)
    put(ann, "c")
    post.work(SPACING)
    assert (len(phone.heard()), len(tablet.heard())) == (1, 2)


def test_an_asterisk_silences_ones_own_devices_for_that_request(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    put(ann, Push_Dont_Notify="*")
    ann.ask("DELETE", f"{ann.calendar()}a.ics", Push_Dont_Notify="*")
    post.work()
    assert phone.heard() == []
    assert post.owed() == []


def test_a_loud_change_beside_a_silent_one_is_told(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    put(ann, "a", Push_Dont_Notify="*")
    put(ann, "b")
    put(ann, "c", Push_Dont_Notify="*")
    post.work()
    assert [message.token for message in phone.heard()] == [token(ann)]


NONSENSE = ["", "x", "**", '"*"', '"', '"/push/1"', '"https://example.com/push/zz"', '"http://[", *']


@pytest.mark.parametrize("value", NONSENSE)
def test_values_that_are_invalid_are_passed_over(post: Post, ann: Client, value: str) -> None:
    phone = post.device(ann, ann.calendar())
    put(ann, Push_Dont_Notify=value)
    post.work()
    assert len(phone.heard()) == 1


def test_nobody_silences_another_persons_devices(post: Post, ann: Client) -> None:
    bob = post.site.person(102, "Bob", "bob@example.com")
    phone = post.device(bob, bob.calendar())
    lines = ("ORGANIZER:mailto:ann@example.com", "ATTENDEE:mailto:ann@example.com", "ATTENDEE:mailto:bob@example.com")
    organizer = post.site.person(103, "Ann", "ann@example.com")
    for name, silence in (("a", "*"), ("b", f'"{phone.location}"')):
        path = f"{organizer.calendar()}{name}.ics"
        text = event(f"{name}@example.com", "SUMMARY:Tea", *lines)
        assert organizer.put(path, text, Push_Dont_Notify=silence).status == 201
        post.work(SPACING)
    assert len(phone.heard()) == 2


# ---- Following the log -----------------------------------------------------------------------------------------------
def test_without_subscriptions_the_log_is_passed_over_and_the_past_is_told_to_nobody(post: Post, ann: Client) -> None:
    for number in range(3):
        put(ann, f"n{number}")
    post.notice()
    ((passed,),) = post.sql("SELECT position FROM consumer WHERE name = 'push'")
    assert passed >= (post.site.core.recorder.max_notification_id() or 0)
    phone = post.device(ann, ann.calendar())
    post.work()
    assert phone.arrived() == []
    put(ann, "new")
    post.work()
    assert len(phone.heard()) == 1


def test_what_changes_nothing_in_the_calendar_is_not_told(post: Post, ann: Client) -> None:
    put(ann)
    post.notice()
    phone = post.device(ann, ann.calendar())
    put(ann)
    post.site.device(ann.tenant)
    post.work()
    assert phone.arrived() == []


def test_a_rebuilt_directory_leaves_subscriptions_alone(post: Post, ann: Client) -> None:
    phone = post.device(ann, ann.calendar())
    core = post.site.core
    assert rebuild(core.pool, core.store.facts, "directory", lambda done, total: None).differing == 0
    put(ann)
    post.work()
    assert len(phone.heard()) == 1
