"""A slow program takes no more than its account's share of a worker, and a message that comes twice is sent once."""

from __future__ import annotations

import asyncio

import pytest

from support.hook_post import open_hook_post, open_program, owner
from televent.adapters.webhooks.sender import AT_ONCE
from televent.application.messages.outbox import RetryLater
from televent.application.messages.webhooks import WebhookDue
from televent.runtime.compose import now
from televent.runtime.workers.webhooks import outward_of, webhook_handlers


@pytest.mark.own_database
def test_a_slow_program_leaves_room_for_other_accounts(database_url: str) -> None:
    with open_program() as slow, open_program() as quick, open_hook_post(database_url) as post:
        ann, bob = owner(post.site), owner(post.site, 102, "Bob", "bob@example.com")
        hers = ann.webhook(slow.url)
        for _ in range(AT_ONCE + 1):
            assert ann.ask("POST", f"/api/webhooks/{hers['id']}/test").status == 202
        core = post.site.core
        slow.goes_on.clear()

        async def send() -> None:
            outward = outward_of(core)
            sender = next(each for each in webhook_handlers(core, outward) if WebhookDue in each.kinds)
            claimed = await core.run(lambda: core.outbox.claim(now(), kinds=(WebhookDue,), limit=20))
            tasks = [asyncio.create_task(sender.handle(each)) for each in claimed]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            (refused,) = done
            assert isinstance(refused.exception(), RetryLater)
            theirs = await core.run(lambda: bob.webhook(quick.url))
            await core.run(lambda: bob.ask("POST", f"/api/webhooks/{theirs['id']}/test"))
            (other,) = await core.run(lambda: core.outbox.claim(now(), kinds=(WebhookDue,), limit=20))
            await sender.handle(other)
            assert len(quick.heard) == 1
            # The same message again, such as after a crash before it was settled.
            await sender.handle(other)
            assert len(quick.heard) == 1
            slow.goes_on.set()
            # The client gives up after a while, which a busy machine may need for the rest of this test.
            await asyncio.wait(tasks)
            await outward.close()

        asyncio.run(send())
        assert len(slow.heard) == AT_ONCE
