"""The summary of an exported account: ``account.json`` of the archive. Its JSON Schema stands beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from televent.domain.account.preferences import Preferences

FORMAT: Final = "televent-export/1"
"""The name and version of the archive's format. A reader refuses another one."""


class Address(msgspec.Struct, frozen=True):
    """A mail address. ``former``: the person removed it, and mail to it still reaches them."""

    address: str
    verified: bool
    primary: bool
    former: bool


class Device(msgspec.Struct, frozen=True):
    """A calendar app with its own password. The password is nowhere."""

    name: str
    created_at: datetime
    last_used_at: datetime | None


class Granted(msgspec.Struct, frozen=True):
    """A person with whom a calendar is shared."""

    name: str
    access: str
    status: str


class Calendar(msgspec.Struct, frozen=True):
    """A calendar. ``file``: its events in the archive, for any calendar program. ``properties``: WebDAV properties as
    ``{namespace}name``, such as the colour."""

    name: str
    file: str
    components: list[str]
    properties: dict[str, str]
    default: bool
    shared_with: list[Granted]


class Received(msgspec.Struct, frozen=True):
    """A calendar of somebody else that is shared with the person."""

    title: str
    owner: str
    access: str
    status: str


class Attachment(msgspec.Struct, frozen=True):
    """An attachment of events. ``file``: its bytes in the archive. ``events``: the UIDs that used it."""

    file: str
    name: str
    media_type: str
    size: int
    created_at: datetime
    events: list[str]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The account. Times are UTC."""

    format: str = FORMAT
    made_at: datetime
    server: str
    """The mail domain of the installation."""
    account: UUID
    opened_at: datetime
    erase_at: datetime | None
    telegram_id: int | None
    telegram_username: str | None
    name: str
    timezone: str
    locale: str
    preferences: Preferences
    addresses: list[Address]
    devices: list[Device]
    calendars: list[Calendar]
    received_calendars: list[Received]
    attachments: list[Attachment]


class StoredObject(msgspec.Struct, frozen=True):
    """A line of ``objects.jsonl``: one calendar object as it is stored. ``calendar``: the name of its calendar."""

    calendar: str
    href: str
    uid: str
    text: str


class Mail(msgspec.Struct, frozen=True):
    """A line of ``mails.jsonl``: a mail that came in. ``file``: the mail in the archive, "" where it is not kept any
    more. ``recipients``: those that are the person's. ``sender``: whom the mail was proven to be from."""

    file: str
    received_at: datetime
    state: str
    envelope_from: str
    recipients: list[str]
    sender: Any
    verdict: Any


class Fact(msgspec.Struct, frozen=True):
    """A line of ``facts.jsonl``: a change, as the log has it. ``at``: when it was recorded. ``by``: who did it, and
    ``door``: through which door."""

    stream: str
    version: int
    name: str
    at: datetime
    by: str
    door: str
    fields: Any


def schema() -> bytes:
    """The JSON Schema of account.json, and of the lines of the other files."""
    (_, components) = msgspec.json.schema_components([Account, StoredObject, Mail, Fact], ref_template="#/$defs/{name}")
    top = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FORMAT,
        "$ref": "#/$defs/Account",
        "$defs": components,
    }
    return msgspec.json.format(msgspec.json.encode(top), indent=2) + b"\n"
