"""The operator's commands about accounts and their device passwords."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import rich_click as click

from televent.commands.looking import note, note_opening
from televent.runtime.database import Chosen, OperatorError, migrated_database

if TYPE_CHECKING:
    from televent.application.event_store.context import Context
    from televent.application.read_models.accounts import AccountRow
    from televent.runtime.compose import Core


@contextlib.contextmanager
def opened(chosen: Chosen) -> Iterator[Core]:
    """The core for one command, which is noted as one that shows everybody's data, unless it names a person or shows
    nothing of people (looking.IMPERSONAL). Raises OperatorError, also for a refusal."""
    from televent.adapters.postgres.patience import StillLocked
    from televent.adapters.postgres.session import NeedsSession
    from televent.domain.refusal import Refusal
    from televent.runtime.compose import build_core
    from televent.runtime.person_keys import with_keys
    from televent.runtime.processes.port_choice import with_kept_ports

    settings = with_keys(with_kept_ports(chosen.settings()))
    with migrated_database(settings) as url:
        core = build_core(settings, url)
        try:
            note_opening(core)
            yield core
        except Refusal as refusal:
            raise OperatorError(str(refusal)) from refusal
        except (NeedsSession, StillLocked) as error:
            raise OperatorError(str(error)) from error
        finally:
            core.close()


def operator_context(core: Core, tenant: UUID) -> Context:
    """The context of an operator's command on one account."""
    from televent.application.event_store.context import Context
    from televent.domain.ids import AccountId

    return Context(
        tenant=AccountId(tenant),
        actor="operator",
        door="cli",
        now=core.backend.clock(),
        command_id=uuid4(),
        correlation_id=uuid4().hex,
    )


def find_account(core: Core, name: str) -> AccountRow:
    """The account with this account id, Telegram id or verified address; an operator's look at it is noted. Raises
    OperatorError."""
    from televent.domain.ids import AccountId

    found = None
    if name.isascii() and name.isdigit():
        found = core.reads.account_by_telegram(int(name))
    elif "@" in name:
        found = core.reads.account_by_address(name.lower())
    else:
        with contextlib.suppress(ValueError):
            found = core.reads.account(AccountId(UUID(name)))
    if found is None:
        raise OperatorError(f"There is no account {name!r} (give an account id, a Telegram id or a verified address).")
    note(core, found.tenant)
    return found


def show(value: Any, as_json: bool, lines: list[str]) -> None:
    """Prints the value as JSON, or the lines."""
    click.echo(json.dumps(value, indent=2, default=str) if as_json else "\n".join(lines))


@click.group()
def account() -> None:
    """Accounts."""


@account.command("add")
@click.option("--telegram-id", type=click.IntRange(1, 2**52), required=True, help="The person's Telegram id.")
@click.option("--name", required=True, help="Display name.")
@click.option("--email", default=None, help="The person's email address; it counts as verified.")
@click.option("--device", "device_name", default="Calendar app", show_default=True, help="Name of the device password.")
@click.option("--timezone", default="UTC", show_default=True, help="IANA time zone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def add(
    chosen: Chosen,
    telegram_id: int,
    name: str,
    email: str | None,
    device_name: str,
    timezone: str,
    as_json: bool,
) -> None:
    """Open an account (or use the one with this Telegram id) and make a device password for it."""
    from televent.application.use_cases.people import accounts, devices
    from televent.runtime.configuration.server_address import reach

    with opened(chosen) as core:
        backend = core.backend
        row = accounts.open_account(
            backend, operator_context(core, uuid4()), telegram_id=telegram_id, name=name, timezone=timezone
        )
        note(core, row.tenant)
        if email is not None:
            accounts.verify_address(backend, operator_context(core, row.tenant), address=email, code=None)
        device = devices.add_device(backend, operator_context(core, row.tenant), name=device_name)
        url = f"{reach(core.settings).url}caldav/{row.tenant}/"
        value = {
            "account": row.tenant,
            "telegram_id": telegram_id,
            "caldav_url": url,
            "user": str(telegram_id),
            "password": device.password,
            "device": device.device_id,
        }
        show(
            value,
            as_json,
            [
                f"account   {row.tenant}",
                f"CalDAV    {url}",
                f"user      {telegram_id}",
                f"password  {device.password}   (shown once)",
            ],
        )


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_accounts(chosen: Chosen, as_json: bool) -> None:
    """List all accounts."""
    with opened(chosen) as core:
        rows = core.reads.accounts()
        values = [
            {
                "account": row.tenant,
                "telegram_id": row.telegram_id,
                "name": row.name,
                "timezone": row.timezone,
                "addresses": row.addresses,
                "devices": len(row.devices),
            }
            for row in rows
        ]
        lines = [f"{row.tenant}  {row.telegram_id or '-':>12}  {row.name}  {', '.join(row.addresses)}" for row in rows]
        show(values, as_json, lines or ["There are no accounts."])


@account.command("free-busy")
@click.argument("who")
@click.argument("audience", type=click.Choice(["everyone", "known", "nobody"]), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def free_busy(chosen: Chosen, who: str, audience: str | None, as_json: bool) -> None:
    """Set or show who may ask when WHO is busy: everyone with an account, people known from meetings and shared
    calendars, or nobody."""
    from televent.application.use_cases.people.free_busy import audience_of, open_to_audience

    with opened(chosen) as core:
        row = find_account(core, who)
        if audience is not None:
            open_to_audience(core.backend, operator_context(core, row.tenant), audience=audience)
        said, named = audience_of(core.backend, row)
        show({"audience": said, "named": named}, as_json, [said, *(f"and {each}" for each in named)])


@click.group()
def device() -> None:
    """Device passwords."""


@device.command("add")
@click.argument("who")
@click.option("--name", default="Calendar app", show_default=True, help="Name of the device password.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def add_device(chosen: Chosen, who: str, name: str, as_json: bool) -> None:
    """Make a device password for WHO (account id, Telegram id or address). It is shown once."""
    from televent.application.use_cases.people import devices

    with opened(chosen) as core:
        row = find_account(core, who)
        made = devices.add_device(core.backend, operator_context(core, row.tenant), name=name)
        value = {"device": made.device_id, "name": made.name, "password": made.password}
        show(value, as_json, [f"device    {made.device_id}", f"password  {made.password}   (shown once)"])


@device.command("list")
@click.argument("who")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_devices(chosen: Chosen, who: str, as_json: bool) -> None:
    """List the device passwords of WHO."""
    with opened(chosen) as core:
        row = find_account(core, who)
        values = [
            {"device": each.device_id, "name": each.name, "created": each.created_at, "last_used": each.last_used_at}
            for each in row.devices
        ]
        lines = [
            f"{each.device_id}  {each.name}  made {each.created_at:%Y-%m-%d}  "
            f"last used {each.last_used_at.strftime('%Y-%m-%d %H:%M') if each.last_used_at else 'never'}"
            for each in row.devices
        ]
        show(values, as_json, lines or ["There are no device passwords."])


@device.command("revoke")
@click.argument("who")
@click.argument("device_id", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def revoke_device(chosen: Chosen, who: str, device_id: UUID, as_json: bool) -> None:
    """Revoke a device password of WHO: it stops working at once, everywhere."""
    from televent.application.use_cases.people import devices

    with opened(chosen) as core:
        row = find_account(core, who)
        devices.revoke_device(core.backend, operator_context(core, row.tenant), device_id=device_id)
        show({"revoked": device_id}, as_json, [f"{device_id} is revoked."])


COMMANDS: tuple[click.Command, ...] = (account, device)
