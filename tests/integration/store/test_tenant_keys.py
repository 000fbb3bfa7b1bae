"""tenant_id leads every primary and unique key, but for those that ADR 9 names with a reason."""

import re
from pathlib import Path

import psycopg

ADR = Path(__file__).parents[3] / "docs" / "adr" / "0009-tenants-and-growth.md"
NAMED = re.compile(r"^\| `(\w+) \(([\w, ]+)\)` \| (.+) \|$", re.MULTILINE)
UNIQUE = """
    SELECT indrelid::regclass::text, string_agg(pg_get_indexdef(indexrelid, place, true), ', ' ORDER BY place)
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid, generate_series(1, indnkeyatts) AS place
    WHERE indisunique AND relnamespace = 'public'::regnamespace
    GROUP BY indexrelid, indrelid"""


def test_tenant_id_leads_every_key_but_those_that_adr_9_names(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        keys = {(table, columns) for table, columns in connection.execute(UNIQUE)}
    assert ("event", "tenant_id, stream_id, version") in keys
    led = {(table, columns) for table, columns in keys if columns.split(", ")[0] == "tenant_id"}
    named = {(table, columns): reason for table, columns, reason in NAMED.findall(ADR.read_text())}
    assert keys - led == set(named)
    assert all(len(reason) > 20 for reason in named.values())
