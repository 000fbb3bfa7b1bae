"""The notification collection: offers and answers until they are answered or dismissed (CalendarServer §4)."""

import pytest
from lxml import etree

from support.dav import DECLARED, NAMESPACES, Client, Site, dav
from support.shares import cs, granted_acl, mounted, reply, share, unshare


@pytest.fixture
def ann(site: Site) -> Client:
    ann = site.person(101, "Ann", "ann@example.com")
    assert ann.ask("MKCALENDAR", ann.calendar("work")).status == 201
    return ann


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob", "bob@example.com")


def collection(client: Client) -> str:
    (path,) = client.propfind(client.home, "CS:notification-URL").only().hrefs(cs("notification-URL"))
    return path


def notices(client: Client) -> dict[str, etree._Element]:
    """Each notification's content by its URL."""
    path = collection(client)
    listed = client.propfind(path, "D:getetag", "CS:notificationtype", depth="1").responses()
    assert path in listed
    found: dict[str, etree._Element] = {}
    for href, entry in listed.items():
        if href != path:
            answer = client.ask("GET", href)
            assert answer.headers["etag"] == entry.text(dav("getetag"))
            (kind,) = entry.props[cs("notificationtype")]
            (_, said) = answer.xml.iterchildren()
            assert (said.tag, dict(said.attrib.items())) == (kind.tag, dict(kind.attrib.items()))
            found[href] = said
    return found


def test_the_collection_is_found_from_the_principal_and_stands_in_the_home(bob: Client) -> None:
    path = collection(bob)
    kinds = bob.propfind(bob.home, "D:resourcetype", depth="1").responses()[path]
    assert kinds.inside(dav("resourcetype")) == {dav("collection"), cs("notification")}
    assert notices(bob) == {}
    for method in ("PUT", "DELETE", "MKCALENDAR"):
        assert bob.ask(method, path).status in (403, 405)
    assert bob.put(path + "x.xml", b"<a/>").status == 403


def test_an_invitation_says_what_is_asked_by_whom(ann: Client, bob: Client) -> None:
    share(ann, "mailto:bob@example.com", "read-write", summary="Our &lt;team&gt;")
    ((href, said),) = notices(bob).items()
    assert said.find(cs("invite-noresponse")) is not None
    assert said.findtext(dav("href")) == bob.home
    assert said.find(f"{cs('access')}/{cs('read-write')}") is not None
    assert said.findtext(f"{cs('hosturl')}/{dav('href')}") == ann.calendar("work")
    assert said.findtext(f"{cs('organizer')}/{cs('common-name')}") == "Ann"
    assert said.findtext(cs("summary")) == "Our <team>"
    assert href.endswith(f"{said.findtext(cs('uid'))}.xml")


def test_it_can_be_answered_by_its_id_and_is_gone_then(ann: Client, bob: Client) -> None:
    share(ann, "mailto:bob@example.com")
    ((_, said),) = notices(bob).items()
    inner = f"<CS:invite-accepted/><CS:in-reply-to>{said.findtext(cs('uid'))}</CS:in-reply-to>"
    answer = bob.ask("POST", bob.home, f"<CS:invite-reply {DECLARED}>{inner}</CS:invite-reply>")
    assert (
        answer.xml.findtext("D:href", namespaces=NAMESPACES)
        in bob.propfind(bob.home, "D:displayname", depth="1").responses()
    )
    assert notices(bob) == {}


def test_a_changed_and_an_ended_share_are_told_of(ann: Client, bob: Client) -> None:
    mounted(ann, bob)
    share(ann, "mailto:bob@example.com", "read-write")
    (said,) = notices(bob).values()
    assert said.find(cs("invite-accepted")) is not None
    assert said.find(f"{cs('access')}/{cs('read-write')}") is not None
    unshare(ann, "mailto:bob@example.com")
    (said,) = notices(bob).values()
    assert said.find(cs("invite-deleted")) is not None


def test_what_is_dismissed_is_gone_and_the_share_stays_what_it_is(ann: Client, bob: Client) -> None:
    share(ann, "mailto:bob@example.com")
    (href,) = notices(bob)
    assert bob.ask("DELETE", href).status == 204
    assert notices(bob) == {}
    assert bob.ask("GET", href).status == 404
    assert bob.ask("DELETE", href).status == 404
    assert reply(bob, ann).status == 200


def test_notifications_are_ones_own(ann: Client, bob: Client) -> None:
    share(ann, "mailto:bob@example.com")
    (href,) = notices(bob)
    assert notices(ann) == {}
    for path in (href, collection(bob)):
        assert ann.propfind(path, "D:getetag").status == 403
        assert ann.ask("GET", path).status == 403
        assert ann.ask("DELETE", path).status == 403


def test_who_may_see_only_when_somebody_is_busy_is_asked_nothing(ann: Client, bob: Client) -> None:
    who = f"<D:href>{bob.home}</D:href>"
    assert ann.ask("ACL", ann.calendar("work"), granted_acl(who, "C:read-free-busy")).status == 200
    assert notices(bob) == {}


@pytest.mark.parametrize("verdict", ["accepted", "declined"])
def test_the_owner_is_told_what_was_answered(ann: Client, bob: Client, verdict: str) -> None:
    share(ann, "mailto:bob@example.com", summary="Our team")
    ((_, asked),) = notices(bob).items()
    assert notices(ann) == {}
    reply(bob, ann, verdict)
    ((href, said),) = notices(ann).items()
    assert said.tag == cs("invite-reply")
    assert said.findtext(dav("href")) == "mailto:bob@example.com"
    assert said.find(cs(f"invite-{verdict}")) is not None
    assert said.findtext(f"{cs('hosturl')}/{dav('href')}") == ann.calendar("work")
    assert said.findtext(cs("in-reply-to")) == asked.findtext(cs("uid"))
    assert said.findtext(cs("summary")) == "Our team"
    got = ann.ask("GET", href)
    assert got.xml.findtext(cs("dtstamp")) is not None
    assert ann.ask("GET", href, If_None_Match=got.headers["etag"]).status == 304
    assert ann.ask("DELETE", href, If_Match='"other"').status == 412
    assert ann.ask("DELETE", href, If_Match=got.headers["etag"]).status == 204
    assert notices(ann) == {}
    assert [ann.ask(method, href).status for method in ("GET", "DELETE", "PROPFIND")] == [404] * 3
    # The calendar still has the answer.
    invite = ann.propfind(ann.calendar("work"), "CS:invite").only().props[cs("invite")]
    assert invite.find(f"{cs('user')}/{cs(f'invite-{verdict}')}") is not None


def test_each_answer_is_told_again_and_only_the_last_one_counts(ann: Client, bob: Client) -> None:
    share(ann, "mailto:bob@example.com")
    reply(bob, ann)
    (first,) = notices(ann)
    reply(bob, ann, "declined")
    ((second, said),) = notices(ann).items()
    assert second != first
    assert said.find(cs("invite-declined")) is not None
    # A device that dismisses an old notification does not remove a newer one.
    assert ann.ask("DELETE", first).status == 404
    assert set(notices(ann)) == {second}


def test_taking_the_calendar_out_of_ones_home_is_an_answer(ann: Client, bob: Client) -> None:
    path = mounted(ann, bob)
    for href in notices(ann):
        ann.ask("DELETE", href)
    assert bob.ask("DELETE", path).status == 204
    (said,) = notices(ann).values()
    assert said.find(cs("invite-declined")) is not None


def test_a_share_withdrawn_deleted_or_offered_again_leaves_no_answer_behind(ann: Client, bob: Client) -> None:
    mounted(ann, bob)
    unshare(ann, "mailto:bob@example.com")
    assert notices(ann) == {}
    share(ann, "mailto:bob@example.com")
    reply(bob, ann, "declined")
    assert len(notices(ann)) == 1
    share(ann, "mailto:bob@example.com")
    assert notices(ann) == {}
    reply(bob, ann)
    assert len(notices(ann)) == 1
    assert ann.ask("DELETE", ann.calendar("work")).status == 204
    assert notices(ann) == {}


def test_answers_are_told_to_the_owner_alone(ann: Client, bob: Client, site: Site) -> None:
    eve = site.person(103, "Eve", "eve@example.com")
    mounted(ann, bob)
    mounted(ann, eve)
    assert len(notices(ann)) == 2
    (href, *_) = notices(ann)
    assert notices(bob) == notices(eve) == {}
    for path in (href, bob.home + href.removeprefix(ann.home)):
        assert bob.ask("GET", path).status in (403, 404)
        assert bob.ask("DELETE", path).status in (403, 404)
    assert len(notices(ann)) == 2
