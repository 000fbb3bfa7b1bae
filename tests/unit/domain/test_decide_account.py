"""An account: given its facts, when a command, then facts or a refusal."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from televent.domain.account.commands import (
    AccountCommand,
    AddApiKey,
    AddDevice,
    BelieveSender,
    ChangePreferences,
    ChangePrincipalProperties,
    ChangeProfile,
    ClaimAddress,
    EraseAccount,
    KeepAccount,
    LinkTelegram,
    NoteExport,
    OpenAccount,
    OpenFreeBusy,
    PreferAddress,
    RemoveAddress,
    RequestErasure,
    RevokeApiKey,
    RevokeDevice,
    SendPasswordCode,
    SetPassword,
    UnlinkTelegram,
    VerifyAddress,
)
from televent.domain.account.decide import MAX_ADDRESSES, MAX_API_KEYS, MAX_KEY_LIFETIME, MAX_WRONG_CODES, decide
from televent.domain.account.events import (
    AccountErased,
    AccountEvent,
    AccountOpened,
    AddressClaimed,
    AddressPreferred,
    AddressRemoved,
    AddressVerified,
    ApiKeyAdded,
    ApiKeyRevoked,
    CodeMistyped,
    DefaultCalendarChosen,
    DevicePasswordAdded,
    PasswordCodeMistyped,
    PasswordCodeSent,
    PasswordSet,
    TelegramLinked,
    TelegramUnlinked,
)
from televent.domain.account.refusals import (
    InvalidExpiry,
    LastAddress,
    OtherTelegram,
    TelegramStays,
    TooManyAddresses,
    TooManyApiKeys,
    UnknownAccount,
    UnknownAddress,
    UnknownApiKey,
    WrongCode,
)
from televent.domain.account.state import Account, evolve

DIARY, PHONE, SCRIPT = UUID(int=1), UUID(int=2), UUID(int=4)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPEN = OpenAccount(1001, "Ann", "Europe/London", "en", DIARY)
OPENED: tuple[AccountEvent, ...] = (
    AccountOpened(1001, "Ann", "Europe/London", "en"),
    DefaultCalendarChosen(DIARY),
    AddressVerified("ann@example.com"),
    DevicePasswordAdded(PHONE, "phone", "hash", "5e1ec702"),
    ApiKeyAdded(SCRIPT, "script", "hash", ("calendars:read",), None),
)
EVERY_OTHER_COMMAND: tuple[AccountCommand, ...] = (
    OPEN,
    ChangeProfile("Anna"),
    SendPasswordCode("right", NOON),
    SetPassword("hash", None, NOON),
    ChangePrincipalProperties({"home {DAV:}displayname": "Ann"}, frozenset()),
    OpenFreeBusy("everyone", None),
    ChangePreferences({"reminders": (10,)}),
    BelieveSender("zed@example.net"),
    ClaimAddress("ann@example.org", "hash", NOON),
    VerifyAddress("ann@example.org", None, NOON),
    LinkTelegram(1001),
    UnlinkTelegram(("tg_1001@televent.internal",)),
    PreferAddress("ann@example.com"),
    RemoveAddress("ann@example.com"),
    AddDevice(UUID(int=3), "laptop", "hash", "5e1ec702"),
    RevokeDevice(PHONE),
    AddApiKey(UUID(int=5), "script", "hash", ("calendars:read",), None, NOON),
    RevokeApiKey(SCRIPT),
    NoteExport(),
    RequestErasure(NOON),
    KeepAccount(),
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


TWO = (*OPENED, AddressVerified("ann@example.org"))


def test_another_address_becomes_the_primary_one_once() -> None:
    assert decide(account(*TWO), PreferAddress("ann@example.org")) == [AddressPreferred("ann@example.org")]
    chosen = account(*TWO, AddressPreferred("ann@example.org"))
    assert chosen.addresses == ("ann@example.org", "ann@example.com")
    assert decide(chosen, PreferAddress("ann@example.org")) == []
    with pytest.raises(UnknownAddress):
        decide(chosen, PreferAddress("eve@example.org"))


def test_a_removed_address_is_a_former_one_until_it_is_verified_again() -> None:
    removed = account(*TWO, *decide(account(*TWO), RemoveAddress("ann@example.com")))
    assert (removed.addresses, removed.former) == (("ann@example.org",), ("ann@example.com",))
    assert decide(removed, RemoveAddress("ann@example.com")) == []
    with pytest.raises(UnknownAddress):
        decide(removed, RemoveAddress("eve@example.org"))
    again = account(*TWO, AddressRemoved("ann@example.com"), AddressVerified("ann@example.com"))
    assert (again.addresses, again.former) == (("ann@example.org", "ann@example.com"), ())


def test_a_person_without_telegram_keeps_one_address() -> None:
    opened = (AccountOpened(None, "Ann", "UTC", "en"), AddressVerified("ann@example.com"))
    with pytest.raises(LastAddress):
        decide(account(*opened), RemoveAddress("ann@example.com"))
    assert decide(account(*OPENED), RemoveAddress("ann@example.com")) == [AddressRemoved("ann@example.com")]


def test_addresses_have_a_bound() -> None:
    many = [AddressVerified(f"{number}@example.org") for number in range(MAX_ADDRESSES - 1)]
    for command in (ClaimAddress("x@example.org", "hash", NOON), VerifyAddress("x@example.org", None, NOON)):
        with pytest.raises(TooManyAddresses):
            decide(account(*OPENED, *many), command)


def test_a_password_is_set_with_the_code_that_was_mailed_once_and_in_time() -> None:
    (sent,) = decide(account(*OPENED), SendPasswordCode("right", NOON))
    assert isinstance(sent, PasswordCodeSent)
    assert decide(account(*OPENED, sent), SetPassword("hash", "right", NOON)) == [PasswordSet("hash")]
    later = sent.code_until + timedelta(seconds=1)
    for facts, now in (([], NOON), ([sent], later), ([sent, PasswordSet("hash")], NOON)):
        with pytest.raises(WrongCode):
            decide(account(*OPENED, *facts), SetPassword("other", "right", now))


def test_after_a_few_wrong_codes_no_password_is_set() -> None:
    facts: list[AccountEvent] = [*OPENED, PasswordCodeSent("right", NOON + timedelta(hours=1))]
    for number in range(MAX_WRONG_CODES):
        wrong = SetPassword("hash", f"wrong {number}", NOON)
        assert decide(account(*facts), wrong) == [PasswordCodeMistyped(f"wrong {number}")]
        facts.append(PasswordCodeMistyped(f"wrong {number}"))
        assert decide(account(*facts), wrong) == []
    with pytest.raises(WrongCode):
        decide(account(*facts), SetPassword("hash", "right", NOON))


def test_an_api_key_is_revoked_once_and_expires_within_bounds() -> None:
    opened = account(*OPENED)
    again = AddApiKey(SCRIPT, "script", "hash", ("calendars:read",), None, NOON)
    assert decide(opened, again) == []
    assert decide(opened, RevokeApiKey(SCRIPT)) == [ApiKeyRevoked(SCRIPT)]
    with pytest.raises(UnknownApiKey):
        decide(account(*OPENED, ApiKeyRevoked(SCRIPT)), RevokeApiKey(SCRIPT))
    for wrong in (NOON, NOON + MAX_KEY_LIFETIME + timedelta(seconds=1)):
        with pytest.raises(InvalidExpiry):
            decide(opened, AddApiKey(UUID(int=5), "script", "hash", (), wrong, NOON))


def test_an_account_has_a_bounded_number_of_api_keys() -> None:
    facts = [ApiKeyAdded(UUID(int=100 + number), "script", "hash", (), None) for number in range(MAX_API_KEYS)]
    with pytest.raises(TooManyApiKeys):
        decide(account(*OPENED, *facts), AddApiKey(UUID(int=5), "script", "hash", (), None, NOON))


def test_telegram_is_linked_once_and_unlinked_where_an_address_is_left() -> None:
    without: tuple[AccountEvent, ...] = (AccountOpened(None, "Ann", "UTC", "en"), AddressVerified("ann@example.com"))
    assert decide(account(*without), LinkTelegram(1001)) == [TelegramLinked(1001)]
    linked = account(*without, TelegramLinked(1001))
    assert decide(linked, LinkTelegram(1001)) == []
    with pytest.raises(OtherTelegram):
        decide(linked, LinkTelegram(1002))
    gone = TelegramUnlinked(("tg_1001@televent.internal",))
    assert decide(linked, UnlinkTelegram(gone.former)) == [gone]
    left = account(*without, TelegramLinked(1001), gone)
    assert (left.telegram_id, left.former) == (None, gone.former)
    assert decide(left, UnlinkTelegram(gone.former)) == []
    with pytest.raises(TelegramStays):
        decide(account(AccountOpened(1001, "Ann", "UTC", "en")), UnlinkTelegram(gone.former))
