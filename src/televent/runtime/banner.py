"""The text that ``televent up`` prints when every service is ready."""

from __future__ import annotations

from televent.adapters.sandbox.config import url_of
from televent.runtime.exposure import exposed
from televent.settings import Settings


def banner(settings: Settings, *, sandbox: bool, seconds: float, account: str) -> str:
    """The addresses of all services, and how to connect a calendar app. ``seconds``: how long the start took.
    ``account``: the sentence that says as whom services run."""
    base = settings.base_url
    substitute = url_of(settings.sandbox_host, settings.sandbox_port)
    inbound = f"{settings.mail_listen_host}:{settings.mail_listen_port} ({settings.mail_listen_protocol.upper()})"
    lines = [
        "",
        f"  Televent is ready ({seconds:.1f} s)",
        "",
        f"  CalDAV and API   {base}    (calendar apps: enter this address; health: {base}/health)",
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
        "",
        "  To connect a calendar app: say /start and /device add to the bot, then enter",
        f"    server    {base}",
        "    user      your Telegram id (ann in the sandbox: 1001)",
        "    password  the sixteen characters that the bot shows once",
    ]
    warning = exposed(settings)
    if warning is not None:
        lines += ["", f"  WARNING: {warning}", ""]
    if settings.database_url is None:
        lines.append(f"  Data is kept in {settings.data_dir.absolute()}. Ctrl-C stops everything.")
    lines.append(f"  {account[0].upper()}{account[1:]}")
    return "\n".join([*lines, ""])
