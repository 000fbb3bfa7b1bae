"""The preferences of a person: given what they chose before, when they choose, then one fact or a refusal."""

from datetime import time

import pytest

from televent.domain.account.commands import ChangePreferences
from televent.domain.account.decide import decide
from televent.domain.account.events import AccountOpened, PreferencesChanged
from televent.domain.account.preferences import MAX_REMINDER, Preferences
from televent.domain.account.refusals import InvalidPreference, TooManyReminders
from televent.domain.account.state import Account, evolve

ANN = evolve(Account(), AccountOpened(1001, "Ann"))


def test_a_choice_keeps_the_others_and_the_same_again_is_no_fact() -> None:
    [first] = decide(ANN, ChangePreferences({"clock24": True}))
    assert first == PreferencesChanged(Preferences(), Preferences(clock24=True))
    after = evolve(ANN, first)
    assert decide(after, ChangePreferences({"clock24": True})) == []
    [second] = decide(after, ChangePreferences({"quiet_from": time(22), "quiet_until": time(7)}))
    assert second == PreferencesChanged(
        Preferences(clock24=True), Preferences(clock24=True, quiet_from=time(22), quiet_until=time(7))
    )


def test_reminders_are_sorted_and_each_is_there_once() -> None:
    [fact] = decide(ANN, ChangePreferences({"reminders": (60, 10, 60)}))
    assert isinstance(fact, PreferencesChanged)
    assert fact.now.reminders == (10, 60)
    assert decide(evolve(ANN, fact), ChangePreferences({"reminders": (10, 60)})) == []


@pytest.mark.parametrize(
    ("choices", "refusal"),
    [
        ({"reminders": (1, 2, 3, 4, 5, 6)}, TooManyReminders),
        ({"reminders": (-1,)}, InvalidPreference),
        ({"reminders": (MAX_REMINDER + 1,)}, InvalidPreference),
        ({"quiet_from": time(22)}, InvalidPreference),
        ({"quiet_from": time(22), "quiet_until": time(22)}, InvalidPreference),
        ({"week_start": 7}, InvalidPreference),
        ({"colour": "red"}, InvalidPreference),
    ],
)
def test_a_choice_that_cannot_be_is_refused(choices: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        decide(ANN, ChangePreferences(choices))
