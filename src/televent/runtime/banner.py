"""What ``televent up`` prints once everything runs."""

from __future__ import annotations

from televent.settings import Settings


def banner(settings: Settings, *, sandbox: bool, seconds: float) -> str:
    """Where everything is, and how to connect a calendar app."""
    base = settings.base_url
    stand_in = f"http://{settings.sandbox_host}:{settings.sandbox_port}"
    inbound = f"{settings.mail_listen_host}:{settings.mail_listen_port} ({settings.mail_listen_protocol.upper()})"
    lines = [
        "",
        f"  Televent is ready ({seconds:.1f} s)",
        "",
        f"  CalDAV and API   {base}    (calendar apps: enter this address; health: {base}/health)",
    ]
    if settings.telegram_bot_token is None:
        lines.append(f"  Chat with the bot {stand_in}/    (a stand-in: no token is configured)")
    else:
        lines.append("  Bot              polling Telegram with TELEGRAM_BOT_TOKEN")
    if settings.smtp_host is None:
        lines.append(f"  Mail catcher     {stand_in}/mail    (no SMTP_HOST is configured)")
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
    if settings.database_url is None:
        lines.append(f"  Data is kept in {settings.data_dir.absolute()}. Ctrl-C stops everything.")
    return "\n".join([*lines, ""])
