"""A mail to a team calendar that nothing proves: managers without a chat are asked by mail, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest

from support.followers import catch_up
from support.mail_cards import Page, Web, link_in, mails, post, text_of, without_chat
from support.post import OtherServer, PostOffice, itip_mail, message, open_post_office, run_on
from support.team_mail import address_of, made_team
from support.town import Person, Town
from televent.application.mail_records.parked_mails import ParkedMail, card_id_of
from televent.application.messages.mail import ParkedMailNotice
from televent.application.refusals import NotManager, TryAgain
from televent.application.use_cases.mail.settle_parked import settle_parked
from televent.application.use_cases.mail.team_mail import decide_for_team
from televent.application.use_cases.people.accounts import change_profile, erase_account, open_account
from televent.application.use_cases.teams.team_calendars import end_team, remove_member, teams_of
from televent.domain.ids import AccountId
from televent.runtime.workers.team_mail import PATIENCE, TeamMails

ZED, UID = "zed@example.net", "one@example.net"


class Studio:
    """Ann's team calendar, which Bob manages too; Cat writes there. Nobody has a chat."""

    def __init__(self, town: Town, desk: PostOffice, other: OtherServer) -> None:
        self.town, self.desk, self.other = town, desk, other
        self.backend = town.core.backend
        self.ann, self.bob, self.cat = (without_chat(town, name) for name in ("ann", "bob", "cat"))
        members = {
            self.bob.address: (self.bob.context(), "manager"),
            self.cat.address: (self.cat.context(), "writer"),
        }
        made = made_team(self.backend, self.ann.context(), members)
        self.team, self.calendar = made.row.tenant, made.row.calendar_id
        self.card = card_id_of(self.team, "sender-unknown", "", ZED)

    def mail(self, *lines: str, sequence: int = 0) -> None:
        to = address_of(self.backend, self.team)
        people = (f"ORGANIZER;CN=Zed:mailto:{ZED}", f"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:{to}")
        text = message("REQUEST", *people, *lines, uid=UID, sequence=sequence)
        raw = itip_mail(text, sender=f"Zed <{ZED}>", message_id=f"{uuid4().hex}@example.net")
        self.desk.send(raw, to)

    def asked(self, person: Person) -> list[str]:
        """The texts of the questions that the person got."""
        found = [each for each in mails(self.other, person.address) if "Please decide" in str(each["Subject"])]
        return [text_of(each) for each in found]

    def link(self, person: Person) -> str:
        return link_in(next(each for each in mails(self.other, person.address) if "decide" in str(each["Subject"])))

    def parked(self) -> list[ParkedMail]:
        return self.backend.parked.on_card(self.team, self.card)

    def has(self) -> bool:
        return bool(self.town.core.reads.by_uid(self.team, UID))

    def settled(self) -> list[tuple[str, str]]:
        """The actors and the doors of the decisions, as the audit has them."""
        query = "SELECT actor, door FROM audit WHERE tenant_id = %s AND topic = 'team-mail-settled/1'"
        with psycopg.connect(self.town.url) as connection:
            return [(str(row[0]), str(row[1])) for row in connection.execute(query, (self.team,))]


@pytest.fixture
def studio(town: Town, other: OtherServer) -> Iterator[Studio]:
    with open_post_office(town) as desk:
        yield Studio(town, desk, other)


def decide(web: Web, link: str, choice: str) -> Page:
    return web.ask("POST", link, urlencode({"answer": choice}))


def test_managers_are_asked_by_mail_and_the_first_answer_counts(studio: Studio, web: Web) -> None:
    for sequence in range(2):
        studio.mail(sequence=sequence)
    post(studio.town, studio.other)
    assert [len(studio.asked(each)) for each in (studio.ann, studio.bob, studio.cat)] == [1, 1, 0]
    assert "It came to the team calendar Design." in studio.asked(studio.ann)[0]
    first, second = studio.link(studio.ann), studio.link(studio.bob)
    assert first != second
    assert "Always believe" not in web.ask("GET", first).text
    assert decide(web, first, "believe").status == 400
    assert not studio.has()
    assert [teams_of(studio.backend, each.tenant)[0].waiting_mails for each in (studio.bob, studio.cat)] == [2, None]
    assert "✅ Applied." in decide(web, first, "apply").text
    assert studio.has()
    assert teams_of(studio.backend, studio.bob.tenant)[0].waiting_mails == 0
    late = decide(web, second, "ignore")
    assert (late.status, "Ann has applied this for the team calendar Design." in late.text) == (409, True)
    assert "Ann has applied this" in web.ask("GET", second).text
    assert "<form" not in web.ask("GET", second).body
    assert studio.settled() == [(str(studio.ann.tenant), "email")]
    # Those who have no card to change are not written to again.
    post(studio.town, studio.other)
    assert [len(studio.asked(each)) for each in (studio.ann, studio.bob)] == [1, 1]


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Nothing changed: the team calendar Design was already so, or something newer came."),
        ("ru", "Ничего не изменилось: в командном календаре Design уже так, или пришло более новое."),
    ],
)
def test_a_mail_that_changes_nothing_any_more_names_the_team_calendar(
    studio: Studio, web: Web, locale: str, said: str
) -> None:
    studio.mail()
    post(studio.town, studio.other)
    change_profile(studio.backend, studio.ann.context(), locale=locale)
    with psycopg.connect(studio.town.url) as connection:
        # A text that this program cannot read does nothing, as one that the calendar has already.
        connection.execute("UPDATE parked_mail SET calendar = '' WHERE tenant_id = %s", (studio.team,))
    assert said in decide(web, studio.link(studio.ann), "apply").text


def test_the_mails_of_one_minute_are_one_question(studio: Studio) -> None:
    core = studio.town.core
    for sequence in range(3):
        studio.mail(sequence=sequence)
        # A worker is quick.
        catch_up(core)
        for each in core.outbox.claim(studio.town.now, kinds=TeamMails.kinds):
            run_on(studio.other.loop, TeamMails(core).handle(each))
            core.outbox.complete(each, studio.town.now)
        assert core.outbox.claim(studio.town.now, kinds=(ParkedMailNotice,)) == []
        studio.town.now += timedelta(seconds=10)
    post(studio.town, studio.other)
    assert [len(studio.asked(each)) for each in (studio.ann, studio.bob)] == [1, 1]


def test_somebody_who_manages_no_more_sees_and_decides_nothing(studio: Studio, web: Web) -> None:
    studio.mail()
    post(studio.town, studio.other)
    link = studio.link(studio.bob)
    page = web.ask("GET", link)
    remove_member(studio.backend, studio.ann.context(), calendar_id=studio.calendar, person=studio.bob.tenant)
    for answer in (web.ask("GET", link), decide(web, link, "apply")):
        assert answer.status == 404
        assert "You do not manage this team calendar any more" in answer.text
        assert ZED not in answer.text
    assert ZED in page.text
    for person in (studio.bob, studio.cat):
        for choice in ("apply", "ignore"):
            with pytest.raises(NotManager):
                settle_parked(studio.backend, person.context(), studio.card, choice, "", studio.team)
    assert [each.state for each in studio.parked()] == ["waiting"]
    assert studio.settled() == []


def test_a_decision_that_was_cut_off_is_carried_out(studio: Studio) -> None:
    studio.mail()
    context = studio.ann.context()
    # The process dies between the decision and what follows from it.
    assert decide_for_team(studio.backend, context, studio.team, studio.card, studio.parked(), "apply") is not None
    with pytest.raises(TryAgain):
        settle_parked(studio.backend, studio.bob.context(), studio.card, "ignore", "", studio.team)
    studio.town.now += PATIENCE
    post(studio.town, studio.other)
    assert studio.has()
    assert [(each.state, each.settled_by) for each in studio.parked()] == [("applied", studio.ann.tenant)]
    late = settle_parked(studio.backend, studio.bob.context(), studio.card, "ignore", "", studio.team)
    assert (late.result, late.by) == ("was-applied", studio.ann.tenant)


def test_each_question_is_that_of_one_team(studio: Studio) -> None:
    studio.mail()
    elsewhere = made_team(studio.backend, studio.cat.context(), {}).row.tenant
    settled = settle_parked(studio.backend, studio.cat.context(), studio.card, "apply", "", elsewhere)
    assert settled.result == "gone"
    assert not studio.has()


def test_without_a_manager_who_can_be_reached_the_mail_waits(studio: Studio, web: Web) -> None:
    nobody = Person(studio.town, AccountId(uuid4()), "")
    open_account(studio.backend, nobody.context(), telegram_id=None, name="Nobody")
    team = made_team(studio.backend, nobody.context(), {}).row
    studio.team, studio.calendar = team.tenant, team.calendar_id
    studio.card = card_id_of(studio.team, "sender-unknown", "", ZED)
    studio.mail()
    post(studio.town, studio.other)
    assert [each.state for each in studio.parked()] == ["waiting"]
    assert studio.other.mails == []
    # Their own program lists it; nobody else sees the number.
    (seen,) = teams_of(studio.backend, nobody.tenant)
    assert seen.waiting_mails == 1


def test_the_erasure_of_a_manager_and_of_the_team_keeps_nothing_of_them(studio: Studio, web: Web) -> None:
    studio.mail()
    post(studio.town, studio.other)
    first, second = studio.link(studio.ann), studio.link(studio.bob)
    assert "🚫 Ignored." in decide(web, first, "ignore").text
    erase_account(studio.backend, studio.ann.context())
    catch_up(studio.town.core)
    assert web.ask("GET", first).status == 404
    assert "? has ignored this for the team calendar Design." in web.ask("GET", second).text
    end_team(studio.backend, studio.bob.context(), calendar_id=studio.calendar)
    assert studio.parked() == []
    assert web.ask("GET", second).status == 404
