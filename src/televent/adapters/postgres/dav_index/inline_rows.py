"""The SQL that one transaction sends to write rows beside its facts.

Nothing is read back before COMMIT: all statements of a transaction are sent at once. So each conflict is made to
violate a constraint, and ``conflict_of`` translates the violation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, assert_never

import psycopg
from msgspec import to_builtins
from psycopg import errors
from psycopg.types.json import Jsonb

from televent.adapters.postgres.dav_index.counters import counting
from televent.adapters.postgres.dav_index.occurs_columns import occurs_columns
from televent.adapters.postgres.keeping import forgetting
from televent.application.event_store.conflicts import (
    AlreadyApplied,
    Conflict,
    HrefTaken,
    NameTaken,
    StaleStream,
    UidTaken,
)
from televent.application.read_models.accounts import (
    DestroyKey,
    DropApiKey,
    DropDevice,
    ForgetAccount,
    PutAccount,
    PutAddress,
    PutApiKey,
    PutDevice,
    PutErasure,
    PutPassword,
    PutPreferences,
    PutPrincipal,
)
from televent.application.read_models.calendars import ExpectCalendar, PutCalendar, RemoveCalendar
from televent.application.read_models.company import ChangeCompany, PutFreeBusy
from televent.application.read_models.resources import PutResource, RemoveResource
from televent.application.read_models.shares import PutMount, PutOverlay
from televent.application.read_models.writes import Write

# Without a counter, because the calendar is gone, seq is NULL. That is a violation even where the row exists, because
# PostgreSQL checks the proposed row before it handles conflicts. A fresh row over a live one makes etag NULL.
_COUNT = counting("calendar", " AND NOT deleted")
PUT_RESOURCE = f"""{_COUNT}
    INSERT INTO resource AS standing (tenant_id, calendar_id, href, stream_id, uid, etag, schedule_tag, component,
        ics, seq, recurs, span, firm, floats, loose, fbtype, days, indexed, modified_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, (SELECT seq FROM counter), %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id, calendar_id, href) DO UPDATE SET
        etag = CASE WHEN %s AND NOT standing.deleted THEN NULL ELSE excluded.etag END,
        stream_id = excluded.stream_id, uid = excluded.uid, schedule_tag = excluded.schedule_tag,
        component = excluded.component, ics = excluded.ics, seq = excluded.seq, deleted = false,
        recurs = excluded.recurs, span = excluded.span, firm = excluded.firm, floats = excluded.floats,
        loose = excluded.loose, fbtype = excluded.fbtype, days = excluded.days, indexed = excluded.indexed,
        modified_at = excluded.modified_at"""  # noqa: S608
BURY_RESOURCE = f"""{_COUNT}
    UPDATE resource SET deleted = true, seq = (SELECT seq FROM counter), ics = NULL, span = NULL, firm = '{{}}',
        floats = '{{}}', loose = '{{}}', fbtype = NULL, days = NULL, indexed = 0, modified_at = %s
    WHERE tenant_id = %s AND calendar_id = %s AND href = %s AND stream_id = %s AND ics IS NOT NULL"""  # noqa: S608
PUT_CALENDAR = """
    INSERT INTO calendar AS standing (tenant_id, calendar_id, name, components, props, shares)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id, calendar_id) DO UPDATE
    SET name = excluded.name, components = excluded.components, props = excluded.props, shares = excluded.shares
    WHERE NOT standing.deleted"""
BURY_CALENDAR = "UPDATE calendar SET deleted = true WHERE tenant_id = %s AND calendar_id = %s"
EXPECT_CALENDAR = """
    UPDATE calendar SET seq = CASE WHEN seq = %s AND run = %s AND NOT deleted THEN seq END
    WHERE tenant_id = %s AND calendar_id = %s"""
CLEAR_CALENDAR = "DELETE FROM resource WHERE tenant_id = %s AND calendar_id = %s"
# A notice keeps its time while its revision is the same.
PUT_MOUNT = """
    INSERT INTO mount AS standing (tenant_id, share_id, owner_id, calendar_id, status, access, title, owner_name,
        summary, notice, noticed_at, revision, props)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id, share_id) DO UPDATE
    SET status = excluded.status, access = excluded.access, title = excluded.title, owner_name = excluded.owner_name,
        summary = excluded.summary, notice = excluded.notice, props = excluded.props,
        noticed_at = CASE WHEN standing.revision = excluded.revision THEN standing.noticed_at
            ELSE excluded.noticed_at END,
        revision = excluded.revision"""
# Without a mount seq is NULL, as it is for a resource without a calendar.
PUT_OVERLAY = f"""{counting("mount")}
    INSERT INTO overlay (tenant_id, share_id, stream_id, parts, seq)
    VALUES (%s, %s, %s, %s, (SELECT seq FROM counter))
    ON CONFLICT (tenant_id, share_id, stream_id) DO UPDATE SET parts = excluded.parts, seq = excluded.seq"""  # noqa: S608
PUT_ACCOUNT = """
    INSERT INTO account (tenant_id, telegram_id, name, timezone, locale, default_calendar, opened_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id) DO UPDATE
    SET telegram_id = excluded.telegram_id, name = excluded.name, timezone = excluded.timezone,
        locale = excluded.locale, default_calendar = excluded.default_calendar"""
PUT_PREFERENCES = "UPDATE account SET preferences = %s WHERE tenant_id = %s"
PUT_ERASURE = "UPDATE account SET erase_at = %s WHERE tenant_id = %s"
PUT_PASSWORD = """
    INSERT INTO password (tenant_id, hash, set_at) VALUES (%s, %s, %s)
    ON CONFLICT (tenant_id) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at"""
PUT_PRINCIPAL = """
    INSERT INTO principal (tenant_id, props) VALUES (%s, %s)
    ON CONFLICT (tenant_id) DO UPDATE SET props = excluded.props"""
PUT_FREE_BUSY = """
    INSERT INTO principal (tenant_id, free_busy) VALUES (%s, %s)
    ON CONFLICT (tenant_id) DO UPDATE SET free_busy = excluded.free_busy"""
LEAVE_COMPANY = "DELETE FROM company WHERE tenant_id = %s AND stream_id = %s AND (%s OR address = ANY (%s))"
JOIN_COMPANY = """
    INSERT INTO company (tenant_id, stream_id, address) SELECT %s, %s, unnest(%s::text[])
    ON CONFLICT DO NOTHING"""
PUT_ADDRESS = """
    INSERT INTO address (tenant_id, address, verified, is_primary, code_hash, code_until, former)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id, address) DO UPDATE
    SET verified = excluded.verified, is_primary = excluded.is_primary, code_hash = excluded.code_hash,
        code_until = excluded.code_until, former = excluded.former"""
PUT_DEVICE = """
    INSERT INTO device (tenant_id, device_id, name, hash, selector, created_at) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id, device_id) DO UPDATE
    SET name = excluded.name, hash = excluded.hash, selector = excluded.selector"""
PUT_API_KEY = """
    INSERT INTO api_key (tenant_id, key_id, name, hash, scopes, expires_at, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (tenant_id, key_id) DO UPDATE
    SET name = excluded.name, hash = excluded.hash, scopes = excluded.scopes, expires_at = excluded.expires_at"""
DROP_API_KEY = "DELETE FROM api_key WHERE tenant_id = %s AND key_id = %s"
DROP_DEVICE = "DELETE FROM device WHERE tenant_id = %s AND device_id = %s"

TABLES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "dav_index": {
        "calendar": ("tenant_id", "calendar_id"),
        "resource": ("tenant_id", "calendar_id", "href"),
        "mount": ("tenant_id", "share_id"),
        "overlay": ("tenant_id", "share_id", "stream_id"),
    },
    "company": {"company": ("tenant_id", "stream_id", "address")},
    "directory": {
        "account": ("tenant_id",),
        "principal": ("tenant_id",),
        "address": ("tenant_id", "address"),
        "device": ("tenant_id", "device_id"),
        "api_key": ("tenant_id", "key_id"),
        "password": ("tenant_id",),
    },
}
"""The tables of each inline projection, and the columns of each primary key."""
BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "dav_index": ("counter_run",),
    "directory": (
        "unreachable_chat",
        "living_message",
        "telegram_username",
        "draft",
        "answer_link",
        "mail_thread",
        "sent_mail",
        "parked_mail",
        # After the account, which a new row locks: a row that comes meanwhile goes too.
        "origin",
        "session",
        "used_proof",
        "event_mail",
        "guest_address",
        "invitation_mail",
        "replay_finding",
        "search_mark",
        "search_entry",
        "search_word",
    ),
}
"""Tables that belong to a projection's accounts as well, and that no replay of facts makes again."""
DIALOGUES: Final = "dialogue"
"""The table of dialogues, whose key is the chat's: a person has a dialogue before they have an account (ADR 9)."""
DIALOGUES_OF: Final = """
    SELECT dialogue.* FROM dialogue JOIN account ON split_part(dialogue.key, '/', 3) = account.telegram_id::text
    WHERE account.tenant_id = %s"""
FORGET_DIALOGUES = """
    DELETE FROM dialogue USING account
    WHERE account.tenant_id = %s AND split_part(dialogue.key, '/', 3) = account.telegram_id::text"""
FORGET = {
    name: (
        # The account names its chat, so it goes after the dialogues.
        *((FORGET_DIALOGUES,) if name == "directory" else ()),
        *(f"DELETE FROM {table} WHERE tenant_id = %s" for table in (*tables, *BESIDE.get(name, ()))),  # noqa: S608
    )
    for name, tables in TABLES.items()
} | {"rest": forgetting.STATEMENTS}
# The empty print: a file of the key, if there is one, is still to be destroyed.
DESTROY_KEY = """
    INSERT INTO subject_key AS standing (subject_id, key, print, destroyed_at) VALUES (%s, NULL, '', %s)
    ON CONFLICT (subject_id) DO UPDATE SET key = NULL, print = '', destroyed_at = excluded.destroyed_at
    WHERE standing.destroyed_at IS NULL"""

Statement = tuple[str, tuple[Any, ...]]


def statements(write: Write) -> tuple[Statement, ...]:
    """The statements of one write, in order."""
    match write:
        case PutResource() as put:
            row = (put.tenant, put.calendar_id, put.href, put.stream_id, put.uid, put.etag, put.schedule_tag)
            rest = (put.component, put.ics, put.recurs, *occurs_columns(put.occurs), put.modified_at, put.fresh)
            return ((PUT_RESOURCE, (put.tenant, put.calendar_id, *row, *rest)),)
        case RemoveResource() as removed:
            place = (removed.tenant, removed.calendar_id)
            return ((BURY_RESOURCE, (*place, removed.modified_at, *place, removed.href, removed.stream_id)),)
        case PutCalendar() as put:
            props, shares = Jsonb(dict(put.props)), Jsonb(dict(put.shares))
            return ((PUT_CALENDAR, (put.tenant, put.calendar_id, put.name, list(put.components), props, shares)),)
        case RemoveCalendar() as removed:
            place = (removed.tenant, removed.calendar_id)
            return ((BURY_CALENDAR, place), (CLEAR_CALENDAR, place))
        case ExpectCalendar() as expect:
            return ((EXPECT_CALENDAR, (expect.moment.seq, expect.moment.run, expect.tenant, expect.calendar_id)),)
        case PutMount() as put:
            names = (put.tenant, put.share_id, put.owner, put.of_calendar)
            shown = (put.status, put.access, put.title, put.owner_name, put.summary, put.notice, put.noticed_at)
            return ((PUT_MOUNT, (*names, *shown, put.revision, Jsonb(dict(put.props)))),)
        case PutOverlay() as put:
            share = (put.tenant, put.share_id)
            return ((PUT_OVERLAY, (*share, *share, put.stream_id, put.parts)),)
        case PutAccount() as put:
            profile = (put.tenant, put.telegram_id, put.name, put.timezone, put.locale)
            return ((PUT_ACCOUNT, (*profile, put.default_calendar, put.opened_at)),)
        case PutPreferences() as put:
            return ((PUT_PREFERENCES, (Jsonb(to_builtins(put.preferences)), put.tenant)),)
        case PutErasure() as put:
            return ((PUT_ERASURE, (put.at, put.tenant)),)
        case PutPassword() as put:
            return ((PUT_PASSWORD, (put.tenant, put.hash, put.set_at)),)
        case PutPrincipal() as put:
            return ((PUT_PRINCIPAL, (put.tenant, Jsonb(dict(put.props)))),)
        case PutFreeBusy() as put:
            setting = {"audience": put.audience, "people": [str(each) for each in put.people]}
            return ((PUT_FREE_BUSY, (put.tenant, Jsonb(setting))),)
        case ChangeCompany() as changed:
            meeting = (changed.tenant, changed.stream_id)
            left = (
                ((LEAVE_COMPANY, (*meeting, changed.replaced, list(changed.removed))),)
                if changed.replaced or changed.removed
                else ()
            )
            return (*left, *(((JOIN_COMPANY, (*meeting, list(changed.added))),) if changed.added else ()))
        case PutAddress() as put:
            codes = (put.code_hash, put.code_until)
            return ((PUT_ADDRESS, (put.tenant, put.address, put.verified, put.primary, *codes, put.former)),)
        case PutDevice() as put:
            return ((PUT_DEVICE, (put.tenant, put.device_id, put.name, put.hash, put.selector, put.created_at)),)
        case DropDevice() as drop:
            return ((DROP_DEVICE, (drop.tenant, drop.device_id)),)
        case PutApiKey() as put:
            kept = (put.name, put.hash, list(put.scopes), put.expires_at, put.created_at)
            return ((PUT_API_KEY, (put.tenant, put.key_id, *kept)),)
        case DropApiKey() as drop:
            return ((DROP_API_KEY, (drop.tenant, drop.key_id)),)
        case ForgetAccount() as forget:
            return tuple((statement, (forget.tenant,)) for statement in FORGET[forget.projection])
        case DestroyKey() as destroy:
            return ((DESTROY_KEY, (destroy.tenant, destroy.at)),)
        case _:
            assert_never(write)


_UNIQUE: dict[str, type[Conflict]] = {
    "event_pkey": StaleStream,
    "inbox_pkey": AlreadyApplied,
    "resource_uid": UidTaken,
    "calendar_name": NameTaken,
    "account_telegram_id_key": NameTaken,
    "address_verified": NameTaken,
}
_REQUIRED: dict[tuple[str, str], type[Conflict]] = {
    ("resource", "seq"): StaleStream,
    ("overlay", "seq"): StaleStream,
    ("calendar", "seq"): StaleStream,
    ("resource", "etag"): HrefTaken,
}


def conflict_of(error: psycopg.Error) -> Conflict | None:
    """The Conflict that a refused transaction means; None where the error is no conflict between writers."""
    where = error.diag
    kind: type[Conflict] | None = None
    if isinstance(error, errors.UniqueViolation):
        kind = _UNIQUE.get(where.constraint_name or "")
    elif isinstance(error, errors.NotNullViolation):
        kind = _REQUIRED.get((where.table_name or "", where.column_name or ""))
    elif isinstance(error, errors.DeadlockDetected | errors.SerializationFailure):
        kind = StaleStream
    return None if kind is None else kind(where.message_primary or "")
