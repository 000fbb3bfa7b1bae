"""The operator's command for mail to postmaster and abuse (RFC 5321 §4.5.1, RFC 2142 §4)."""

from __future__ import annotations

import re

import rich_click as click

from televent.commands.accounts import opened, show
from televent.runtime.database import Chosen, OperatorError

MAX_LISTED = 100
"""Max mails in one list."""
_CONTROL = re.compile(r"[^\n\t\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]")


@click.group()
def postmaster() -> None:
    """Mail to postmaster and abuse at the mail domain; it is kept for 30 days."""


@postmaster.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def postmaster_list(chosen: Chosen, as_json: bool) -> None:
    """Show the newest mails: key, time, sender, recipients."""
    with opened(chosen) as core:
        found = core.mail_book.operator_list(MAX_LISTED)
    value = [
        {"key": key, "at": at.isoformat(timespec="seconds"), "sender": sender, "recipients": recipients}
        for key, at, sender, recipients in found
    ]
    lines = [safe(f"{key[:16]}  {at:%Y-%m-%d %H:%M}  {sender}  {', '.join(to)}") for key, at, sender, to in found]
    show(value, as_json, lines or ["Nobody wrote to postmaster or abuse."])


@postmaster.command("show")
@click.argument("key")
@click.pass_obj
def postmaster_show(chosen: Chosen, key: str) -> None:
    """Print a mail as it came. KEY: its key, or the start of it as the list shows it."""
    with opened(chosen) as core:
        keys = [each[0] for each in core.mail_book.operator_list(MAX_LISTED) if each[0].startswith(key)]
        raw = core.mail_book.raw(keys[0]) if len(keys) == 1 else None
    if raw is None:
        raise OperatorError(f"There is no one mail with the key {key}.")
    click.echo(safe(raw.decode(errors="replace").replace("\r\n", "\n")))


def safe(text: str) -> str:
    """The text with its control characters escaped: a stranger wrote it, and a terminal obeys them."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


COMMANDS: tuple[click.Command, ...] = (postmaster,)
