"""The operator's commands about inbound mail: what came, whom it was trusted to be and why, what it changed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from televent.commands.accounts import opened, show
from televent.commands.postmaster import safe
from televent.runtime.database import Chosen, OperatorError
from televent.wording.texts import LANGUAGES

if TYPE_CHECKING:
    from televent.adapters.email.incoming.evidence import Evidence
    from televent.adapters.email.reading.parts import Part
    from televent.adapters.postgres.queues.mail.mail_listing import ListedMail, MailFilter
    from televent.application.mail.trust import Sender
    from televent.runtime.compose import Core

STATES = ("received", "applied", "ignored", "parked", "failed")
SHORTEST = 6
"""Min digits of a key that name a mail."""


def _filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that choose mails."""
    for option in reversed(
        (
            click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only these."),
            click.option("--days", type=click.FloatRange(min=0), default=None, help="Only of the last days."),
            click.option("--from", "sender", default="", help="Only where the envelope sender has this in it."),
            click.option("--to", "recipient", default="", help="Only where a recipient has this in it."),
        )
    ):
        command = option(command)
    return command


@click.command("list")
@_filters
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def mail_list(chosen: Chosen, /, limit: int, as_json: bool, **filters: Any) -> None:
    """Show stored mails, the newest first: key, time, state, sender, recipients, and the reason for the state."""
    from televent.adapters.postgres.queues.mail.mail_listing import MailListing

    with opened(chosen) as core:
        found = MailListing(core.pool).listed(_wanted(core, **filters), limit)
    lines = [
        safe(
            f"{each.key[:16]}  {each.received_at:%Y-%m-%d %H:%M}  {each.state:<8}  {each.envelope_from or '<>'}"
            f" → {', '.join(each.recipients)}: {_reason(each)}"
        )
        for each in found
    ]
    show([_value(each) for each in found], as_json, lines or ["There is no such mail."])


@click.command("show")
@click.argument("key")
@click.option("--raw", is_flag=True, help="Print the mail as it came.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def mail_show(chosen: Chosen, key: str, raw: bool, as_json: bool) -> None:
    """Show one mail: what it was, whom it was trusted to be and why, what it changed or why not.

    KEY: its key, or the start of it as the list shows it.
    """
    from televent.adapters.postgres.event_store.trace import steps_of

    with opened(chosen) as core:
        mail = _one(core, key)
        data = core.mail_book.raw(mail.key) or b""
        told = _told(core, mail, data)
        steps = steps_of(core.pool, mail.key[:32])
    if raw:
        click.echo(safe(data.decode(errors="replace").replace("\r\n", "\n")))
        return
    changed = [{"at": each.at, "what": each.what, "where": each.where, "detail": each.detail} for each in steps]
    lines = [safe(f"{name:<12} {value}") for name, value in told.items()]
    lines += ["", "It changed:" if steps else "It changed nothing."]
    lines += [safe(f"  {each.at:%Y-%m-%d %H:%M:%S}  {each.what:<28} {each.where}  {each.detail}") for each in steps]
    show({**_value(mail), **told, "changed": changed}, as_json, lines)


@click.command("replay")
@click.argument("keys", nargs=-1)
@_filters
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def mail_replay(chosen: Chosen, /, keys: tuple[str, ...], as_json: bool, **filters: Any) -> None:
    """Process stored mails again: those with these KEYS, or those that the options choose.

    A mail changes nothing twice. A mail whose second run changes nothing keeps its result.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from televent.adapters.postgres.queues.mail.mail_listing import MailListing

    if bool(keys) == any(filters.values()):
        raise click.UsageError("Name mails by their keys, or choose them by --state, --days, --from or --to.")
    with opened(chosen) as core:
        listing = MailListing(core.pool)
        mails = [_one(core, each) for each in keys] or listing.listed(_wanted(core, **filters), 1_000_000)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        shown = Progress(*columns, console=Console(stderr=True), disable=len(mails) < 2)
        # The log of the attempts is no part of the answer.
        with shown as progress, contextlib.redirect_stdout(sys.stderr):
            # The oldest first: a later mail may depend on an earlier one.
            done = [asyncio.run(_again(core, each)) for each in progress.track(mails[::-1], description="replaying")]
    lines = [safe(f"{each['key'][:16]}  {each['state']:<8}  {each['result']}") for each in done]
    show(done, as_json, lines or ["There is no such mail."])


def _reason(mail: ListedMail) -> str:
    """Why the mail has its state, and what a person decided about it since."""
    return "; ".join(filter(None, (mail.verdict, mail.decided)))


async def _again(core: Core, mail: ListedMail) -> dict[str, str]:
    from televent.adapters.postgres.queues.mail.mail_listing import MailListing
    from televent.runtime.workers.incoming_mail import intake_of

    listing = MailListing(core.pool)
    opened_again = listing.open_again(mail.key, core.backend.clock())
    if opened_again is None:
        return {"key": mail.key, "state": mail.state, "result": "it is being processed; not replayed"}
    verdict = await intake_of(core).take(opened_again)
    if verdict.state == "ignored" and mail.state in ("applied", "parked"):
        listing.put_back(mail)
        return {"key": mail.key, "state": mail.state, "result": f"nothing more to change ({verdict.reason})"}
    return {"key": mail.key, "state": verdict.state, "result": verdict.reason}


def _told(core: Core, mail: ListedMail, data: bytes) -> dict[str, str]:
    """The content of the mail, and whom it was trusted to be."""
    from televent.adapters.email.authentication import Results
    from televent.adapters.email.incoming.find import calendar_part
    from televent.adapters.email.incoming.trust import sender_of
    from televent.adapters.email.reading.bounds import BeyondBounds
    from televent.adapters.email.reading.parts import parse_mail
    from televent.adapters.email.reading.winmail import winmail
    from televent.application.mail.addressees import Addressees

    told = {
        "key": mail.key,
        "received": f"{mail.received_at:%Y-%m-%d %H:%M:%S} UTC, {mail.size} bytes, attempts: {mail.attempts}",
        "envelope": f"{mail.envelope_from or '<>'} → {', '.join(mail.recipients)}",
        "state": f"{mail.state}: {_reason(mail)}" if _reason(mail) else mail.state,
    }
    try:
        parsed = parse_mail(data)
        calendar = calendar_part(parsed) or winmail(parsed)
        evidence = _evidence(core, mail, data, parsed) if calendar is not None else Results()
        sender = sender_of(parsed, evidence)
    except BeyondBounds as error:
        return {**told, "content": f"not read: {error}"}
    if calendar is None:
        told["content"] = "no calendar in it"
    elif calendar.message is None:
        told["content"] = f"a calendar that cannot be read: {calendar.note}"
    else:
        told["content"] = f"{calendar.message.method} {calendar.message.uid}"
    told["from"] = sender.address or "nobody, or several"
    told["trust"] = _trust(core.settings.mail_authserv_id, sender, judged=calendar is not None)
    tokens = Addressees(core.backend, core.mail_book).tokens(mail.recipients)
    if tokens:
        told["tokens"] = ", ".join(f"of {each.attendee} for {each.uid}" for each in tokens)
    return told


def _evidence(core: Core, mail: ListedMail, data: bytes, parsed: Part) -> Evidence:
    """The evidence for the author as the mail service judges it. Without MAIL_AUTHSERV_ID the DNS is asked."""
    from televent.adapters.email.incoming.trust import author_of, stated
    from televent.adapters.email.proving.prover import Prover
    from televent.adapters.email.proving.resolver import DnsRecords

    settings, author = core.settings, author_of(parsed)
    if settings.mail_authserv_id is not None or not author:
        return stated(parsed, settings.mail_authserv_id)
    prover = Prover(DnsRecords(), core.run, settings.mail_relays)
    return asyncio.run(prover.prove(data, author.rpartition("@")[2], mail.received_at))


def _trust(authserv_id: str | None, sender: Sender, *, judged: bool) -> str:
    """Whom the mail was trusted to be, and why. ``judged``: it has a calendar, so its sender was looked at."""
    domain = sender.address.rpartition("@")[2] or "its sender"
    if not judged:
        return "not judged: a mail without a calendar changes nothing"
    if authserv_id is not None and sender.proven:
        return f"proven: {authserv_id} has found that {domain} sent it"
    if authserv_id is not None:
        return f"not proven: no result of {authserv_id} says that {domain} sent it"
    if sender.proven:
        return f"proven: a DKIM signature of {domain}, or the seal of a mailing list that is believed, holds"
    if sender.doubt == "unanswered":
        return "not proven: the DNS did not answer; ask again"
    return f"not proven: the mail has no DKIM signature of {domain} that holds"


def _wanted(core: Core, states: tuple[str, ...], days: float | None, sender: str, recipient: str) -> MailFilter:
    from televent.adapters.postgres.queues.mail.mail_listing import MailFilter

    since = core.backend.clock() - timedelta(days=days) if days is not None else None
    return MailFilter(states, since, sender, recipient)


def _one(core: Core, key: str) -> ListedMail:
    """The one mail whose key begins so. Raises OperatorError."""
    from televent.adapters.postgres.queues.mail.mail_listing import MailFilter, MailListing

    digits = len(key) >= SHORTEST and all(each in "0123456789abcdef" for each in key.lower())
    found = MailListing(core.pool).listed(MailFilter(key=key), 2) if digits else []
    if len(found) != 1:
        raise OperatorError(f"There is no one mail with the key {safe(key)}. See: televent mail list")
    return found[0]


def _value(mail: ListedMail) -> dict[str, Any]:
    return {**asdict(mail), "received_at": mail.received_at.isoformat(timespec="seconds")}


@click.command("dkim")
@click.option("--make", type=click.Path(dir_okay=False, path_type=Path), help="Make a new key in this file first.")
@click.option("--type", "kind", type=click.Choice(("rsa", "ed25519")), default="rsa", show_default=True)
@click.option("--selector", default="televent", show_default=True, help="The name of the new key in the DNS.")
@click.pass_obj
def mail_dkim(chosen: Chosen, make: Path | None, kind: str, selector: str) -> None:
    """Print the DNS records for the keys that sign mail: those of MAIL_DKIM_KEY, or a new one (--make FILE).

    A new file can be read by its owner alone. A file that is there already is not overwritten.
    """
    from televent.adapters.email.outgoing.signing import Signer, new_key, private_key, zone_line
    from televent.runtime.configuration.mail_signing import signers_of
    from televent.setting_formats import selector as checked

    settings = chosen.settings()
    if make is None:
        signers = signers_of(settings)
        if not signers:
            raise OperatorError("MAIL_DKIM_KEY is not set. Make a key: televent mail dkim --make dkim.pem")
    else:
        try:
            name = checked(selector)
        except ValueError as error:
            raise OperatorError(f"--selector: {error}") from None
        data = new_key(kind)
        try:
            with os.fdopen(os.open(make, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
        except OSError as error:
            raise OperatorError(f"{make} cannot be made: {error.strerror}") from None
        signers = [Signer(name, settings.mail_domain, private_key(data))]
        click.echo(f"; {make.absolute()} holds the private key. Set:")
        click.echo(f";   MAIL_DKIM_SELECTOR={name}")
        click.echo(f";   MAIL_DKIM_KEY={make.absolute()}")
        click.echo("; and publish this record:")
    for each in signers:
        click.echo(zone_line(each))


@click.command("preview")
@click.argument("names", nargs=-1)
@click.option("--language", type=click.Choice(LANGUAGES), default=None, help="[default: en; with --out all]")
@click.option(
    "--form", type=click.Choice(("text", "html", "eml")), default=None, help="One form. [default: text; with --out all]"
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write files into this folder instead.")
def mail_preview(names: tuple[str, ...], language: str | None, form: str | None, out: Path | None) -> None:
    """Show mails with example data, or write them into a folder. Nothing is sent, and no database is needed.

    NAMES: the mails; without any, --out writes all, and else they are listed.
    """
    from televent.adapters.email.previews.catalogue import ENDINGS, EXAMPLES, FORMS, preview

    unknown = sorted(set(names) - EXAMPLES.keys())
    if unknown:
        raise OperatorError(f"There is no mail {safe(unknown[0])}. See: televent mail preview")
    if out is None:
        for name in names or EXAMPLES:
            if names:
                click.echo(preview(name, language or LANGUAGES[0], form or "text").decode())
            else:
                click.echo(f"{name:<22} {EXAMPLES[name](language or LANGUAGES[0]).content.subject}")
        return
    written = 0
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in names or EXAMPLES:
            for each in (language,) if language else LANGUAGES:
                for kind in (form,) if form else FORMS:
                    (out / f"{name}.{each}.{ENDINGS[kind]}").write_bytes(preview(name, each, kind))
                    written += 1
    except OSError as error:
        raise OperatorError(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"{written} files in {out}")


COMMANDS: tuple[click.Command, ...] = (mail_list, mail_show, mail_replay, mail_dkim, mail_preview)
"""The commands below ``televent mail``, which runs the service without one."""
