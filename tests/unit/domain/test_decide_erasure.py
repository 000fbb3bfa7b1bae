"""The erasure that a person asks for: given facts, when a command, then facts."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from televent.domain.account.commands import (
    AccountCommand,
    AddDevice,
    ChangeProfile,
    EraseAccount,
    KeepAccount,
    NoteExport,
    RequestErasure,
)
from televent.domain.account.decide import GRACE, decide
from televent.domain.account.events import (
    AccountErased,
    AccountEvent,
    AccountOpened,
    DataExported,
    DevicePasswordAdded,
    ErasureRequested,
    ErasureRevoked,
)
from televent.domain.account.refusals import UnknownAccount
from televent.domain.account.state import Account, evolve

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FINAL = NOON + timedelta(days=30)
OPENED = (AccountOpened(1001, "Ann", "Europe/London", "en"),)
ASKED = (*OPENED, ErasureRequested(FINAL))
PHONE = UUID(int=2)
A_MOMENT = timedelta(microseconds=1)


def after(*facts: AccountEvent) -> Account:
    state = Account()
    for fact in facts:
        state = evolve(state, fact)
    return state


def test_a_request_is_final_in_thirty_days() -> None:
    assert GRACE.days == 30
    assert decide(after(*OPENED), RequestErasure(NOON)) == [ErasureRequested(FINAL)]


def test_a_second_request_is_the_first_one() -> None:
    assert decide(after(*ASKED), RequestErasure(NOON + timedelta(days=9))) == []


def test_a_request_is_revoked_once_and_can_be_made_again() -> None:
    assert decide(after(*ASKED), KeepAccount()) == [ErasureRevoked()]
    kept = after(*ASKED, ErasureRevoked())
    assert decide(kept, KeepAccount()) == []
    assert decide(kept, RequestErasure(FINAL)) == [ErasureRequested(FINAL + GRACE)]


@pytest.mark.parametrize(("due", "facts"), [(FINAL - A_MOMENT, []), (FINAL, [AccountErased()])])
def test_it_is_erased_when_it_is_final_and_not_before(due: datetime, facts: list[AccountEvent]) -> None:
    assert decide(after(*ASKED), EraseAccount(due)) == facts


def test_what_was_revoked_or_never_asked_is_not_erased_when_it_would_be_due() -> None:
    for facts in (OPENED, (*ASKED, ErasureRevoked())):
        assert decide(after(*facts), EraseAccount(FINAL + GRACE)) == []


def test_an_operator_erases_at_once() -> None:
    assert decide(after(*OPENED), EraseAccount()) == [AccountErased()]


@pytest.mark.parametrize("command", [RequestErasure(NOON), KeepAccount()])
def test_the_erased_cannot_ask_or_come_back(command: AccountCommand) -> None:
    with pytest.raises(UnknownAccount):
        decide(after(*ASKED, AccountErased()), command)
    assert decide(after(*ASKED, AccountErased()), EraseAccount(FINAL)) == []


def test_a_device_password_that_the_person_makes_revokes_and_one_of_an_operator_does_not() -> None:
    added = DevicePasswordAdded(PHONE, "phone", "hash", "5e1ec702")
    command = (PHONE, "phone", "hash", "5e1ec702")
    assert decide(after(*ASKED), AddDevice(*command, signs_in=True)) == [added, ErasureRevoked()]
    assert decide(after(*ASKED), AddDevice(*command)) == [added]
    assert decide(after(*OPENED), AddDevice(*command, signs_in=True)) == [added]


def test_another_change_revokes_nothing() -> None:
    facts = decide(after(*ASKED), ChangeProfile("Anna"))
    assert after(*ASKED, *facts).erase_at == FINAL


def test_an_export_is_a_fact_and_changes_nothing() -> None:
    assert decide(after(*ASKED), NoteExport()) == [DataExported()]
    assert after(*ASKED, DataExported()) == after(*ASKED)
    with pytest.raises(UnknownAccount):
        decide(after(*ASKED, AccountErased()), NoteExport())
