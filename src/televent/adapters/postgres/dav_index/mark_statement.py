"""The statement that reads the marks of rows (application.marks).

A mark is the place of a row and the id of the transaction that wrote it. No two versions of a row agree in both. The
mark of a device is what a password is checked against: a new time of its last use is no reason to sign in again.
"""

from __future__ import annotations

from typing import Final

WIDTHS: Final = {"account": 1, "calendar": 2, "resource": 3, "home": 1, "principal": 1, "session": 2, "event": 2}
"""The number of parts of a key after its kind."""
KINDS: Final = tuple(WIDTHS)
"""The kinds in the order of the statement's parameters: one array for each part of each kind."""

VERSION: Final = "xmin::text || ctid::text"
"""The version of a row."""
ACCOUNT_MARK: Final = """(SELECT own.xmin::text || own.ctid::text FROM account AS own WHERE own.tenant_id = {tenant})
        || '/' || coalesce(
            (SELECT string_agg(mine.xmin::text || mine.ctid::text || CASE WHEN mine.former THEN EXISTS (
                SELECT 1 FROM address AS other WHERE other.address = mine.address AND other.verified
            )::text ELSE '' END, ' ' ORDER BY mine.address) FROM address AS mine WHERE mine.tenant_id = {tenant}), '')
        || '/' || coalesce(
            (SELECT string_agg(hash_record_extended(ROW(mine.device_id, mine.hash), 0)::text, ' '
                ORDER BY mine.device_id)
            FROM device AS mine WHERE mine.tenant_id = {tenant}), '')"""
"""The mark of an account with its addresses and devices. Sorted: two statements must give the same."""
# Sub-selects instead of joins: so the planner looks each row up in its index, whatever sizes it assumes for the tables.
ASK: Final = f"""
    SELECT 0, ordinal,
        {ACCOUNT_MARK.format(tenant="asked.tenant")}
    FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (tenant, ordinal)
    UNION ALL
    SELECT 1, ordinal, (
        SELECT xmin::text || ctid::text FROM calendar
        WHERE tenant_id = asked.tenant AND calendar.name = asked.name AND NOT deleted)
    FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS asked (tenant, name, ordinal)
    UNION ALL
    SELECT 2, ordinal, (
        SELECT xmin::text || ctid::text FROM resource
        WHERE tenant_id = asked.tenant AND href = asked.member AND ics IS NOT NULL AND calendar_id = (
            SELECT calendar_id FROM calendar
            WHERE tenant_id = asked.tenant AND calendar.name = asked.name AND NOT deleted))
    FROM unnest($4::uuid[], $5::text[], $6::text[]) WITH ORDINALITY AS asked (tenant, name, member, ordinal)
    UNION ALL
    SELECT 3, ordinal,
        coalesce((SELECT string_agg(xmin::text || ctid::text, ' ') FROM calendar WHERE tenant_id = asked.tenant), '')
        || '/' || coalesce((
            SELECT string_agg(
                mount.xmin::text || mount.ctid::text || coalesce(calendar.xmin::text || calendar.ctid::text, '')
                || coalesce(subject_key.xmin::text || subject_key.ctid::text, ''), ' ')
            FROM mount LEFT JOIN calendar
                ON calendar.tenant_id = mount.owner_id AND calendar.calendar_id = mount.calendar_id
            LEFT JOIN subject_key ON subject_key.subject_id = mount.owner_id
            WHERE mount.tenant_id = asked.tenant), '')
    FROM unnest($7::uuid[]) WITH ORDINALITY AS asked (tenant, ordinal)
    UNION ALL
    SELECT 4, ordinal,
        coalesce((SELECT xmin::text || ctid::text FROM principal WHERE tenant_id = asked.tenant), '')
    FROM unnest($8::uuid[]) WITH ORDINALITY AS asked (tenant, ordinal)
    UNION ALL
    SELECT 5, ordinal, (
        SELECT extract(epoch FROM expires_at)::text FROM session
        WHERE tenant_id = asked.tenant AND session_id = asked.session)
    FROM unnest($9::uuid[], $10::uuid[]) WITH ORDINALITY AS asked (tenant, session, ordinal)
    UNION ALL
    SELECT 6, ordinal, coalesce((
        SELECT xmin::text || ctid::text FROM resource
        WHERE tenant_id IS NOT DISTINCT FROM asked.tenant AND stream_id = asked.event AND ics IS NOT NULL
            AND component = 'VEVENT' AND uid <> stream_id::text
        LIMIT 1), '')
    FROM unnest($11::uuid[], $12::uuid[]) WITH ORDINALITY AS asked (tenant, event, ordinal)"""  # noqa: S608
"""The columns: the kind's place in KINDS, the key's place among the keys of its kind (from 1), and the mark, NULL
without a row."""
