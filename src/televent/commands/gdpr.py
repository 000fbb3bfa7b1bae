"""The operator's commands about people's rights over their data."""

from __future__ import annotations

import rich_click as click

from televent.commands.accounts import find_account, opened, operator_context, show
from televent.runtime.database import Chosen

_CERTAIN = "This erases the person at once, and nothing brings them back. Go on?"


@click.group()
def gdpr() -> None:
    """People's rights over their data."""


@gdpr.command("request")
@click.argument("who")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def request(chosen: Chosen, who: str, as_json: bool) -> None:
    """Request the erasure of WHO (account id, Telegram id or address): it is final in 30 days.

    They are told at once, and 7 days and 1 day before. Until then they, or `televent gdpr keep`, can revoke it. A
    second request changes nothing.
    """
    from televent.application.use_cases.people.erasure import request_erasure

    with opened(chosen) as core:
        row = find_account(core, who)
        final_at = request_erasure(core.backend, operator_context(core, row.tenant))
        value = {"account": row.tenant, "erased_at": final_at.isoformat()}
        show(value, as_json, [f"{row.tenant} is erased on {final_at:%Y-%m-%d %H:%M} UTC, unless it is revoked."])


@gdpr.command("keep")
@click.argument("who")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def keep(chosen: Chosen, who: str, as_json: bool) -> None:
    """Revoke the requested erasure of WHO: the account is kept, and they are told."""
    from televent.application.use_cases.people.erasure import keep_account

    with opened(chosen) as core:
        row = find_account(core, who)
        keep_account(core.backend, operator_context(core, row.tenant))
        value = {"account": row.tenant, "was_to_be_erased_at": row.erase_at.isoformat() if row.erase_at else None}
        line = f"{row.tenant} is kept." if row.erase_at else f"Nobody asked to erase {row.tenant}."
        show(value, as_json, [line])


@gdpr.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_requests(chosen: Chosen, as_json: bool) -> None:
    """List the accounts whose erasure is requested, and until when it can be revoked, the next one first."""
    with opened(chosen) as core:
        waiting = [(row.erase_at, row) for row in core.reads.accounts() if row.erase_at is not None]
        waiting.sort(key=lambda each: (each[0], each[1].tenant))
        values = [{"account": row.tenant, "name": row.name, "erased_at": at.isoformat()} for at, row in waiting]
        lines = [f"{row.tenant}  {at:%Y-%m-%d %H:%M} UTC  {row.name}" for at, row in waiting]
        show(values, as_json, lines or ["Nobody waits for an erasure."])


@gdpr.command("erase")
@click.argument("who")
@click.option("--now", "at_once", is_flag=True, help="Do it at once; without it nothing is done.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def erase(chosen: Chosen, who: str, at_once: bool, yes: bool, as_json: bool) -> None:
    """With --now erase WHO (account id, Telegram id or address) for good: destroy their key and delete all that is
    theirs. `televent gdpr request` leaves them 30 days to change their mind.

    Others keep their copies of meetings, with a placeholder instead of the person, and nobody is told. Chats in
    Telegram are out of reach.
    """
    from televent.application.use_cases.people.accounts import erase_account

    if not at_once:
        raise click.UsageError(
            f"Nothing is done. `televent gdpr request {who}` erases them in 30 days, and they can revoke it until then."
            " With --now they are erased at once."
        )
    if not yes:
        click.confirm(_CERTAIN, abort=True)
    with opened(chosen) as core:
        row = find_account(core, who)
        erase_account(core.backend, operator_context(core, row.tenant))
        show({"erased": row.tenant}, as_json, [f"{row.tenant} is erased."])


COMMANDS: tuple[click.Command, ...] = (gdpr,)
