"""The operator's commands about the past: show, compare and restore what stood at a moment (ADR 70)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import rich_click as click

from televent.commands.accounts import find_account, opened, operator_context, show
from televent.commands.postmaster import safe
from televent.runtime.database import Chosen, OperatorError

if TYPE_CHECKING:
    from televent.application.past.account_at import AccountAt, ObjectAt
    from televent.application.read_models.accounts import AccountRow
    from televent.domain.calendar.state import Calendar
    from televent.runtime.compose import Core

_MOMENT = "2026-11-01T12:00Z, or without an offset: in the zone of the account, or a position of the log"


@click.command("show")
@click.argument("account")
@click.argument("calendar", required=False)
@click.option("--at", default=None, help=f"The moment: {_MOMENT}. Default: now.")
@click.option("--event", "uid", default=None, help="Print the text of the event with this UID.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show_past(
    chosen: Chosen, account: str, calendar: str | None, at: str | None, uid: str | None, as_json: bool
) -> None:
    """Show the calendars of an ACCOUNT, or the events of its CALENDAR, as they stood at any moment."""
    with opened(chosen) as core:
        row = find_account(core, account)
        past = _account_at(core, row, at)
        if uid is not None:
            _show_event(past, uid, as_json)
            return
        if calendar is None:
            values = [
                {"calendar": state.name, "events": len(past.objects_in(each))} for each, state in past.calendars.items()
            ]
            values.sort(key=lambda each: str(each["calendar"]))
            show(values, as_json, [safe(f"{each['calendar']}  {each['events']} events") for each in values])
            return
        _, state, objects = _named(past, calendar)
        events = [_event(each) for each in sorted(objects.values(), key=_start)]
        value = {"calendar": state.name, "properties": dict(state.props), "events": events}
        show(value, as_json, [safe("  ".join(str(each[part] or "–") for part in _SHOWN)) for each in events])


@click.command("diff")
@click.argument("account")
@click.argument("calendar")
@click.argument("since")
@click.argument("until", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def diff(chosen: Chosen, account: str, calendar: str, since: str, until: str | None, as_json: bool) -> None:
    """Show how a CALENDAR of an ACCOUNT differs between the moments SINCE and UNTIL (default: now).

    A moment is a time such as 2026-11-01T12:00Z, or a position of the log.
    """
    with opened(chosen) as core:
        row = find_account(core, account)
        then, later = _account_at(core, row, since), _account_at(core, row, until)
        calendar_id, _, before = _named(then, calendar)
        after = later.objects_in(calendar_id)
        values: list[dict[str, Any]] = []
        for stream in sorted({*before, *after}, key=lambda each: _start(before.get(each) or after[each])):
            was, now = before.get(stream), after.get(stream)
            shown = now or was
            lines = _changed_lines(was, now)
            if shown is None or not lines:
                continue
            change = "added" if was is None else "removed" if now is None else "changed"
            values.append({"change": change, **_event(shown), "lines": lines if change == "changed" else []})
        printed: list[str] = []
        for each in values:
            printed.append(safe(f"{each['change']:<8} " + "  ".join(str(each[part] or "–") for part in _SHOWN)))
            printed += [safe(f"         {line}") for line in each["lines"]]
        show(values, as_json, printed or ["Nothing differs."])


@click.command("restore-calendar")
@click.argument("account")
@click.argument("calendar")
@click.option("--to", "moment", required=True, help=f"The moment: {_MOMENT}.")
@click.option("--yes", is_flag=True, help="Do it. Without this, only show what would be done.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def restore(chosen: Chosen, account: str, calendar: str, moment: str, yes: bool, as_json: bool) -> None:
    """Bring a CALENDAR of an ACCOUNT back to a moment, by new changes; its history stays, and it can be undone.

    Guests are told as after any other change: they get what is different for them, by mail or by Telegram.
    """
    from televent.application.use_cases.events.restore_calendar import plan_restoration, restore_calendar

    with opened(chosen) as core:
        row = find_account(core, account)
        past, now = _account_at(core, row, moment), _account_at(core, row, None)
        plan = plan_restoration(core.backend, row.tenant, calendar, past=past, now=now)
        # The owner's own changes: people can undo them, and their answers count as theirs.
        owner = replace(operator_context(core, row.tenant), actor=str(row.tenant))
        results = (
            [(each.planned, each.refusal) for each in restore_calendar(
                core.backend, lambda: replace(owner, command_id=core.backend.ids()), plan)]
            if yes
            else [(each, None) for each in plan.events]
        )  # fmt: skip
        values = [
            {"uid": each.uid, "title": each.summary, "steps": each.steps, "refused": refusal and str(refusal)}
            for each, refusal in results
        ]
        lines = [
            safe(f"{', '.join(each.steps):<12} {each.summary}  {each.uid}" + (f": {refusal}" if refusal else ""))
            for each, refusal in results
        ]
        if not values:
            lines = ["Nothing differs."]
        elif not yes:
            lines.append("Nothing was changed. Repeat with --yes to do it.")
        show({"done": yes, "created_again": plan.gone, "events": values}, as_json, lines)


_SHOWN = ("start", "title", "uid", "name")


def _account_at(core: Core, row: AccountRow, moment: str | None) -> AccountAt:
    from televent.adapters.postgres.event_store.log import LAST_POSITION
    from televent.application.past.account_at import account_at, position_of

    store = core.backend.store
    if moment is not None and moment.isascii() and moment.isdigit():
        return account_at(store, row.tenant, min(int(moment), LAST_POSITION - 1) + 1)
    at = _time(moment, row.timezone) if moment is not None else datetime.max.replace(tzinfo=UTC)
    return account_at(store, row.tenant, position_of(store, row.tenant, at))


def _time(text: str, zone: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise OperatorError(f"{text!r} is no moment. Write it as {_MOMENT}.") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(zone))


def _named(past: AccountAt, calendar: str) -> tuple[Any, Calendar, dict[Any, ObjectAt]]:
    found = past.calendar_named(calendar)
    if found is None:
        names = ", ".join(sorted(state.name for state in past.calendars.values())) or "none"
        raise OperatorError(f"There was no calendar {calendar!r} then (there were: {names}).")
    calendar_id, state = found
    return calendar_id, state, past.objects_in(calendar_id)


def _show_event(past: AccountAt, uid: str, as_json: bool) -> None:
    found = [each for each in past.objects.values() if each.state.uid == uid]
    if not found:
        raise OperatorError(f"There was no event with the UID {uid!r} then.")
    texts = [each.state.text.raw.decode(errors="replace") for each in found]
    values = [{**_event(each), "text": text} for each, text in zip(found, texts, strict=True)]
    show(values, as_json, [safe(line) for text in texts for line in text.splitlines()])


def _event(each: ObjectAt) -> dict[str, Any]:
    state = each.state
    assert state.outline is not None
    return {
        "uid": state.uid,
        "title": state.outline.summary,
        "start": f"{state.outline.span_start:%Y-%m-%d %H:%M}Z",
        "name": state.href,
        "repeats": state.outline.recurs,
        "modified": each.modified_at,
    }


def _start(each: ObjectAt) -> tuple[datetime, str]:
    assert each.state.outline is not None
    return each.state.outline.span_start, each.state.uid


def _changed_lines(was: ObjectAt | None, now: ObjectAt | None) -> list[str]:
    """The content lines that only one of the texts has, with - and +."""
    from televent.ical.text.lines import unfold

    before, after = (
        unfold(each.state.text.raw).decode(errors="replace").splitlines() if each is not None else []
        for each in (was, now)
    )
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    return [f"- {line}" for line in gone.elements()] + [f"+ {line}" for line in come.elements()]


COMMANDS = (show_past, diff, restore)
