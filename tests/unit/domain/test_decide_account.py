"""An account: given its facts, when a command, then facts or a refusal."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from televent.domain.account.commands import (
    AccountCommand,
    AddDevice,
    ChangePrincipalProperties,
    ChangeProfile,
    ClaimAddress,
    EraseAccount,
    OpenAccount,
    OpenFreeBusy,
    RevokeDevice,
    VerifyAddress,
)
from televent.domain.account.decide import decide
from televent.domain.account.events import (
    AccountErased,
    AccountEvent,
    AccountOpened,
    AddressVerified,
    DefaultCalendarChosen,
    DevicePasswordAdded,
)
from televent.domain.account.refusals import UnknownAccount
from televent.domain.account.state import Account, evolve

DIARY, PHONE = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPEN = OpenAccount(1001, "Ann", "Europe/London", "en", DIARY)
OPENED: tuple[AccountEvent, ...] = (
    AccountOpened(1001, "Ann", "Europe/London", "en"),
    DefaultCalendarChosen(DIARY),
    AddressVerified("ann@example.com"),
    DevicePasswordAdded(PHONE, "phone", "hash", "5e1ec702"),
)
EVERY_OTHER_COMMAND: tuple[AccountCommand, ...] = (
    OPEN,
    ChangeProfile("Anna"),
    ChangePrincipalProperties({"home {DAV:}displayname": "Ann"}, frozenset()),
    OpenFreeBusy("everyone", None),
    ClaimAddress("ann@example.org", "hash", NOON),
    VerifyAddress("ann@example.org", None, NOON),
    AddDevice(UUID(int=3), "laptop", "hash", "5e1ec702"),
    RevokeDevice(PHONE),
)


def account(*facts: AccountEvent) -> Account:
    state = Account()
    for fact in facts:
        state = evolve(state, fact)
    return state


def test_erasing_is_a_fact_and_the_same_again_is_none() -> None:
    assert decide(account(*OPENED), EraseAccount()) == [AccountErased()]
    assert decide(account(*OPENED, AccountErased()), EraseAccount()) == []


def test_an_account_that_was_never_opened_cannot_be_erased() -> None:
    with pytest.raises(UnknownAccount):
        decide(account(), EraseAccount())


def test_the_state_of_an_erased_account_holds_nothing_about_the_person() -> None:
    assert account(*OPENED, AccountErased()) == Account(opened=True, erased=True)


@pytest.mark.parametrize("command", EVERY_OTHER_COMMAND, ids=lambda command: type(command).__name__)
def test_an_erased_account_takes_no_other_command(command: AccountCommand) -> None:
    decide(account(*OPENED), command)
    with pytest.raises(UnknownAccount):
        decide(account(*OPENED, AccountErased()), command)


def test_the_list_above_names_every_command() -> None:
    assert {type(command) for command in EVERY_OTHER_COMMAND} | {EraseAccount} == set(AccountCommand.__args__)
