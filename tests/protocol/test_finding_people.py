"""RFC 3744 §9.4: searches for people (ADR 26). A whole address finds its person; no search lists strangers."""

import pytest

from support.dav import DECLARED, NAMESPACES, Answer, Client, Site, cal, dav
from support.shares import cs, reply, share, unshare

PROPS = (
    "<D:prop><D:displayname/><D:resourcetype/><C:calendar-user-address-set/><CS:email-address-set/>"
    "<C:calendar-home-set/><C:schedule-inbox-URL/><CS:notification-URL/></D:prop>"
)


@pytest.fixture
def bob(site: Site) -> Client:
    return site.person(102, "Bob Stone", "bob@example.com", "stone@example.com")


def condition(text: str, *props: str, kind: str = "") -> str:
    named = "".join(f"<{prop}/>" for prop in props)
    attribute = f' match-type="{kind}"' if kind else ""
    return f"<D:property-search><D:prop>{named}</D:prop><D:match{attribute}>{text}</D:match></D:property-search>"


def ask(client: Client, *conditions: str, more: str = "") -> Answer:
    return client.report("/principals/", "D:principal-property-search", "".join(conditions) + PROPS + more, Depth="0")


def found(client: Client, text: str, *props: str, kind: str = "") -> set[str]:
    answer = ask(client, condition(text, *(props or ("C:calendar-user-address-set",)), kind=kind))
    return set(answer.responses()) - {client.home}


def addresses(answer: Answer, home: str) -> list[str]:
    return answer.responses()[home].hrefs(cal("calendar-user-address-set"))


@pytest.mark.parametrize("prop", ["C:calendar-user-address-set", "CS:email-address-set"])
@pytest.mark.parametrize("kind", ["", "equals", "contains", "starts-with"])
def test_an_address_that_is_known_whole_finds_its_person(ann: Client, bob: Client, prop: str, kind: str) -> None:
    text = "mailto:Bob@Example.com" if kind == "starts-with" and prop.startswith("C:") else "Bob@Example.com"
    if kind == "equals" and prop.startswith("C:"):
        text = "mailto:bob@example.com"
    assert found(ann, text, prop, kind=kind) == {bob.home}


def test_a_stranger_is_shown_by_name_and_by_the_address_that_was_asked_for(ann: Client, bob: Client) -> None:
    answer = ask(ann, condition("bob@example.com", "C:calendar-user-address-set"))
    entry = answer.only()
    assert entry.text(dav("displayname")) == "Bob Stone"
    assert entry.hrefs(cal("calendar-user-address-set")) == ["mailto:bob@example.com", bob.home]
    assert [each.text for each in entry.props[cs("email-address-set")]] == ["bob@example.com"]
    assert entry.missing == {cal("calendar-home-set"), cal("schedule-inbox-URL"), cs("notification-URL")}
    assert "stone@" not in answer.text
    assert "102" not in answer.text.replace(str(bob.tenant), "")
    # A search result gives no access to the person's home.
    assert ann.propfind(bob.home, "D:displayname").status == 403


@pytest.mark.parametrize(
    "text", ["bob", "example.com", "@example.com", "bob@", "bob@example.co", "Stone", "B", "%", "_", "*", "mailto:"]
)
@pytest.mark.parametrize("kind", ["", "starts-with", "ends-with"])
def test_strangers_are_not_listed_by_parts_of_what_they_are_called(
    ann: Client, bob: Client, text: str, kind: str
) -> None:
    for prop in ("C:calendar-user-address-set", "CS:email-address-set", "D:displayname", "C:calendar-user-type"):
        assert found(ann, text, prop, kind=kind) == set()


def test_numbers_that_could_be_counted_through_find_nobody(ann: Client, bob: Client) -> None:
    backend = bob.site.core.backend
    for text in (
        "102",
        "@102",
        f"102@{backend.people.mail_domain}",
        f"tg_102@{backend.people.internal_domain}",
        f"urn:uuid:{bob.tenant}",
    ):
        for prop in ("C:calendar-user-address-set", "CS:email-address-set"):
            assert found(ann, text, prop) == set()


def test_everybody_is_a_kind_of_calendar_user_and_that_lists_nobody(ann: Client, bob: Client) -> None:
    assert found(ann, "INDIVIDUAL", "C:calendar-user-type") == set()
    assert found(ann, bob.home, "C:calendar-user-address-set") == set()
    everybody = ask(ann)
    assert set(everybody.responses()) == {ann.home}


def test_conditions_hold_together_or_one_by_one(ann: Client, bob: Client, site: Site) -> None:
    site.person(103, "Eve", "eve@example.com")
    address = condition("bob@example.com", "C:calendar-user-address-set")
    assert set(ask(ann, address, condition("stone", "D:displayname")).responses()) == {bob.home}
    assert ask(ann, address, condition("eve", "D:displayname")).responses() == {}
    body = "".join((address, condition("e", "D:displayname"))) + PROPS
    either = ann.ask(
        "REPORT",
        "/principals/",
        f'<D:principal-property-search test="anyof" {DECLARED}>{body}</D:principal-property-search>',
    )
    assert set(either.responses()) == {bob.home}


def test_people_who_share_calendars_find_one_another_by_name(ann: Client, bob: Client, site: Site) -> None:
    site.person(103, "Bobby", "bobby@example.com")
    ann.ask("MKCALENDAR", ann.calendar("work"))
    assert found(ann, "stone", "D:displayname") == set()
    share(ann, "mailto:stone@example.com")
    assert found(ann, "stone", "D:displayname") == {bob.home}
    assert found(bob, "ANN", "D:displayname") == {ann.home}
    reply(bob, ann)
    assert found(ann, "bob", "D:displayname") == {bob.home}
    unshare(ann, "mailto:bob@example.com")
    assert found(ann, "stone", "D:displayname") == set()
    assert found(bob, "ann", "D:displayname") == set()


def test_an_invited_person_has_shown_only_the_invited_address(ann: Client, bob: Client) -> None:
    ann.ask("MKCALENDAR", ann.calendar("work"))
    share(ann, "mailto:stone@example.com")
    before = ask(ann, condition("stone", "D:displayname"))
    assert addresses(before, bob.home) == ["mailto:stone@example.com", bob.home]
    reply(bob, ann)
    after = ask(ann, condition("stone", "D:displayname"))
    assert addresses(after, bob.home) == ["mailto:bob@example.com", "mailto:stone@example.com", bob.home]
    assert addresses(ask(bob, condition("ann", "D:displayname")), ann.home) == ["mailto:ann@example.com", ann.home]


@pytest.mark.parametrize("by", ["home", "telegram", "urn"])
def test_sharing_by_another_name_does_not_tell_the_sharees_address(ann: Client, bob: Client, by: str) -> None:
    ann.ask("MKCALENDAR", ann.calendar("work"))
    mail = bob.site.core.backend.people.mail_domain
    who = {"home": bob.home, "telegram": f"mailto:102@{mail}", "urn": f"urn:uuid:{bob.tenant}"}[by]
    assert share(ann, who).status == 200
    invite = ann.propfind(ann.calendar("work"), "CS:invite")
    assert "bob@example.com" not in invite.text
    assert "stone@example.com" not in invite.text
    (user,) = invite.only().props[cs("invite")].findall(cs("user"))
    href = user.findtext(dav("href")) or ""
    assert unshare(ann, href).status == 200
    assert cs("invite") in ann.propfind(ann.calendar("work"), "CS:invite").only().missing


def test_a_search_is_bounded(ann: Client, site: Site) -> None:
    ann.ask("MKCALENDAR", ann.calendar("work"))
    homes = set()
    for number in range(4):
        homes.add(site.person(200 + number, f"Guest {number}", f"guest{number}@example.com").home)
        share(ann, f"mailto:guest{number}@example.com")
    assert found(ann, "guest", "D:displayname") == homes
    limit = "<D:limit><D:nresults>2</D:nresults></D:limit>"
    cut = ask(ann, condition("guest", "D:displayname"), more=limit)
    entries = cut.responses()
    said = entries.pop("/principals/")
    assert (len(entries), set(entries) <= homes) == (2, True)
    assert "507" in (said.status or "")
    assert cut.xml.find(".//D:number-of-matches-within-limits", NAMESPACES) is not None
    nonsense = "<D:limit><D:nresults>many</D:nresults></D:limit>"
    assert ask(ann, condition("guest", "D:displayname"), more=nonsense).status == 400
    assert ask(ann, *[condition("guest", "D:displayname")] * 21).status == 400
    # A search for more addresses than the limit finds some people and costs no more.
    many = [condition(f"guest{number}@example.com", "CS:email-address-set") for number in range(20)]
    assert ask(ann, *many).status == 207
