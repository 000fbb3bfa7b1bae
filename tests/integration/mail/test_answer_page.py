"""The page behind the link of a mail: three answers, and a GET that changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from support.mail_cards import (
    BOB,
    EVE,
    LATER,
    Web,
    invited,
    link_in,
    mails,
    open_web,
    post,
    text_of,
    without_chat,
)
from support.post import OtherServer
from support.town import Person, Town, meeting
from televent.application.use_cases.people.accounts import erase_account


@pytest.fixture
def ann(town: Town) -> Person:
    return town.person("ann")


@pytest.fixture
def bob(town: Town) -> Person:
    return without_chat(town, "bob")


def test_the_page_is_safe_small_and_hidden(town: Town, other: OtherServer, web: Web, ann: Person, bob: Person) -> None:
    ann.put(meeting("SUMMARY:" + "x" * 5000, people=(BOB,)))
    town.carry()
    post(town, other)
    link = link_in(mails(other)[0])
    page, asked = web.ask("GET", link), web.ask("HEAD", link)
    assert (asked.body, len(page.body) < 12_000, "width=device-width" in page.body) == ("", True, True)
    for each in (page, asked, web.ask("GET", "/i/none")):
        assert each.headers["cache-control"] == "no-store"
        assert each.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in each.headers["x-robots-tag"]
        policy = each.headers["content-security-policy"]
        assert ("default-src 'none'" in policy, "form-action 'self'" in policy, "script" in policy) == (
            True,
            True,
            False,
        )
    assert "<script" not in page.body


def test_a_form_that_cannot_be_taken_changes_nothing(
    town: Town, other: OtherServer, web: Web, ann: Person, bob: Person
) -> None:
    link, before = invited(town, other, ann), town.topics(bob)
    page = web.ask("GET", link)
    long = web.answers(link, "accept", "x" * 501, page)
    assert (long.status, "501" in long.text) == (400, True)
    for body in ("", "answer=perhaps", "answer=accept&answer=decline", "%ff=\u00ff".encode().hex(), "a=1&" * 50):
        assert web.ask("POST", link, body).status == 400
    assert web.ask("POST", link, "note=" + "x" * 10_000).status == 413
    assert web.ask("POST", link, "answer=accept").status == 409
    assert town.topics(bob) == before


@pytest.mark.own_database
def test_a_client_that_asks_too_often_waits(town: Town) -> None:
    assert town.core.settings.rate_limits == "on"
    with open_web(town.core) as web:
        pages = [web.ask("GET", f"/i/{number:032x}") for number in range(100)]
    assert {page.status for page in pages} == {404, 429}
    refused = pages[-1]
    assert (refused.status, int(refused.headers["retry-after"]) >= 1) == (429, True)
    assert "too many requests" in refused.text


def test_an_answer_to_a_time_that_has_changed_does_not_count(
    town: Town, other: OtherServer, web: Web, ann: Person, bob: Person
) -> None:
    link = invited(town, other, ann)
    page = web.ask("GET", link)
    ann.put(meeting(*LATER, people=(BOB,)))
    town.carry()
    refused = web.answers(link, "accept", shown=page)
    assert (refused.status, bob.says(bob)) == (409, "NEEDS-ACTION")
    assert "has changed" in refused.text
    assert "12:00 PM" in refused.text
    assert web.answers(link, "accept", shown=refused).status == 303
    assert bob.says(bob) == "ACCEPTED"


def test_a_token_answers_one_meeting_for_one_person_while_it_is_valid(
    town: Town, other: OtherServer, web: Web, ann: Person, bob: Person
) -> None:
    eve = without_chat(town, "eve")
    ann.put(meeting(people=(BOB, EVE)))
    town.carry()
    post(town, other)
    mine, hers = link_in(mails(other)[0]), link_in(mails(other, EVE)[0])
    assert mine != hers
    assert web.answers(hers, "decline").status == 303
    assert (bob.says(bob), eve.says(eve)) == ("NEEDS-ACTION", "DECLINED")
    for forged in ("/i/", "/i/none", f"/i/{'0' * 32}", mine[:-1], mine + "/", mine + "0", mine.upper(), "/i/%00" * 3):
        assert web.ask("GET", forged).status == 404
        assert web.ask("POST", forged, "answer=accept").status == 404
    assert "не действует" in web.ask("GET", "/i/none", Accept_Language="ru").text
    town.now += timedelta(days=12)
    over = web.ask("GET", mine)
    assert ("This event is over." in over.text, "<form" in over.body) == (True, False)
    town.now += timedelta(days=30)
    assert web.ask("GET", mine).status == 404
    assert town.core.answer_links.sweep(town.now) >= 2


def test_the_link_of_an_erased_account_is_dead(
    town: Town, other: OtherServer, web: Web, ann: Person, bob: Person
) -> None:
    link = invited(town, other, ann)
    erase_account(town.core.backend, bob.context())
    assert web.ask("GET", link).status == 404
    assert town.core.answer_links.find(link.removeprefix("/i/"), town.now) is None


def test_the_link_of_a_series_without_end_lives_400_days(
    town: Town, other: OtherServer, web: Web, ann: Person, bob: Person
) -> None:
    ann.put(meeting("RRULE:FREQ=WEEKLY", people=(BOB,)))
    town.carry()
    post(town, other)
    (mail,) = mails(other)
    link = link_in(mail)
    assert "Repeats: " in text_of(mail)
    town.now += timedelta(days=399)
    assert "Repeats: " in web.ask("GET", link).text
    assert web.answers(link, "tentative").status == 303
    assert bob.says(bob) == "TENTATIVE"
    town.now += timedelta(days=2)
    assert web.ask("GET", link).status == 404


def test_one_form_that_comes_twice_at_once_is_one_answer(
    town: Town, other: OtherServer, web: Web, ann: Person, bob: Person
) -> None:
    link = invited(town, other, ann)
    page = web.ask("GET", link)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: web.answers(link, "accept", "Yes", page).status, range(4)))
    town.carry()
    assert found == [303] * 4
    assert [(each.now, each.comment) for each in town.answers(ann)] == [("ACCEPTED", "Yes")]


def test_two_answers_at_once_leave_one_of_them_everywhere(
    town: Town, other: OtherServer, web: Web, ann: Person, bob: Person
) -> None:
    link = invited(town, other, ann)
    page = web.ask("GET", link)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda each: web.answers(link, each, shown=page).status, ("accept", "decline")))
    town.carry()
    assert found == [303, 303]
    assert bob.says(bob) == ann.says(bob)
    assert bob.says(bob) in ("ACCEPTED", "DECLINED")
    for choice, partstat in (("accept", "ACCEPTED"), ("decline", "DECLINED"), ("accept", "ACCEPTED")):
        assert web.answers(link, choice, shown=page).status == 303
        assert bob.says(bob) == partstat
