"""The settings of a sandbox."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """The addresses of the two servers, the bot's identity, and the target of answers to invitations.

    Port 0 means any free port; `Sandbox` has the real one. Without `state_dir` the state is lost at the end.
    `inbound_smtp` is the host and port to which answers to invitations are sent; without it answering is refused.
    `authserv_id` is the name that the receiver trusts in Authentication-Results (RFC 8601). With it, each answer
    gets such a header, as a mail server in front of the receiver would add it.
    """

    host: str = "127.0.0.1"
    web_port: int = 0
    smtp_port: int = 0
    state_dir: Path | None = None
    inbound_smtp: tuple[str, int] | None = None
    bot_token: str = "424242:sandbox-bot-token"
    bot_username: str = "televent_sandbox_bot"
    bot_name: str = "Televent"
    authserv_id: str | None = None

    @property
    def bot_id(self) -> int:
        """The number before the colon of the token. Raises ValueError where there is none."""
        return int(self.bot_token.partition(":")[0])
