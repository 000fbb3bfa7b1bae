"""The operator's command that answers questions about who did what, and who looked at it (ADR 80)."""

from __future__ import annotations

import csv
import heapq
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import rich_click as click

from televent.commands.accounts import find_account, opened
from televent.commands.moments import moment_of
from televent.commands.postmaster import safe
from televent.runtime.database import Chosen

if TYPE_CHECKING:
    from televent.application.accounts.audit_rows import AuditFilter, AuditRow, Looked
    from televent.runtime.compose import Core

DOORS: Final = ("bot", "caldav", "email", "rest", "cli", "courier")
FIELDS: Final = (
    *("at", "what", "who", "door", "device", "device_id", "ip", "program", "request", "account", "stream", "version"),
    *("command", "texts"),
)
"""The fields of a row, in the order of the columns."""
_AT_ONCE: Final = 200


@click.command("audit")
@click.option("--person", default=None, help="Only this account (account id, Telegram id or address).")
@click.option("--event", default=None, help="Only the event with this UID or stream id.")
@click.option("--device", default=None, help="Only what this device did: its name or its id.")
@click.option("--since", default=None, help="From this moment: 14:00 (today), 2026-11-01, 2026-11-01T12:00Z.")
@click.option("--until", default=None, help="Before this moment.")
@click.option("--door", type=click.Choice(DOORS), default=None, help="Only what came in by this door.")
@click.option("--with-texts", is_flag=True, help="Also say what was and what is now. This reads people's texts.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV with a heading.")
@click.pass_obj
def audit(
    chosen: Chosen,
    person: str | None,
    event: str | None,
    device: str | None,
    since: str | None,
    until: str | None,
    door: str | None,
    with_texts: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Show who did what, when, by which door, device and address, and what operators looked at; the oldest first.

    Rows are kept for two years. Texts of events are shown only --with-texts. This command is itself noted.
    """
    from televent.adapters.postgres.reports.audit_reading import AuditReading
    from televent.application.accounts.audit_rows import AuditFilter

    if as_json and as_csv:
        raise click.UsageError("Choose --json or --csv.")
    with opened(chosen) as core:
        row = find_account(core, person) if person is not None else None
        now, zone = core.backend.clock(), ZoneInfo(row.timezone if row is not None else "UTC")
        start, end = (moment_of(each, zone, now) if each is not None else None for each in (since, until))
        wanted = AuditFilter(row.tenant if row is not None else None, event, device, door, start, end)
        values = _values(core, AuditReading(core.pool), wanted, with_texts)
        _print(values, as_json=as_json, as_csv=as_csv)


def _values(core: Core, reading: Any, wanted: AuditFilter, with_texts: bool) -> Iterator[dict[str, Any]]:
    """The rows as they are printed, a few at a time."""
    merged: Iterator[AuditRow | Looked] = heapq.merge(
        reading.rows(wanted), reading.looked(wanted), key=lambda each: each.at
    )
    while some := list(islice(merged, _AT_ONCE)):
        yield from _some(core, reading, some, with_texts)


def _some(core: Core, reading: Any, some: list[AuditRow | Looked], with_texts: bool) -> Iterator[dict[str, Any]]:
    from televent.application.accounts.audit_rows import EVERYBODY, Looked

    rows = [each for each in some if not isinstance(each, Looked)]
    names = _names(core, {each.actor for each in rows})
    texts = _texts(core, reading, rows, names) if with_texts else {}
    for each in some:
        if isinstance(each, Looked):
            whose = "everybody" if each.tenant == EVERYBODY else str(each.tenant)
            yield _row(
                at=each.at.isoformat(timespec="seconds"),
                what=f"operator ran: televent {each.command}",
                who=f"{each.os_user}@{each.host}",
                door="cli",
                account=whose,
            )
            continue
        origin = each.origin
        yield _row(
            at=each.at.isoformat(timespec="seconds"),
            what=each.topic.partition("/")[0].replace("-", " "),
            who=names.get(each.actor, each.actor),
            door=each.door,
            device=origin.device_name if origin is not None else "",
            device_id=str(origin.device_id) if origin is not None else "",
            ip=origin.ip if origin is not None else "",
            program=origin.user_agent if origin is not None else "",
            request=each.correlation_id,
            account=str(each.tenant),
            stream=str(each.stream_id),
            version=each.version,
            command=str(each.command_id),
            texts=texts.get((each.tenant, each.stream_id, each.version), ""),
        )


def _row(**given: Any) -> dict[str, Any]:
    return {name: given.get(name, "") for name in FIELDS}


def _names(core: Core, actors: Iterable[str]) -> dict[str, str]:
    """The names of the accounts among the actors, with their ids."""
    from uuid import UUID

    from televent.domain.ids import AccountId

    ids = []
    for actor in actors:
        try:
            ids.append(AccountId(UUID(actor)))
        except ValueError:
            continue
    return {str(row.tenant): f"{row.name} ({row.tenant})" for row in core.reads.accounts_with(sorted(ids))}


def _texts(core: Core, reading: Any, rows: list[AuditRow], names: dict[str, str]) -> dict[Any, str]:
    """The values before and now, as the history of an event says it; nothing of an erased person."""
    from televent.application.event_store.envelope import envelope_of
    from televent.domain.ids import StreamKey
    from televent.projections.history import entries_of
    from televent.projections.history_words import say

    of_events = [row for row in rows if _about_event(row.topic)]
    found = {}
    for stored in reading.facts(of_events):
        key = StreamKey.parse(str(stored.originator_id))
        place = (key.tenant, key.stream, stored.originator_version)
        if core.store.facts.erased(stored.subject_id):
            found[place] = "erased"
            continue
        entries = entries_of(core.store.facts.to_fact(stored), envelope_of(stored))
        found[place] = "; ".join(say(entry, lambda actor: names.get(actor, actor)) for entry in entries)
    return found


def _about_event(topic: str) -> bool:
    from televent.application.event_store.catalogue import NAMES
    from televent.application.event_store.deciders import CALENDAR_OBJECT, decider_of

    kind = NAMES.get(topic)
    return kind is not None and decider_of(kind) is CALENDAR_OBJECT


def _print(values: Iterator[dict[str, Any]], *, as_json: bool, as_csv: bool) -> None:
    if as_csv:
        writer = csv.DictWriter(sys.stdout, FIELDS)
        writer.writeheader()
        for value in values:
            writer.writerow({name: _harmless(field) for name, field in value.items()})
        return
    if as_json:
        click.echo("[", nl=False)
        for number, value in enumerate(values):
            click.echo(("," if number else "") + "\n" + json.dumps(value), nl=False)
        click.echo("\n]")
        return
    count = 0
    for count, value in enumerate(values, 1):  # noqa: B007
        rest = [value[name] for name in ("door", "device", "ip", "program", "request") if value[name]]
        click.echo(safe(f"{value['at']}  {value['what']}  by {value['who']}  " + " · ".join(rest)))
        if value["stream"]:
            click.echo(f"    account {value['account']}  event {value['stream']}  version {value['version']}")
        elif value["account"]:
            click.echo(f"    account {value['account']}")
        if value["texts"]:
            click.echo(safe(f"    {value['texts']}"))
    if count == 0:
        click.echo("Nothing fits.")


def _harmless(field: Any) -> Any:
    """A field that no spreadsheet takes for a formula."""
    return f"'{field}" if isinstance(field, str) and field[:1] in ("=", "+", "-", "@", "\t", "\r") else field


COMMANDS: tuple[click.Command, ...] = (audit,)
