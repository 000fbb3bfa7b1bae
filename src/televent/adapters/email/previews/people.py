"""Examples of the mails to people here who have no chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Final, Literal
from uuid import UUID

from televent.adapters.email.meetings.card_mail import card_mail
from televent.adapters.email.meetings.erasure import erasure_content
from televent.adapters.email.meetings.notices import notice_content
from televent.adapters.email.meetings.organizer_mail import answers_mail, declined_mail, proposal_mail
from televent.adapters.email.meetings.parked import parked_content
from televent.adapters.email.meetings.questions import ASKS, offer_content, share_content, uninvited_content
from televent.adapters.email.previews.example import NOW, PAGE, RULE, WORDS, Example, at, details, display_of
from televent.adapters.email.templates.content import Content, Link
from televent.adapters.email.templates.reminder_texts import list_content, reminder_content
from televent.adapters.email.templates.verification import (
    password_content,
    registered_content,
    registration_content,
    verification_content,
)
from televent.adapters.email.texts import say
from televent.application.mail_records.senders import Sender
from televent.application.messages.erasure import ErasureMail, What
from televent.application.messages.mail import (
    AddressVerification,
    AlreadyRegistered,
    NoticeMail,
    PasswordCode,
    RegistrationCode,
    ShareMail,
    UninvitedMail,
)
from televent.application.use_cases.calendars.agenda import Entry
from televent.application.use_cases.importing.import_objects import Standing
from televent.application.use_cases.importing.offers import Offer
from televent.application.use_cases.mail.parked_cards import Change, ParkedView
from televent.application.use_cases.reminders.telling import Told
from televent.application.use_cases.scheduling.cards import Card
from televent.application.use_cases.scheduling.news import Answers, News
from televent.domain.calendar_object.details import Answered
from televent.domain.calendar_object.events import CounterProposed, Mark
from televent.domain.calendar_object.proposals import ProposalAnswerReceived
from televent.ical.mending.files import read_any_file

ID: Final = UUID(int=1)
BOB: Final = "bob@example.com"
Notice = Literal[
    "share-accepted-by",
    "share-declined-by",
    "guest-mail-unreachable",
    "guest-unreachable",
    "guest-undeliverable",
    "guest-wrote",
    "wrote-to-you",
    "mail-unusable",
    "party-crasher",
    "uninvited-refused",
    "delegate-refused",
    "webhook-disabled",
    "account-key-added",
    "account-device-added",
    "account-address-added",
    "account-password-set",
    "account-telegram-linked",
    "account-telegram-unlinked",
]


def _entry(language: str, hour: int = 10, day: int = 8, title: str = "") -> Entry:
    words = WORDS[language]
    return Entry(
        stream_id=ID, recurrence_id=None, uid="example@example.com", summary=title or words.title,
        location=words.place, description=words.description, start=at(hour, day), end=at(hour + 1, day), all_day=False,
        status="TENTATIVE", partstat="NEEDS-ACTION", role="attendee", attendees=(), recurs=True,
        organizer="ann@example.com", organizer_name="Ann",
    )  # fmt: skip


def _card(language: str) -> Card:
    entry = _entry(language)
    return Card(entry, None, "open", RULE, (), first=entry.start)


def _invited(language: str) -> Example:
    news = News(1, "Ann", made=True, asks=True)
    return Example(card_mail(_card(language), news, display_of(language), PAGE).content)


def _changed(language: str) -> Example:
    was, now = details(language, 9, rule=RULE), details(language, 10, rule=RULE)
    news = News(2, "Ann", asks=True, was=was, now=now)
    return Example(card_mail(_card(language), news, display_of(language), PAGE).content)


def _cancelled(language: str) -> Example:
    card = replace(_card(language), state="cancelled")
    return Example(card_mail(card, News(3, "Ann"), display_of(language), None).content)


def _answers(language: str) -> Example:
    answers = (
        Answered(BOB, "Bob", None, "ACCEPTED", None, WORDS[language].comment),
        Answered("eve@example.com", "Eve", "ACCEPTED", "DECLINED", None),
    )
    return Example(answers_mail(_card(language), Answers(4, answers), display_of(language)).content)


def _proposal(language: str) -> Example:
    fact = CounterProposed(
        BOB, None, b"", Mark(BOB, None, 0, NOW), "Bob", None, details(language, 10), details(language, 13),
        WORDS[language].comment,
    )  # fmt: skip
    return Example(proposal_mail(fact, display_of(language), PAGE).content)


def _proposal_declined(language: str) -> Example:
    fact = ProposalAnswerReceived(
        BOB, None, False, NOW, "ann@example.com", "Ann", None, details(language, 10), details(language, 13),
        WORDS[language].comment,
    )  # fmt: skip
    return Example(declined_mail(fact, display_of(language)).content)


def _parked(language: str) -> Example:
    change = Change("changed", WORDS[language].title, details(language, 10), details(language, 14, 9))
    sender = Sender("ann@example.org", False, frozenset({"ann@example.org"}), "Ann", "unsigned")
    view = ParkedView(ID, "request-unproven", sender, "waiting", (change,), 1, 0, 1, 0, NOW, NOW)
    return Example(parked_content(view, display_of(language), PAGE))


def _reminder(language: str) -> Example:
    entry = _entry(language)
    told = Told(entry, "https://meet.example.com/planning", at(10).astimezone(UTC), at(11).astimezone(UTC))
    now = told.start - timedelta(minutes=15)
    display = replace(display_of(language), now=now.astimezone(display_of(language).zone))
    content = reminder_content([told], display, now, lambda each: PAGE)
    return Example(_with_end(content, language, "reminders"))


def _digest(language: str) -> Example:
    today = [_entry(language, 10, 1), _entry(language, 13, 1, WORDS[language].second)]
    listed = [("digest-today", today), ("digest-tomorrow", [_entry(language, 9, 2)])]
    content = list_content("digest-subject", [*listed, ("digest-unanswered", [_entry(language)])], display_of(language))
    return Example(_with_end(content, language, "digest"))


def _with_end(content: Content | None, language: str, kind: str) -> Content:
    assert content is not None
    return replace(content, links=(Link(say(language, f"turn-off-{kind}"), PAGE),))


def _password(language: str) -> Example:
    return Example(password_content(PasswordCode("bob@example.com", language, "Bob", "123456"), language))


def _registration(language: str) -> Example:
    return Example(registration_content(RegistrationCode("bob@example.com", language, "Bob", "123456"), language))


def _registered(language: str) -> Example:
    return Example(registered_content(AlreadyRegistered("bob@example.com", language, "Bob"), language))


def _code(language: str) -> Example:
    return Example(verification_content(AddressVerification("Bob", "123456"), language))


def _notice(key: Notice, **values: str) -> Callable[[str], Example]:
    def make(language: str) -> Example:
        words = WORDS[language]
        known = {"title": words.title, "titles": words.title, "subject": words.title, "text": words.comment, **values}
        return Example(notice_content(NoticeMail(key, known), language))

    return make


def _offer(language: str) -> Example:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Shop//EN", "METHOD:PUBLISH", "BEGIN:VEVENT"]
    rows += ["UID:offer@example.com", "DTSTAMP:20261201T080000Z", "DTSTART:20261208T100000Z"]
    rows += [f"SUMMARY:{WORDS[language].title}", "END:VEVENT", "END:VCALENDAR", ""]
    file = read_any_file("\r\n".join(rows).encode())
    offer = Offer("shop@example.org", file, (Standing.NEW,) * len(file.objects))
    return Example(offer_content(offer, display_of(language), PAGE))


def _share(what: str) -> Callable[[str], Example]:
    def make(language: str) -> Example:
        mail = ShareMail(ID, what, "Ann", WORDS[language].title, "read-write")
        return Example(share_content(mail, language, PAGE if what in ASKS else None))

    return make


def _uninvited(delegator: str) -> Callable[[str], Example]:
    def make(language: str) -> Example:
        mail = UninvitedMail(ID, "eve@example.org", WORDS[language].title, delegator)
        return Example(uninvited_content(mail, language, PAGE, mail.address))

    return make


def _erasure(what: What) -> Callable[[str], Example]:
    def make(language: str) -> Example:
        mail = ErasureMail(what, None if what == "kept" else NOW + timedelta(days=7))
        return Example(erasure_content(mail, display_of(language), PAGE))

    return make


PEOPLE: Final[dict[str, Callable[[str], Example]]] = {
    "card-invited": _invited,
    "card-changed": _changed,
    "card-cancelled": _cancelled,
    "answers": _answers,
    "proposal": _proposal,
    "proposal-declined": _proposal_declined,
    "parked": _parked,
    "reminder": _reminder,
    "daily-summary": _digest,
    "verification": _code,
    "password-code": _password,
    "registration": _registration,
    "already-registered": _registered,
    "offer": _offer,
    "share-offered": _share("offered"),
    "share-changed": _share("accepted"),
    "share-ended": _share("ended"),
    "team-invited": _share("invited"),
    "team-role": _share("role"),
    "team-left": _share("left"),
    "notice-unreachable": _notice("guest-unreachable", name="Bob"),
    "notice-mail-unreachable": _notice("guest-mail-unreachable", name="Bob"),
    "notice-share-accepted": _notice("share-accepted-by", name="Bob"),
    "notice-share-declined": _notice("share-declined-by", name="Bob"),
    "notice-undeliverable": _notice("guest-undeliverable", address=BOB),
    "notice-answer": _notice("guest-wrote", sender="bob@example.net"),
    "notice-message": _notice("wrote-to-you", sender="bob@example.net"),
    "notice-unusable": _notice("mail-unusable", sender="shop@example.org", why="task"),
    "uninvited": _uninvited(""),
    "uninvited-delegate": _uninvited("Bob"),
    "notice-uninvited": _notice("party-crasher", sender="eve@example.org"),
    "notice-uninvited-refused": _notice("uninvited-refused", sender="eve@example.org"),
    "notice-delegate-refused": _notice("delegate-refused", sender="eve@example.org", delegator="Bob"),
    "notice-webhook-disabled": _notice("webhook-disabled", host="hooks.example.org", why="failing"),
    "notice-key-added": _notice("account-key-added", name="CI"),
    "notice-device-added": _notice("account-device-added", name="Phone"),
    "notice-address-added": _notice("account-address-added", address=BOB),
    "notice-password-set": _notice("account-password-set"),
    "notice-telegram-linked": _notice("account-telegram-linked"),
    "notice-telegram-unlinked": _notice("account-telegram-unlinked"),
    "erasure-requested": _erasure("requested"),
    "erasure-ahead": _erasure("ahead"),
    "erasure-kept": _erasure("kept"),
}
"""The mails to people here, by name; each is made in a language."""
