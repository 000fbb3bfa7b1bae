"""The one statement that asks for marks of rows (application.marks): where each row stands, and which transaction wrote
it. No two versions of a row agree in both."""

from __future__ import annotations

from typing import Final

WIDTHS: Final = {"account": 1, "calendar": 2, "resource": 3, "home": 1, "principal": 1}
"""How many parts a key has after its kind."""
KINDS: Final = tuple(WIDTHS)
"""In the order of the statement's parameters: an array for each part of each kind."""

# Sub-selects and no joins: whatever the planner thinks of the tables' sizes, each row is looked up in its index.
ASK: Final = """
    SELECT 0, ordinal,
        (SELECT xmin::text || ctid::text FROM account WHERE tenant_id = asked.tenant)
        || '/' || coalesce(
            (SELECT string_agg(xmin::text || ctid::text, ' ') FROM address WHERE tenant_id = asked.tenant), '')
        || '/' || coalesce(
            (SELECT string_agg(xmin::text || ctid::text, ' ') FROM device WHERE tenant_id = asked.tenant), '')
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
    FROM unnest($8::uuid[]) WITH ORDINALITY AS asked (tenant, ordinal)"""
"""Gives the kind's place in KINDS, the key's place among those of its kind (from 1), and the mark; NULL for none."""
