"""What a sandbox needs to know before it starts."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """Where the two servers listen and whom they speak to.

    Port 0 asks the system for a free one; the handle tells which it became. With `state_dir` unset everything is
    forgotten at the end. `inbound_smtp` is where answers to invitations are sent (host, port); unset, answering
    is refused. `authserv_id` is the name under which the receiving side trusts Authentication-Results
    (RFC 8601): with it, an answer is stamped as an authenticating mail exchanger in front would stamp it.
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
