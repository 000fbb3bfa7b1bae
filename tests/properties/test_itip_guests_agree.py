"""Guests answer, leave out and delete dates, and the copies agree."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from test_itip_convergence import ANSWERS, Correspondence

from support.weekly_meeting import BOB, CY, DAYS, EVERYONE, GUESTS, shown

ACTS = st.one_of(
    st.tuples(
        st.just("answer"),
        st.fixed_dictionaries(
            {"who": st.sampled_from(EVERYONE), "partstat": ANSWERS, "day": st.sampled_from([None, *DAYS])}
        ),
    ),
    st.tuples(
        st.just("answer_what_was_read"), st.fixed_dictionaries({"who": st.sampled_from(GUESTS), "partstat": ANSWERS})
    ),
    st.tuples(st.just("read_it"), st.fixed_dictionaries({"who": st.sampled_from(GUESTS)})),
    st.tuples(
        st.just("delete_one"),
        st.fixed_dictionaries({"who": st.sampled_from(GUESTS), "day": st.sampled_from(DAYS)}),
    ),
    st.tuples(st.just("leave_one_out"), st.fixed_dictionaries({"day": st.sampled_from(DAYS[1:3])})),
    st.tuples(
        st.just("move_one"), st.fixed_dictionaries({"day": st.sampled_from(DAYS[1:3]), "hour": st.integers(12, 15)})
    ),
    *(
        st.tuples(st.just(name), st.fixed_dictionaries({"day": st.sampled_from(DAYS[1:3])}))
        for name in ("move_back", "cancel_one", "hold_it_after_all", "cancel_one_by_status_or_hold_it")
    ),
    st.tuples(st.just("ask_all_again"), st.just({})),
    st.tuples(st.just("rename"), st.fixed_dictionaries({"title": st.sampled_from(["Talk", "Review"])})),
)
"""A rule of :class:`Correspondence` and its arguments."""


@settings(max_examples=200, deadline=None, derandomize=True)
@given(acts=st.lists(ACTS, max_size=8))
def test_the_copies_agree_after_each_act_of_a_guest(acts: list[tuple[str, dict[str, Any]]]) -> None:
    """Every message comes at once. A guest may answer a text that is older than the stored one."""
    post = Correspondence()
    post.invite()
    for day in DAYS[1:3]:
        post.invite_to_one_or_remove(day=day)
    post.deliver_all()
    post.read_it(who=BOB)
    post.read_it(who=CY)
    for name, arguments in acts:
        getattr(post, name)(**arguments)
        post.deliver_all()
        post.all_agree()


def test_an_answer_to_the_series_between_answers_to_one_occurrence_reaches_all_alike() -> None:
    """Found by a random search. Bob answers the series three times. Meanwhile Cy's answer to one occurrence has made an
    override, with Bob's first answer in it. The other messages come newest first."""
    post = Correspondence()

    def oldest_comes() -> None:
        message = post.owed.pop(0)
        post.carried.append(message)
        post.carry(message)

    post.invite()
    post.answer(who=BOB, partstat="ACCEPTED", day=None)
    oldest_comes()
    oldest_comes()
    post.answer(who=BOB, partstat="DECLINED", day=None)
    post.answer(who=CY, partstat="ACCEPTED", day=DAYS[0])
    oldest_comes()
    oldest_comes()
    post.answer(who=BOB, partstat="ACCEPTED", day=None)
    assert set(shown(post.copies[BOB], BOB).values()) >= {("Sync", "20261123T090000Z", "ACCEPTED")}
    post.teardown()


def test_an_occurrence_that_is_moved_and_moved_back_is_asked_about_twice() -> None:
    post = Correspondence()
    post.invite()
    post.deliver_all()
    for guest in GUESTS:
        post.answer(who=guest, partstat="ACCEPTED", day=None)
    post.deliver_all()
    for back in (False, True):
        if back:
            post.move_back(day=DAYS[1])
        else:
            post.move_one(day=DAYS[1], hour=12)
        post.deliver_all()
        assert {day[:8]: answer for day, (_, _, answer) in shown(post.copies[BOB], BOB).items()} == {
            day: "NEEDS-ACTION" if day == DAYS[1] else "ACCEPTED" for day in DAYS
        }
        post.answer(who=BOB, partstat="ACCEPTED", day=DAYS[1])
        post.deliver_all()
    post.teardown()
