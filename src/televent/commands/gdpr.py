"""The operator's commands about people's rights over their data."""

from __future__ import annotations

import rich_click as click

from televent.commands.accounts import find_account, opened, operator_context, show
from televent.runtime.database import Chosen


@click.group()
def gdpr() -> None:
    """People's rights over their data."""


@gdpr.command("erase")
@click.argument("who")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.confirmation_option(prompt="This erases the person at once, and nothing brings them back. Go on?")
@click.pass_obj
def erase(chosen: Chosen, who: str, as_json: bool) -> None:
    """Erase WHO (account id, Telegram id or address) for good: destroy their key and delete all that is theirs.

    Others keep their copies of meetings, and nobody is told. Chats in Telegram are out of reach.
    """
    from televent.application.use_cases.people.accounts import erase_account

    with opened(chosen) as core:
        row = find_account(core, who)
        erase_account(core.backend, operator_context(core, row.tenant))
        show({"erased": row.tenant}, as_json, [f"{row.tenant} is erased."])


COMMANDS: tuple[click.Command, ...] = (gdpr,)
