"""Posts signed heads of the log to witnesses that the operator named."""

from __future__ import annotations

from televent.application.messages.log_head import LogHeadPost
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, GiveUp

TIMEOUT = 10.0
"""Max seconds for an answer."""


class WitnessAway(Exception):
    """A witness did not take the head. The message names no secret of the URL."""


class HeadPoster:
    """The outbox's handler of heads for URLs. A redirect is not followed: the operator named this URL."""

    kinds: tuple[type[Message], ...] = (LogHeadPost,)

    async def handle(self, message: Claimed) -> None:
        """Posts one head as text/plain. Raises WitnessAway, where a retry may help, and GiveUp for a refusal."""
        post = message.message
        assert isinstance(post, LogHeadPost)
        # aiohttp takes long to import, and most installations have no witness.
        import aiohttp

        headers = {"User-Agent": "Televent", "Content-Type": "text/plain; charset=utf-8"}
        limits = aiohttp.ClientTimeout(total=TIMEOUT)
        try:
            async with (
                aiohttp.ClientSession(timeout=limits, headers=headers, trust_env=True) as session,
                session.post(post.url, data=post.note.encode(), allow_redirects=False) as answer,
            ):
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise WitnessAway(f"the witness of the log does not answer: {type(error).__name__}") from None
        if status in (408, 425, 429) or status >= 500:
            raise WitnessAway(f"the witness of the log answers {status}")
        if status >= 300:
            raise GiveUp(f"the witness of the log refuses the head with {status}")
