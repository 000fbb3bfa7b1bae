"""WebDAV-Push of a shared calendar: sharees get messages about their own view of it, until the share is withdrawn."""

from collections.abc import Iterator

import pytest

from support.dav import Client, event
from support.push import CONTENT, Message, subscribe
from support.push_post import Post, open_post, put, token, topic
from support.shares import granted_acl, mounted, share, unshare, with_alarm
from televent.application.push import SPACING


@pytest.fixture
def post(database_url: str) -> Iterator[Post]:
    with open_post(database_url, TELEVENT_PUSH_HOSTS="any") as post:
        yield post


@pytest.fixture
def ann(post: Post) -> Client:
    ann = post.site.person(101, "Ann", "ann@example.com")
    ann.ask("MKCALENDAR", ann.calendar("work"))
    return ann


@pytest.fixture
def bob(post: Post) -> Client:
    return post.site.person(102, "Bob", "bob@example.com")


def test_the_other_person_is_told_with_their_own_sync_token(post: Post, ann: Client, bob: Client) -> None:
    path = mounted(ann, bob)
    anns, bobs = post.device(ann, ann.calendar("work")), post.device(bob, path)
    before = bob.sync(path).token()
    put(ann, "a", "work")
    post.work(SPACING)
    assert anns.heard() == [Message(topic(ann, ann.calendar("work")), True, token(ann, "work"), False)]
    assert topic(bob, path) != topic(ann, ann.calendar("work"))
    assert topic(bob, path) == topic(bob, ann.calendar("work"))
    assert bobs.heard() == [Message(topic(bob, path), True, bob.sync(path).token(), False)]
    assert set(bob.sync(path, before).responses()) == {f"{path}a.ics"}


def test_a_write_by_the_other_person_is_told_to_the_owner_and_can_be_silenced_for_oneself(
    post: Post, ann: Client, bob: Client
) -> None:
    path = mounted(ann, bob, "read-write")
    anns, bobs = post.device(ann, ann.calendar("work")), post.device(bob, path)
    assert bob.put(f"{path}b.ics", event("b@example.com"), Push_Dont_Notify="*").status == 201
    post.work(SPACING)
    assert (len(anns.heard()), len(bobs.heard())) == (1, 0)


def test_who_has_lost_the_calendar_is_told_nothing_of_it(post: Post, ann: Client, bob: Client) -> None:
    path = mounted(ann, bob)
    bobs, home = post.device(bob, path, CONTENT), post.device(bob, bob.home)
    put(ann, "a", "work")
    post.notice()
    assert unshare(ann, "mailto:bob@example.com").status == 200
    post.work(SPACING)
    put(ann, "b", "work")
    post.work(SPACING)
    assert bobs.arrived() == []
    assert [message.content for message in home.heard()] == [True]
    assert [row[0] for row in post.sql("SELECT kind FROM push_subscription")] == ["home"]


def test_ones_own_name_for_it_is_told_to_oneself_alone(post: Post, ann: Client, bob: Client) -> None:
    path = mounted(ann, bob)
    anns, bobs = post.device(ann, ann.calendar("work")), post.device(bob, path)
    name = "<D:set><D:prop><D:displayname>Hers</D:displayname></D:prop></D:set>"
    assert bob.ask("PROPPATCH", path, f'<D:propertyupdate xmlns:D="DAV:">{name}</D:propertyupdate>').status == 207
    post.work(SPACING)
    assert [(message.content, message.property) for message in bobs.heard()] == [(False, True)]
    assert anns.arrived() == []


def test_ones_own_alarm_is_told_to_ones_own_devices_alone(post: Post, ann: Client, bob: Client) -> None:
    path = mounted(ann, bob)
    put(ann, "a", "work")
    anns, bobs = post.device(ann, ann.calendar("work")), post.device(bob, path)
    before = bob.sync(path).token()
    assert bob.put(f"{path}a.ics", with_alarm(bob.ask("GET", f"{path}a.ics").body)).status == 204
    post.work(SPACING)
    (message,) = bobs.heard()
    assert (message.content, message.token) == (True, bob.sync(path).token())
    assert set(bob.sync(path, before).responses()) == {f"{path}a.ics"}
    assert anns.arrived() == []


def test_a_sharee_with_free_busy_only_cannot_subscribe(post: Post, ann: Client, bob: Client) -> None:
    principal = f"<D:href>{bob.home}</D:href>"
    answer = ann.ask("ACL", ann.calendar("work"), granted_acl(principal, "C:read-free-busy"))
    assert answer.status == 200, answer.text
    assert subscribe(bob, ann.calendar("work")).status == 403
    assert bob.propfind(ann.calendar("work"), "P:topic").status == 403


def named(title: str) -> str:
    inner = f"<D:set><D:prop><D:displayname>{title}</D:displayname></D:prop></D:set>"
    return f'<D:propertyupdate xmlns:D="DAV:">{inner}</D:propertyupdate>'


def home_token(client: Client) -> str:
    return client.propfind(client.home, "D:sync-token").only().text("{DAV:}sync-token")


def test_what_the_owner_calls_it_is_told_to_the_homes_where_it_stands(post: Post, ann: Client, bob: Client) -> None:
    eve = post.site.person(103, "Eve", "eve@example.com")
    path = mounted(ann, bob)
    homes = {client.user: post.device(client, client.home) for client in (ann, bob, eve)}
    assert ann.ask("PROPPATCH", ann.calendar("work"), named("Ours")).status == 207
    post.work(SPACING)
    for client in (ann, bob):
        (message,) = homes[client.user].heard()
        assert (message.content, message.property, message.token) == (True, False, home_token(client))
    assert homes[eve.user].arrived() == []
    # A sharee's own name for it changes only that sharee's home.
    assert bob.ask("PROPPATCH", path, named("Hers")).status == 207
    post.work(SPACING)
    assert [len(homes[client.user].heard()) for client in (ann, bob, eve)] == [1, 2, 0]
    assert homes[bob.user].heard()[-1].token == home_token(bob)
    # After the share is withdrawn, Bob gets no more messages.
    unshare(ann, "mailto:bob@example.com")
    post.work(SPACING)
    told = len(homes[bob.user].heard())
    assert ann.ask("PROPPATCH", ann.calendar("work"), named("Mine")).status == 207
    post.work(SPACING)
    assert len(homes[bob.user].heard()) == told


def test_a_person_who_has_not_accepted_is_not_told_of_names(post: Post, ann: Client, bob: Client) -> None:
    assert share(ann, "mailto:bob@example.com").status == 200
    home = post.device(bob, bob.home)
    assert ann.ask("PROPPATCH", ann.calendar("work"), named("Ours")).status == 207
    post.work(SPACING)
    assert home.arrived() == []
