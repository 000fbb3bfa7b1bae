"""The queue of the work that takes erased people out of the copies of others (application.erased_people)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from televent.adapters.postgres.rows import Pool
from televent.application.accounts.erased_people import AGAIN, LEASE, TELEGRAM, Copy, ErasedPerson, Errand
from televent.application.use_cases.events.trash import KEPT
from televent.domain.ids import AccountId

PAGE: Final = 100
"""Max copies of one errand."""
MARGIN: Final = timedelta(hours=1)
"""Max difference between the clocks of two machines: the second pass looks at what changed since the first began."""
_PASSES: Final = 2

_PERSON: Final = """
    WITH person AS (SELECT %s::uuid AS tenant_id), known AS (
        SELECT mine.address FROM address AS mine JOIN person USING (tenant_id)
        WHERE mine.verified OR mine.former AND NOT EXISTS (
            SELECT FROM address AS other WHERE other.address = mine.address AND other.verified)
    ), chat AS (SELECT account.telegram_id FROM account JOIN person USING (tenant_id) WHERE telegram_id IS NOT NULL)"""
# The address of a person, also as it is made of their Telegram id.
_IS_THEIRS: Final = """({0} IN (SELECT address FROM known)
        OR EXISTS (SELECT FROM chat WHERE starts_with({0}, 'tg_' || telegram_id || '@')))"""


def _theirs(text: str) -> str:
    return _IS_THEIRS.format(text)


NOTE: Final = f"""
    {_PERSON}, salted AS MATERIALIZED (
        SELECT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) AS salt
    ), named AS (SELECT address AS name FROM known UNION ALL SELECT '{TELEGRAM}' || telegram_id FROM chat)
    INSERT INTO erased_person (tenant_id, salt, hashes)
    SELECT tenant_id, salt, ARRAY(SELECT sha256(salt || convert_to(name, 'UTF8')) FROM named) FROM person, salted
    ON CONFLICT (tenant_id) DO UPDATE SET salt = excluded.salt, hashes = excluded.hashes, pass = 1, began_at = NULL,
        due_at = excluded.due_at, after_tenant = excluded.after_tenant, after_calendar = excluded.after_calendar,
        after_href = excluded.after_href, failed = false, whole = true"""  # noqa: S608
_NOBODY: Final = """'{"address": "", "name": "Deleted user", "speaks_for": []}'"""
_SENDER: Final = f"""
    {_PERSON} UPDATE {{table}} AS kept SET sender = sender || {{nobody}} FROM person
    WHERE kept.tenant_id <> person.tenant_id AND {_theirs("lower(sender ->> 'address')")}"""  # noqa: S608
_ROW: Final = f"""
    {_PERSON} DELETE FROM {{table}} AS kept USING person
    WHERE kept.tenant_id <> person.tenant_id AND {_theirs("lower({column})")}"""  # noqa: S608
# Whole addresses are compared: one may be the end of another.
_NAMES: Final = r"""(EXISTS (SELECT FROM known WHERE position(address IN lower({0})) > 0)
            OR EXISTS (SELECT FROM chat WHERE position('tg_' || telegram_id || '@' IN lower({0})) > 0))
        AND EXISTS (SELECT FROM (SELECT found[1] AS address FROM regexp_matches(
            lower({0}), '([^[:space:]"\\<>,;:()=]+@[^[:space:]"\\<>,;:()=]+)', 'g') AS found) AS named WHERE {1})"""


def _names(text: str) -> str:
    return _NAMES.format(text, _theirs("named.address"))


# A message that is delivered is only a key by now, and one that failed has nobody to go to.
_MESSAGE: Final = f"""
    {_PERSON} UPDATE outbox AS kept SET payload = '{{}}',
        state = CASE kept.state WHEN 'failed' THEN 'undeliverable' ELSE kept.state END
    FROM person
    WHERE kept.tenant_id <> person.tenant_id AND kept.state IN ('completed', 'undeliverable', 'failed')
        AND {_names("kept.payload::text")}"""  # noqa: S608
# The log of a webhook: who got it has it. One that is still under way is sent as it is.
_DELIVERY: Final = f"""
    {_PERSON} DELETE FROM webhook_delivery AS kept USING person
    WHERE kept.tenant_id <> person.tenant_id AND kept.state <> 'pending' AND {_names("kept.body")}"""  # noqa: S608
# The id of its command follows from the key, so a repeat of the request changes nothing twice.
_ANSWER: Final = f"""
    {_PERSON} DELETE FROM idempotency_key AS kept USING person
    WHERE kept.tenant_id <> person.tenant_id AND {_names("convert_from(kept.body, 'UTF8')")}"""  # noqa: S608
OF_OTHERS: Final = (
    _SENDER.format(table="event_mail", nobody=_NOBODY),
    _SENDER.format(table="parked_mail", nobody=_NOBODY),
    _ROW.format(table="sent_mail", column="kept.recipient"),
    _ROW.format(table="guest_address", column="kept.address"),
    _ROW.format(table="reply_token", column="kept.attendee"),
    _ROW.format(table="answer_link", column="substring(kept.purpose FROM '^guest:(.*)$')"),
    _MESSAGE,
    _DELIVERY,
    _ANSWER,
)
"""The statements of an erasure that change rows of others. Each has one parameter: the erased account."""

_TAKE: Final = """
    UPDATE erased_person SET due_at = %(until)s, began_at = coalesce(began_at, %(now)s) WHERE tenant_id = (
        SELECT tenant_id FROM erased_person WHERE due_at <= %(now)s ORDER BY due_at, tenant_id LIMIT 1
        FOR UPDATE SKIP LOCKED)
    RETURNING tenant_id, salt, hashes, pass, CASE WHEN NOT whole THEN began_at END,
        after_tenant, after_calendar, after_href"""
_COPIES: Final = """
    SELECT tenant_id, calendar_id, href, stream_id, uid = stream_id::text, ics FROM resource
    WHERE (tenant_id, calendar_id, href) > (%(tenant)s, %(calendar)s, %(href)s) AND tenant_id <> %(person)s
        AND (NOT deleted OR schedule_tag IS NOT NULL AND modified_at >= %(trash)s)
        AND (%(since)s::timestamptz IS NULL OR modified_at >= %(since)s)
    ORDER BY tenant_id, calendar_id, href LIMIT %(limit)s"""
_MOUNTS: Final = """
    SELECT tenant_id, share_id FROM mount
    WHERE owner_id = %(person)s AND tenant_id <> %(person)s
        AND (status <> 'ended' OR owner_name <> '' OR title <> '' OR summary <> '' OR notice <> '')
    ORDER BY tenant_id, share_id"""
_GRANTS: Final = """
    SELECT tenant_id, calendar_id FROM calendar
    WHERE shares ? %(person)s::text AND tenant_id <> %(person)s AND NOT deleted ORDER BY tenant_id, calendar_id"""
# Addresses that are made of an id are looked at, whosever they are.
_MET: Final = """
    SELECT DISTINCT tenant_id, stream_id FROM company
    WHERE tenant_id <> %(person)s AND (sha256(%(salt)s || convert_to(address, 'UTF8')) = ANY (%(hashes)s)
        OR sha256(%(salt)s || convert_to(%(telegram)s || substring(address FROM '^(?:tg_)?([0-9]+)@'), 'UTF8'))
            = ANY (%(hashes)s)
        OR position(%(person)s::text IN address) > 0)
    ORDER BY tenant_id, stream_id"""
_NEXT_PAGE: Final = """
    UPDATE erased_person SET due_at = %(now)s, after_tenant = %(tenant)s, after_calendar = %(calendar)s,
        after_href = %(href)s, failed = failed OR %(failed)s
    WHERE tenant_id = %(person)s AND pass = %(pass)s"""
# After a failure the next pass looks at all copies again.
_NEXT_PASS: Final = """
    UPDATE erased_person SET due_at = %(due)s, pass = pass + 1, whole = failed OR %(failed)s, failed = false,
        after_tenant = %(none)s, after_calendar = %(none)s, after_href = ''
    WHERE tenant_id = %(person)s AND pass = %(pass)s AND (pass < %(passes)s OR failed OR %(failed)s)"""
_END: Final = "DELETE FROM erased_person WHERE tenant_id = %(person)s AND pass = %(pass)s"
_NONE: Final = UUID(int=0)


class PostgresErasedPeople:
    """The queue. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def next(self, now: datetime) -> Errand | None:
        """The next page of an erased person, or the first one of the second pass."""
        with self._pool.connection() as connection:
            taken = connection.execute(_TAKE, {"now": now, "until": now + LEASE}).fetchone()
            if taken is None:
                return None
            tenant, salt, hashes, turn, changed_since, *after = taken
            place = dict(zip(("tenant", "calendar", "href"), after, strict=True))
            values: dict[str, Any] = {
                "person": tenant, "salt": salt, "hashes": hashes, "telegram": TELEGRAM, "limit": PAGE,
                "trash": now - KEPT, "since": changed_since and changed_since - MARGIN, **place,
            }  # fmt: skip
            rows = connection.execute(_COPIES, values).fetchall()
            shares = {}
            if place["tenant"] == _NONE:
                for name, statement in (("mounts", _MOUNTS), ("grants", _GRANTS), ("met", _MET)):
                    found = connection.execute(statement, values).fetchall()
                    shares[name] = [(AccountId(owner), stream) for owner, stream in found]
        copies = [Copy(AccountId(row[0]), row[3], row[4], None if row[5] is None else bytes(row[5])) for row in rows]
        last = (rows[-1][0], rows[-1][1], rows[-1][2]) if len(rows) == PAGE else None
        person = ErasedPerson(AccountId(tenant), bytes(salt), frozenset(map(bytes, hashes)))
        return Errand(person, turn, copies, last, **shares)

    def done(self, errand: Errand, now: datetime, *, failed: bool = False) -> None:
        """Goes on with the next page, or with another pass after AGAIN: there are at least _PASSES, and one more while
        copies fail. After the last one nothing of the person is left."""
        values: dict[str, Any] = {
            "person": errand.person.tenant, "pass": errand.turn, "now": now, "due": now + AGAIN, "none": _NONE,
            "failed": failed, "passes": _PASSES,
        }  # fmt: skip
        with self._pool.connection() as connection, connection.transaction():
            if errand.last is not None:
                place = dict(zip(("tenant", "calendar", "href"), errand.last, strict=True))
                connection.execute(_NEXT_PAGE, values | place)
            else:
                connection.execute(_NEXT_PASS, values)
                connection.execute(_END, values)
