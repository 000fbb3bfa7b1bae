"""The text that ``televent up`` prints when every service is ready."""

from __future__ import annotations

from collections.abc import Sequence

from televent.adapters.sandbox.config import url_of
from televent.runtime.configuration.believing import believing
from televent.runtime.configuration.exposure import exposed
from televent.runtime.configuration.server_address import advice, reach
from televent.settings import Settings


def banner(settings: Settings, *, sandbox: bool, seconds: float, account: str, notes: Sequence[str] = ()) -> str:
    """The addresses of all services, and how to connect a calendar app. ``seconds``: how long the start took.
    ``account``: the sentence that says as whom services run. ``notes``: further sentences for the operator."""
    at = reach(settings)
    about = advice(settings, at)
    substitute = url_of(settings.sandbox_host, settings.sandbox_port)
    inbound = f"{settings.mail_listen_host}:{settings.mail_listen_port} ({settings.mail_listen_protocol.upper()})"
    lines = [
        "",
        f"  Televent is ready ({seconds:.1f} s)",
        "",
        f"  CalDAV and API   {at.url}    (calendar apps: enter this address; health: {at.url}health)",
    ]
    if settings.telegram_bot_token is None:
        lines.append(f"  Chat with the bot {substitute}/    (the sandbox: TELEGRAM_BOT_TOKEN is not set)")
    else:
        lines.append("  Bot              polling Telegram with TELEGRAM_BOT_TOKEN")
    if settings.smtp_host is None:
        lines.append(f"  Mail catcher     {substitute}/mail    (SMTP_HOST is not set)")
    else:
        lines.append(f"  Mail goes to     {settings.smtp_host}:{settings.smtp_port}")
    lines += [
        f"  Mail comes in at {inbound}",
        f"  Mail is believed: {believing(settings)}",
        "",
        "  To connect a calendar app: say /start and /device add to the bot, then enter",
        f"    server    {at.url}",
        "    user      your Telegram id (ann in the sandbox: 1001)",
        "    password  the sixteen characters that the bot shows once",
        *([f"    {about}"] if about else []),
    ]
    warning = exposed(settings)
    if warning is not None:
        lines += ["", f"  WARNING: {warning}", ""]
    lines += [f"  Note: {note}" for note in notes]
    if settings.database_url is None:
        lines.append(f"  Data is kept in {settings.data_dir.absolute()}. Ctrl-C stops everything.")
    lines.append(f"  {account[0].upper()}{account[1:]}")
    return "\n".join([*lines, ""])
