"""The shapes of an account in requests and answers, and what they are to the use cases."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar.exceptions import ValidationException
from msgspec import UNSET, Meta, UnsetType

from televent.application.use_cases.people.profile import Edit, Profile
from televent.domain.account.decide import MAX_BELIEVED
from televent.domain.account.preferences import MAX_REMINDER, MAX_REMINDERS, Preferences

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=256,
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
        description="One line of text.",
        examples=["Ann"],
    ),
]
Zone = Annotated[str, Meta(min_length=1, max_length=64, description="An IANA time zone.", examples=["Europe/Berlin"])]
TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:00"])]
Minutes = Annotated[int, Meta(ge=0, le=MAX_REMINDER, description="Minutes before an event.")]
Reminders = Annotated[list[Minutes], Meta(max_length=MAX_REMINDERS)]
Sender = Annotated[str, Meta(min_length=3, max_length=254, pattern=r"^[^\s\x00-\x1f\x7f]+@[^\s\x00-\x1f\x7f]+$")]
Senders = Annotated[list[Sender], Meta(max_length=MAX_BELIEVED)]
Language = Literal["en", "ru"]
Clock = Literal["12", "24"]
Audience = Literal["everyone", "known", "named", "nobody"]
Strangers = Literal["never", "ask", "always"]
Uninvited = Literal["allow", "ask", "deny"]


class QuietHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hours in which nothing is sent without being asked for. They may cross midnight."""

    from_: TimeOfDay = msgspec.field(name="from")
    until: TimeOfDay


class Chosen(msgspec.Struct, frozen=True):
    """The preferences. Times of day are in the person's time zone.

    ``reminder_minutes``: before events without alarms of their own. ``daily_digest_time`` null: no digest. ``clock``
    and ``week_start`` null: as usual in the language. ``free_busy``: who may ask when the person is busy; "named" are
    people whom a calendar app named. ``believed_senders``: whose mails count although nothing proves them.
    ``published``: the public profile shows the display name.
    """

    reminder_minutes: list[int]
    daily_digest_time: str | None
    notifications: bool
    notify_on_invite: bool
    quiet_hours: QuietHours | None
    remind_in_chat: bool
    show_shared_calendars: bool
    invitations_from_strangers: Strangers
    uninvited_guests: Uninvited
    clock: Clock | None
    week_start: Weekday | None
    free_busy: Audience
    believed_senders: list[str]
    published: bool


class Address(msgspec.Struct, frozen=True):
    """A verified address. Mail for the person goes to the primary one."""

    address: str
    primary: bool


class Me(msgspec.Struct, frozen=True):
    """The own account. ``erase_at``: when a requested erasure is final; null: none is requested."""

    id: UUID
    telegram_id: int | None
    addresses: list[Address]
    display_name: str
    time_zone: str
    locale: str
    preferences: Chosen
    erase_at: datetime | None


class ChosenPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Preferences to change; those that are absent stay. Lists are replaced as a whole."""

    reminder_minutes: Reminders | UnsetType = UNSET
    daily_digest_time: TimeOfDay | UnsetType | None = UNSET
    notifications: bool | UnsetType = UNSET
    notify_on_invite: bool | UnsetType = UNSET
    quiet_hours: QuietHours | UnsetType | None = UNSET
    remind_in_chat: bool | UnsetType = UNSET
    show_shared_calendars: bool | UnsetType = UNSET
    invitations_from_strangers: Strangers | UnsetType = UNSET
    uninvited_guests: Uninvited | UnsetType = UNSET
    clock: Clock | UnsetType | None = UNSET
    week_start: Weekday | UnsetType | None = UNSET
    free_busy: Audience | UnsetType = UNSET
    believed_senders: Senders | UnsetType = UNSET
    published: bool | UnsetType = UNSET


class MePatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields to change; those that are absent stay (JSON Merge Patch, RFC 7396). The others are read-only."""

    display_name: Name | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET
    locale: Language | UnsetType = UNSET
    preferences: ChosenPatch | UnsetType = UNSET


_SAME: Final = {
    "notifications": "notifications",
    "notify_on_invite": "notify_on_invite",
    "remind_in_chat": "remind_in_chat",
    "show_shared_calendars": "show_shared",
    "invitations_from_strangers": "strangers",
    "uninvited_guests": "uninvited",
    "published": "published",
}
"""Preferences whose values are the same here and in the domain, by their name here."""


def shown(profile: Profile) -> Me:
    """The account as the answer has it."""
    return Me(
        id=profile.account_id,
        telegram_id=profile.telegram_id,
        addresses=[Address(each, place == 0) for place, each in enumerate(profile.addresses)],
        display_name=profile.name,
        time_zone=profile.timezone,
        locale=profile.locale,
        preferences=_chosen(profile),
        erase_at=profile.erase_at,
    )


def edit_of(patch: MePatch) -> Edit:
    """The changes that a patch asks for. Raises ValidationException for quiet hours that end when they begin."""
    given = _given(patch)
    chosen = _given(patch.preferences) if isinstance(patch.preferences, ChosenPatch) else {}
    return Edit(
        name=" ".join(given["display_name"].split()) if "display_name" in given else None,
        timezone=given.get("time_zone"),
        locale=given.get("locale"),
        preferences=_choices(chosen),
        audience=chosen.get("free_busy"),
        believed=tuple(chosen["believed_senders"]) if "believed_senders" in chosen else None,
    )


def wrong_value(name: str, detail: str) -> ValidationException:
    """The error about one value of the body, as the framework names those that its shapes refuse."""
    return ValidationException(extra=[{"key": name, "message": detail}])


def _given(patch: MePatch | ChosenPatch) -> dict[str, Any]:
    values = {name: getattr(patch, name) for name in patch.__struct_fields__}
    return {name: value for name, value in values.items() if value is not UNSET}


def _choices(given: dict[str, Any]) -> dict[str, object]:
    choices: dict[str, object] = {_SAME[name]: value for name, value in given.items() if name in _SAME}
    if "reminder_minutes" in given:
        choices["reminders"] = tuple(given["reminder_minutes"])
    if "daily_digest_time" in given:
        choices["digest_at"] = _time(given["daily_digest_time"])
    if "quiet_hours" in given:
        quiet: QuietHours | None = given["quiet_hours"]
        if quiet is not None and quiet.from_ == quiet.until:
            raise wrong_value("preferences.quiet_hours", "`from` and `until` must be different times of day")
        choices["quiet_from"] = _time(quiet.from_) if quiet is not None else None
        choices["quiet_until"] = _time(quiet.until) if quiet is not None else None
    if "clock" in given:
        choices["clock24"] = None if given["clock"] is None else given["clock"] == "24"
    if "week_start" in given:
        choices["week_start"] = None if given["week_start"] is None else WEEKDAYS.index(given["week_start"])
    return choices


def _chosen(profile: Profile) -> Chosen:
    chosen: Preferences = profile.preferences
    start, end = chosen.quiet_from, chosen.quiet_until
    return Chosen(
        reminder_minutes=list(chosen.reminders),
        daily_digest_time=_words(chosen.digest_at) if chosen.digest_at is not None else None,
        quiet_hours=QuietHours(_words(start), _words(end)) if start is not None and end is not None else None,
        clock=None if chosen.clock24 is None else "24" if chosen.clock24 else "12",
        week_start=None if chosen.week_start is None else WEEKDAYS[chosen.week_start],
        free_busy=profile.audience,  # type: ignore[arg-type]
        believed_senders=list(profile.believed),
        **{name: getattr(chosen, field) for name, field in _SAME.items()},
    )


def _time(words: str | None) -> time | None:
    return time.fromisoformat(words) if words is not None else None


def _words(at: time) -> str:
    return f"{at:%H:%M}"
