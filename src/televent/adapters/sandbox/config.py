"""The settings of a sandbox, and the token of its bot."""

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_TOKEN = re.compile(r"\d+:[\w-]{20,}", re.ASCII)


def new_token() -> str:
    """A random token of the sandbox's bot. It is a secret: with it any program, or a page in a browser, is the bot."""
    return f"1000000000:{secrets.token_urlsafe(26)}"


def kept_token(directory: Path) -> str:
    """The token of the sandbox that keeps its state in `directory`, which is made if missing. Raises OSError."""
    file = directory / "token"
    try:
        kept = file.read_text("ascii", "replace").strip()
    except FileNotFoundError:
        kept = ""
    if _TOKEN.fullmatch(kept):
        return kept
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    token = new_token()
    fresh = directory / "token.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as lines:
        lines.write(f"{token}\n")
    fresh.replace(file)
    return token


def url_of(host: str, port: int) -> str:
    """The URL of a sandbox that listens on `host`, for a program on the same machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Telegram's limits: max messages of the bot a second, in one chat a second and at once, in one group a minute.

    Telegram allows short bursts in a chat and does not say how long they may be
    (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). Here a chat takes `burst`
    messages at once and then `per_chat` a second.
    """

    in_all: int = 30
    per_chat: float = 1.0
    burst: int = 3
    per_group: int = 20


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """The addresses of the two servers, the bot's identity, and the target of answers to invitations.

    Port 0 means any free port; `Sandbox` has the real one. Without `state_dir` the state is lost at the end.
    `inbound_smtp` is the host and port to which answers to invitations are sent; without it answering is refused.
    `authserv_id` is the name that the receiver trusts in Authentication-Results (RFC 8601). With it, each answer
    gets such a header, as a mail server in front of the receiver would add it. `limits`: Telegram's limits of messages;
    without them none is refused.
    """

    host: str = "127.0.0.1"
    web_port: int = 0
    smtp_port: int = 0
    state_dir: Path | None = None
    inbound_smtp: tuple[str, int] | None = None
    bot_token: str = field(default_factory=new_token, repr=False)
    bot_username: str = "televent_sandbox_bot"
    bot_name: str = "Televent"
    authserv_id: str | None = None
    limits: Limits | None = None
    app_address: Callable[[], str] = str
    """The sentence of the chat page that says where calendar apps connect; "" for none."""

    @property
    def bot_id(self) -> int:
        """The number before the colon of the token. Raises ValueError where there is none."""
        return int(self.bot_token.partition(":")[0])
