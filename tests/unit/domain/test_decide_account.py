"""An account: given its facts, when a command, then facts or a refusal."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from televent.domain.account.commands import (
    AccountCommand,
    AddDevice,
    BelieveSender,
    ChangePreferences,
    ChangePrincipalProperties,
    ChangeProfile,
    ClaimAddress,
    EraseAccount,
    OpenAccount,
    OpenFreeBusy,
    RevokeDevice,
    VerifyAddress,
)
from televent.domain.account.decide import MAX_WRONG_CODES, decide
from televent.domain.account.events import (
    AccountErased,
    AccountEvent,
    AccountOpened,
    AddressClaimed,
    AddressVerified,
    CodeMistyped,
    DefaultCalendarChosen,
    DevicePasswordAdded,
)
from televent.domain.account.refusals import UnknownAccount, WrongCode
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
    ChangePreferences({"reminders": (10,)}),
    BelieveSender("zed@example.net"),
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


WORK = "ann@work.example.com"
CLAIMED = AddressClaimed(WORK, "right", NOON)


def test_a_wrong_code_is_counted_and_after_a_few_even_the_right_one_is_refused() -> None:
    facts: list[AccountEvent] = [*OPENED, CLAIMED]
    wrong = [f"wrong {number}" for number in range(MAX_WRONG_CODES)]
    for code in wrong:
        assert decide(account(*facts), VerifyAddress(WORK, "right", NOON)) == [AddressVerified(WORK)]
        # The same update may come twice.
        for _ in range(2):
            facts += decide(account(*facts), VerifyAddress(WORK, code, NOON))
    assert facts[len(OPENED) + 1 :] == [CodeMistyped(WORK, code) for code in wrong]
    for code in ("right", "another"):
        with pytest.raises(WrongCode):
            decide(account(*facts), VerifyAddress(WORK, code, NOON))
    # The next code counts from the beginning.
    assert decide(account(*facts, CLAIMED), VerifyAddress(WORK, "right", NOON)) == [AddressVerified(WORK)]


@pytest.mark.parametrize("facts", [OPENED, (*OPENED, AddressClaimed(WORK, "right", NOON - timedelta(seconds=1)))])
def test_a_code_that_was_never_mailed_or_has_expired_is_no_fact(facts: tuple[AccountEvent, ...]) -> None:
    for code in ("right", "wrong"):
        with pytest.raises(WrongCode):
            decide(account(*facts), VerifyAddress(WORK, code, NOON))
