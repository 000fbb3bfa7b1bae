"""RFC 6638 §6, §11.3, §11.4: the people who may ask for free/busy, and how the owner sets that."""

import pytest

from support.dav import DECLARED, NAMESPACES, Answer, Client, Site, cal, dav, event
from support.outbox import post, question, told

ANN, BOB = "mailto:ann@example.com", "mailto:bob@example.com"
ASK = "<D:privilege><C:schedule-query-freebusy/></D:privilege>"
EVERYONE = "<D:authenticated/>"


@pytest.fixture
def bob(site: Site) -> Client:
    bob = site.person(102, "Bob", "bob@example.com")
    bob.put(f"{bob.calendar()}b.ics", event("b@example.com"))
    return bob


def ace(principal: str, grant: str = ASK, kind: str = "grant") -> str:
    return f"<D:ace><D:principal>{principal}</D:principal><D:{kind}>{grant}</D:{kind}></D:ace>"


def by_name(who: Client) -> str:
    return f"<D:href>{who.home}</D:href>"


def let_ask(who: Client, *entries: str) -> Answer:
    return who.ask("ACL", f"{who.home}inbox/", f"<D:acl {DECLARED}>{''.join(entries)}</D:acl>")


def entries(who: Client) -> list[tuple[str, set[str], bool]]:
    """The access list of the inbox: principal, privileges, protected."""
    shown = who.propfind(f"{who.home}inbox/", "D:acl").only().props[dav("acl")]
    found = []
    for each in shown:
        (principal,) = each.findall("D:principal/*", NAMESPACES)
        names = {str(name.tag) for name in each.iterfind("D:grant/D:privilege/*", NAMESPACES)}
        found.append((principal.text or str(principal.tag), names, each.find("D:protected", NAMESPACES) is not None))
    return found


def asking(who: Client) -> list[str]:
    """The principals that may ask, from the access list without the owner's own entry."""
    return [name for name, names, _ in entries(who)[1:] if cal("schedule-query-freebusy") in names]


def status(asker: Client, me: str, other: str) -> str:
    return told(post(asker, question(me, other)))[other].status


def invite(who: Client, me: str, guest: str, uid: str = "talk") -> str:
    path = f"{who.calendar()}{uid}.ics"
    guest_line = f"ATTENDEE;PARTSTAT=NEEDS-ACTION:{guest}"
    assert who.put(path, event(uid, "SUMMARY:Talk", f"ORGANIZER:{me}", guest_line)).status == 201
    return path


def answer(who: Client, partstat: str) -> None:
    members = set(who.propfind(who.calendar(), "D:getetag", depth="1").responses())
    for path in members - {who.calendar(), f"{who.calendar()}b.ics"}:
        text = who.ask("GET", path).text.replace("PARTSTAT=NEEDS-ACTION", f"PARTSTAT={partstat}")
        assert who.put(path, text.encode()).status == 204


def test_a_stranger_learns_nothing_not_even_which_numbers_are_here(ann: Client, bob: Client) -> None:
    addresses = ("mailto:tg_102@televent.internal", "mailto:102@televent.app", f"urn:uuid:{bob.tenant}", bob.home)
    answers = told(post(ann, question(ANN, *addresses, "mailto:nobody@example.com", "mailto:tg_9@televent.internal")))
    assert {(each.status, each.data) for each in answers.values()} == {("3.7;Invalid calendar user", "")}


def test_a_person_found_by_address_refuses_with_a_status(ann: Client, bob: Client) -> None:
    (answer,) = told(post(ann, question(ANN, BOB))).values()
    assert (answer.status, answer.data) == ("3.8;No authority", "")


def test_one_may_always_ask_about_oneself(bob: Client) -> None:
    assert let_ask(bob).status == 200
    assert status(bob, BOB, BOB) == "2.0;Success"


def test_whom_one_has_invited_may_ask(ann: Client, bob: Client) -> None:
    path = invite(bob, BOB, ANN)
    assert status(ann, ANN, BOB) == "2.0;Success"
    assert asking(bob) == [ann.home]
    assert bob.ask("DELETE", path).status == 204
    assert (status(ann, ANN, BOB)[:3], asking(bob)) == ("3.8", [])


def test_who_is_no_longer_asked_to_a_meeting_may_not_ask(ann: Client, bob: Client) -> None:
    path = invite(bob, BOB, ANN)
    other = event("talk", "SUMMARY:Talk", f"ORGANIZER:{BOB}", "ATTENDEE:mailto:eve@example.com")
    assert bob.put(path, other).status == 204
    assert status(ann, ANN, BOB)[:3] == "3.8"


def test_an_invitation_opens_nothing_until_it_is_accepted(ann: Client, bob: Client) -> None:
    """Any person can send an invitation. Its delivery shows that Bob has an account here, and nothing else."""
    number = "mailto:tg_102@televent.internal"
    assert status(ann, ANN, number)[:3] == "3.7"
    invite(ann, ANN, number)
    assert (status(ann, ANN, BOB), status(ann, ANN, number)) == ("3.8;No authority", "3.8;No authority")
    answer(bob, "TENTATIVE")
    assert status(ann, ANN, BOB) == "2.0;Success"
    assert asking(bob) == [ann.home]


def test_a_declined_invitation_opens_nothing(ann: Client, bob: Client) -> None:
    invite(ann, ANN, BOB)
    answer(bob, "DECLINED")
    assert status(ann, ANN, BOB) == "3.8;No authority"


def test_who_was_granted_a_calendar_may_ask(ann: Client, bob: Client) -> None:
    bob.ask("MKCALENDAR", bob.calendar("club"))
    read = ace(by_name(ann), "<D:privilege><D:read/></D:privilege>")
    assert bob.ask("ACL", bob.calendar("club"), f"<D:acl {DECLARED}>{read}</D:acl>").status == 200
    assert status(ann, ANN, BOB) == "2.0;Success"
    assert asking(bob) == [ann.home]


def test_the_owner_opens_it_to_everyone_and_closes_it_again(ann: Client, bob: Client) -> None:
    assert let_ask(bob, ace(EVERYONE)).status == 200
    assert (status(ann, ANN, BOB), asking(bob)) == ("2.0;Success", [dav("authenticated")])
    assert let_ask(bob).status == 200
    assert (status(ann, ANN, BOB)[:3], asking(bob)) == ("3.8", [])


def test_the_owner_names_who_may_ask(ann: Client, bob: Client, site: Site) -> None:
    eve = site.person(103, "Eve", "eve@example.com")
    invite(bob, BOB, "mailto:eve@example.com")
    assert let_ask(bob, ace(by_name(ann)), ace("<D:href>mailto:ann@example.com</D:href>")).status == 200
    assert asking(bob) == [ann.home]
    assert status(ann, ANN, BOB) == "2.0;Success"
    # The owner has not named Eve, so a meeting with her allows nothing.
    assert status(eve, "mailto:eve@example.com", BOB)[:3] == "3.8"


def test_the_list_that_was_read_can_be_sent_back(ann: Client, bob: Client) -> None:
    let_ask(bob, ace(by_name(ann)), ace(EVERYONE))
    before = entries(bob)
    shown = bob.propfind(f"{bob.home}inbox/", "D:acl").text
    acl = shown.partition("<D:acl>")[2].partition("</D:acl>")[0]
    assert let_ask(bob, acl).status == 200
    assert entries(bob) == before


def test_to_deliver_is_everybodys_and_cannot_be_taken_away(ann: Client, bob: Client) -> None:
    assert let_ask(bob).status == 200
    deliver = {cal("schedule-deliver-invite"), cal("schedule-deliver-reply")}
    assert entries(bob)[1:] == [(dav("authenticated"), deliver, True)]
    assert "SCHEDULE-STATUS=1.2" in ann.ask("GET", invite(ann, ANN, BOB)).text


@pytest.mark.parametrize(
    ("entry", "condition"),
    [
        (ace(EVERYONE, ASK, "deny"), "grant-only"),
        (
            f"<D:ace><D:invert><D:principal>{EVERYONE}</D:principal></D:invert><D:grant>{ASK}</D:grant></D:ace>",
            "no-invert",
        ),
        (ace("<D:all/>"), "allowed-principal"),
        (ace("<D:unauthenticated/>"), "allowed-principal"),
        (ace(EVERYONE, "<D:privilege><D:read/></D:privilege>"), "not-supported-privilege"),
        (ace("<D:href>mailto:nobody@example.com</D:href>"), "recognized-principal"),
        (ace("<D:href>/caldav/nobody/</D:href>"), "recognized-principal"),
    ],
)
def test_what_the_list_cannot_say_changes_nothing(ann: Client, bob: Client, entry: str, condition: str) -> None:
    let_ask(bob, ace(by_name(ann)))
    refused = let_ask(bob, ace(EVERYONE), entry)
    assert (refused.status, refused.precondition()) == (403, dav(condition))
    assert asking(bob) == [ann.home]


def test_the_list_of_the_outbox_is_protected_and_the_inbox_of_others_closed(ann: Client, bob: Client) -> None:
    acl = f"<D:acl {DECLARED}>{ace(EVERYONE)}</D:acl>"
    assert ann.ask("ACL", f"{ann.home}outbox/", acl).precondition() == dav("no-protected-ace-conflict")
    assert ann.ask("ACL", f"{bob.home}inbox/", acl).precondition() == dav("need-privileges")
    assert ann.ask("POST", f"{bob.home}outbox/", question(BOB, BOB)).precondition() == dav("need-privileges")


def test_the_privileges_of_scheduling_are_shown_where_they_mean_something(ann: Client) -> None:
    """§6: non-abstract, aggregated as §6.3 says, on the inbox and the outbox."""
    parts = {
        "inbox": ("schedule-deliver", ["schedule-deliver-invite", "schedule-deliver-reply", "schedule-query-freebusy"]),
        "outbox": ("schedule-send", ["schedule-send-invite", "schedule-send-reply", "schedule-send-freebusy"]),
    }
    for name, (whole, inside) in parts.items():
        entry = ann.propfind(f"{ann.home}{name}/", "D:supported-privilege-set", "D:current-user-privilege-set").only()
        held = entry.props[dav("current-user-privilege-set")].iterfind("D:privilege/*", NAMESPACES)
        assert {cal(each) for each in (whole, *inside)} <= {str(each.tag) for each in held}
        tree = entry.props[dav("supported-privilege-set")]
        assert tree.findall(".//D:abstract", NAMESPACES) == []
        (around,) = (
            each
            for each in tree.findall("D:supported-privilege/D:supported-privilege", NAMESPACES)
            if each.find(f"D:privilege/C:{whole}", NAMESPACES) is not None
        )
        below = around.findall("D:supported-privilege/D:privilege/*", NAMESPACES)
        assert [each.tag for each in below] == [cal(each) for each in inside]
    elsewhere = ann.propfind(ann.calendar(), "D:supported-privilege-set").text
    assert "schedule-" not in elsewhere
