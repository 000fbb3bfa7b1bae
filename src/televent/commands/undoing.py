"""The operator's command that undoes what one device did: a phone that went mad (ADR 80)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import rich_click as click
from click.exceptions import Exit

from televent.commands.accounts import find_account, opened, operator_context, show
from televent.commands.moments import moment_of
from televent.commands.postmaster import safe
from televent.runtime.database import Chosen, OperatorError

if TYPE_CHECKING:
    from televent.application.read_models.accounts import AccountRow
    from televent.application.use_cases.events.undo_device import UndoneEvent
    from televent.runtime.compose import Core


@click.command("undo-device")
@click.argument("user")
@click.argument("device")
@click.option("--since", required=True, help="The moment: 14:00 (the last one), 2h (ago), 2026-11-01T12:00Z.")
@click.option("--yes", is_flag=True, help="Do it. Without this, only show what would be done.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def undo_device_command(chosen: Chosen, user: str, device: str, since: str, yes: bool, as_json: bool) -> None:
    """Undo everything that a DEVICE (name or id) of USER did since a moment, by new changes.

    Changes of others since then stay. Guests are told once what changed for them. Interrupted, it can be run again: it
    does what is left. Revoke the device first: televent device revoke. Exit code 1: some events were left as they are.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from televent.application.use_cases.events.undo_device import plan_undo_device, undo_device

    with opened(chosen) as core:
        row = find_account(core, user)
        backend, device_id = core.backend, _device(core, row, device)
        now = backend.clock()
        at = moment_of(since, ZoneInfo(row.timezone), now)
        found = list(plan_undo_device(backend, row.tenant, device_id=device_id, since=at, now=now))
        if yes:
            # The owner's own changes: people can undo them, and their answers count as theirs.
            owner = replace(operator_context(core, row.tenant), actor=str(row.tenant))
            done = undo_device(
                backend,
                lambda: replace(owner, command_id=backend.ids(), now=backend.clock()),
                row.tenant,
                device_id=device_id,
                since=at,
            )
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            with Progress(*columns, console=Console(stderr=True), disable=len(found) < 2) as progress:
                found = list(progress.track(done, total=len(found), description="undoing"))
        show(_value(device_id, at.isoformat(), found, done=yes), as_json, _lines(found, done=yes))
    if yes and any(each.refusal is not None for each in found):
        raise Exit(1)


def _device(core: Core, row: AccountRow, name: str) -> UUID:
    """The device with this name or id, perhaps a revoked one. Raises OperatorError."""
    known = {each.device_id: each.name for each in core.backend.origins.devices(row.tenant)}
    known |= {each.device_id: each.name for each in row.devices}
    fitting = [each for each, called in known.items() if name in (called, str(each))]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(f"{safe(called)} ({each})" for each, called in known.items()) or "none"
    if fitting:
        raise OperatorError(f"Several devices have the name {safe(name)!r}. Give an id: {listed}.")
    raise OperatorError(f"There is no device {safe(name)!r} (there are: {listed}).")


def _value(device_id: UUID, since: str, found: list[UndoneEvent], *, done: bool) -> dict[str, Any]:
    return {
        "done": done,
        "device": device_id,
        "since": since,
        "counts": Counter(each.did for each in found if each.refusal is None),
        "left": sum(each.refusal is not None for each in found),
        "events": [
            {
                "uid": each.uid,
                "title": each.summary,
                "did": each.did,
                "refused": str(each.refusal) if each.refusal is not None else None,
            }
            for each in found
        ],
    }


def _lines(found: list[UndoneEvent], *, done: bool) -> list[str]:
    if not found:
        return ["The device changed nothing since then that is not undone."]
    lines = [
        safe(f"{each.did:<8} {each.summary}  {each.uid}" + (f": left as it is. {each.refusal}" if each.refusal else ""))
        for each in found
    ]
    counts = Counter(each.did for each in found if each.refusal is None)
    told = ", ".join(f"{count} {did}" for did, count in sorted(counts.items())) or "none"
    left = sum(each.refusal is not None for each in found)
    lines.append(f"{'Undone' if done else 'Can be undone'}: {told}. Left as they are: {left}.")
    if not done:
        lines.append("Nothing was changed. Repeat with --yes to do it.")
    return lines


COMMANDS: tuple[click.Command, ...] = (undo_device_command,)
