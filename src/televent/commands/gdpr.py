"""The operator's commands about people's rights over their data."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import IO

import rich_click as click

from televent.commands.accounts import find_account, opened, operator_context, show
from televent.commands.postmaster import safe
from televent.runtime.database import Chosen, OperatorError

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


@gdpr.command("export")
@click.argument("who")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--force", is_flag=True, help="Replace TARGET where it exists.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def export(chosen: Chosen, who: str, target: Path | None, force: bool, as_json: bool) -> None:
    """Write everything that is held on WHO (account id, Telegram id or address) as a ZIP archive.

    TARGET: the file; default: televent-ACCOUNT-DATE.zip here, readable to this account of the system only. README.txt
    in it says what is where; `televent import` reads it. People get the same archive by /export gdpr in the bot.
    """
    from televent.application.exporting.writing import write_archive

    with opened(chosen) as core:
        row = find_account(core, who)
        path = target or Path(f"televent-{row.tenant}-{core.backend.clock():%Y-%m-%d}.zip")
        if path.exists() and not force:
            raise OperatorError(f"{path} exists; --force replaces it.")
        partial = path.with_name(f"{path.name}.partial")
        try:
            with _private(partial) as file, progress("Exporting") as told:
                entries = write_archive(core.backend, row.tenant, file, told)
            partial.replace(path)
        except OSError as error:
            raise OperatorError(f"{path} cannot be written: {error.strerror}") from error
        finally:
            partial.unlink(missing_ok=True)
        value = {"account": row.tenant, "file": str(path), "entries": entries, "bytes": path.stat().st_size}
        show(value, as_json, [f"{path} has {entries} entries, {path.stat().st_size:,} bytes."])


@click.command("import")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", "who", default=None, help="An account that is there: account id, Telegram id or address.")
@click.option(
    "--telegram-id", type=click.IntRange(1, 2**52), default=None, help="Open an account with this Telegram id."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def import_archive(chosen: Chosen, archive: Path, who: str | None, telegram_id: int | None, as_json: bool) -> None:
    """Take over what another Televent has exported (`televent gdpr export`): calendars and events, and preferences into
    a new account.

    The archive proves nothing: no address becomes verified by it, nobody is mailed, and what is there stays. The same
    archive again changes nothing.
    """
    from uuid import uuid4

    from televent.application.attachments import attachment_url
    from televent.application.exporting.bringing import UnusableArchive, bring_in, read_summary
    from televent.application.use_cases.people import accounts

    if (who is None) == (telegram_id is None):
        raise click.UsageError("Name an account with --into, or open one with --telegram-id.")
    try:
        with archive.open("rb") as file, opened(chosen) as core:
            summary = read_summary(file)
            if telegram_id is not None:
                row = accounts.open_account(
                    core.backend, operator_context(core, uuid4()), telegram_id=telegram_id, name=summary.name,
                    timezone=summary.timezone, locale=summary.locale,
                )  # fmt: skip
            else:
                row = find_account(core, who or "")
            with progress("Importing") as told:
                fresh = telegram_id is not None
                settings = core.settings
                url_of = partial(attachment_url, settings.public_url or f"http://localhost:{settings.api_port}")
                context = operator_context(core, row.tenant)
                brought = bring_in(core.backend, context, file, told, url_of=url_of, choices=fresh)
    except UnusableArchive as error:
        raise OperatorError(f"{archive} is no archive that this program can read: {error}.") from error
    except OSError as error:
        raise OperatorError(f"{archive} cannot be read: {error.strerror}") from error
    lines = [
        f"{brought.calendars} calendars are new.",
        f"{brought.new} events are new, {brought.newer} replaced an older one, {brought.here} were there.",
        *([f"{brought.left_out} cannot be stored:"] if brought.left_out else []),
        *([f"{brought.files_left_out} attachments cannot be stored:"] if brought.files_left_out else []),
        *(safe(f"  {uid}: {why}") for uid, why in brought.refused),
    ]
    show({"account": row.tenant, **asdict(brought)}, as_json, lines)
    if brought.left_out or brought.files_left_out:
        raise SystemExit(1)


@contextlib.contextmanager
def progress(title: str) -> Iterator[Callable[[str, int], None]]:
    """Writes the progress to the terminal, where there is one; a number below 0 ends a part."""
    tty = sys.stderr.isatty()

    def told(part: str, count: int) -> None:
        if tty:
            click.echo(f"\r\033[K{title} {part} {count if count >= 0 else ''}", err=True, nl=False)

    yield told
    if tty:
        click.echo("\r\033[K", err=True, nl=False)


def _private(path: Path) -> IO[bytes]:
    """A new file that only this account of the system reads."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb")


COMMANDS: tuple[click.Command, ...] = (gdpr, import_archive)
