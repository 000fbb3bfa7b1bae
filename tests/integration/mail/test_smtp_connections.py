"""Several mails go through one SMTP connection, and none is sent twice that the server may have."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from support.smtp_relay import END, HANG, Relay, Step, open_relay
from support.waiting import NET
from televent.adapters.email.outgoing import mime
from televent.adapters.email.outgoing.connections import Keeping, SmtpRoute
from televent.adapters.email.outgoing.smtp import (
    MailDelayed,
    MailError,
    MailRejected,
    MailUnreachable,
    NoConnection,
    NoSuchMailbox,
    SmtpMailer,
)

MAIL = mime.plain_mail(
    mime.Mail(
        sender=mime.Mailbox("Televent", "noreply@televent.app"),
        recipient=mime.Mailbox("Bob", "bob@example.com"),
        reply_to=None,
        subject="Hello",
        date=datetime(2026, 11, 21, tzinfo=UTC),
        message_id="one@televent.app",
        plain="Hello\n",
        html="<p>Hello</p>",
    )
)
FEW = Keeping(connections=3, mails=100, idle=NET)


async def send(mailer: SmtpMailer, *names: str) -> None:
    for name in names:
        await mailer.send(MAIL, envelope_from="noreply@televent.app", recipient=f"{name}@example.com")


def names(relay: Relay) -> list[str]:
    return [recipient.partition("@")[0] for _, recipient in relay.taken]


def used(relay: Relay) -> list[int]:
    return [connection for connection, _ in relay.taken]


def through(
    steps: Callable[[Relay, SmtpMailer], Awaitable[None]],
    keeping: Keeping = FEW,
    *,
    timeout: float = NET,
    **fields: object,
) -> Relay:
    """The server after these steps; every connection is closed by then."""

    async def whole() -> Relay:
        async with open_relay(**fields) as relay:
            mailer = SmtpMailer(SmtpRoute("127.0.0.1", relay.port, tls="none", timeout=timeout), (), keeping)
            await steps(relay, mailer)
            await mailer.close()
            await relay.until(lambda: not relay.open)
        return relay

    return asyncio.run(asyncio.wait_for(whole(), 2 * NET))


def test_mails_share_a_connection() -> None:
    async def steps(_: Relay, mailer: SmtpMailer) -> None:
        await send(mailer, "ann", "bob", "cid", "dan")

    relay = through(steps)
    assert names(relay) == ["ann", "bob", "cid", "dan"]
    assert relay.connections == 1


def test_without_keeping_each_mail_has_a_connection() -> None:
    async def steps(relay: Relay, _: SmtpMailer) -> None:
        mailer = SmtpMailer(SmtpRoute("127.0.0.1", relay.port, tls="none"))
        await send(mailer, "ann", "bob")
        await mailer.close()

    assert used(through(steps)) == [1, 2]


def test_a_connection_ends_after_its_last_mail() -> None:
    async def steps(_: Relay, mailer: SmtpMailer) -> None:
        await send(mailer, *"abcdefg")

    assert used(through(steps, Keeping(mails=3, idle=NET))) == [1, 1, 1, 2, 2, 2, 3]


def test_mails_go_side_by_side_in_a_bounded_number_of_connections() -> None:
    async def steps(relay: Relay, mailer: SmtpMailer) -> None:
        relay.gate.clear()
        sending = asyncio.gather(*(send(mailer, name) for name in "abcdefghijkl"))
        await relay.until(lambda: relay.waiting == FEW.connections)
        relay.gate.set()
        await sending

    relay = through(steps)
    assert sorted(names(relay)) == list("abcdefghijkl")
    assert relay.most == relay.connections == FEW.connections


def test_an_unused_connection_is_closed() -> None:
    async def steps(relay: Relay, mailer: SmtpMailer) -> None:
        await send(mailer, "ann")
        await relay.until(lambda: not relay.open)
        await send(mailer, "bob")

    assert used(through(steps, Keeping(idle=0.0))) == [1, 2]


def test_a_server_that_ends_connections_after_two_mails_gets_each_mail_once() -> None:
    async def steps(_: Relay, mailer: SmtpMailer) -> None:
        await send(mailer, *"abcde")

    relay = through(steps, ends_after=2)
    assert names(relay) == list("abcde")
    assert used(relay) == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("answer", [END, "421 4.3.2 closing", "452 4.5.3 too many mails", "550 5.7.0 no more mails"])
def test_a_kept_connection_that_takes_no_further_mail_is_replaced(answer: str) -> None:
    def by(step: Step) -> str | None:
        return answer if step.verb == "MAIL" and step.mails == 1 else None

    async def steps(_: Relay, mailer: SmtpMailer) -> None:
        await send(mailer, "ann", "bob", "cid")

    relay = through(steps, answer=by)
    assert names(relay) == ["ann", "bob", "cid"]
    assert used(relay) == [1, 2, 3]


@pytest.mark.parametrize("verb", ["RCPT", "TAKEN"])
def test_a_421_in_the_midst_of_a_mail_replaces_a_kept_connection(verb: str) -> None:
    def by(step: Step) -> str | None:
        return "421 4.3.2 closing" if step.verb == verb and step.mails == 1 else None

    async def steps(_: Relay, mailer: SmtpMailer) -> None:
        await send(mailer, "ann", "bob")

    relay = through(steps, answer=by)
    assert names(relay) == ["ann", "bob"]
    assert used(relay) == [1, 2]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "TAKEN"])
def test_a_421_in_a_new_connection_is_for_the_outbox(verb: str) -> None:
    async def steps(_: Relay, mailer: SmtpMailer) -> None:
        with pytest.raises(MailDelayed, match=r"421 4\.3\.2"):
            await send(mailer, "ann")

    relay = through(steps, answer=lambda step: "421 4.3.2 closing" if step.verb == verb else None)
    assert (relay.taken, relay.connections) == ([], 1)


@pytest.mark.parametrize("answer", [END, HANG])
def test_a_mail_whose_answer_is_lost_is_not_sent_again_in_the_same_attempt(answer: str) -> None:
    def by(step: Step) -> str | None:
        return answer if step.verb == "TAKEN" and step.recipient.startswith("bob") else None

    async def steps(_: Relay, mailer: SmtpMailer) -> None:
        await send(mailer, "ann")
        with pytest.raises(MailUnreachable) as caught:
            await send(mailer, "bob")
        assert not isinstance(caught.value, NoConnection)
        await send(mailer, "cid")

    relay = through(steps, timeout=5.0, answer=by)
    assert names(relay) == ["ann", "bob", "cid"]
    assert used(relay) == [1, 1, 2]


def test_a_kept_connection_that_has_become_silent_is_replaced() -> None:
    def by(step: Step) -> str | None:
        return HANG if step.verb == "MAIL" and step.mails == 1 else None

    async def steps(_: Relay, mailer: SmtpMailer) -> None:
        await send(mailer, "ann", "bob")

    assert used(through(steps, timeout=5.0, answer=by)) == [1, 2]


def test_a_refused_recipient_costs_no_connection() -> None:
    def by(step: Step) -> str | None:
        if step.verb != "RCPT":
            return None
        answers = {"bob": "550 5.1.1 nobody", "cid": "550 5.7.1 refused", "dan": "451 4.7.1 later"}
        return answers.get(step.recipient.partition("@")[0])

    async def steps(_: Relay, mailer: SmtpMailer) -> None:
        await send(mailer, "ann")
        expected: dict[str, type[MailError]] = {"bob": NoSuchMailbox, "cid": MailRejected, "dan": MailDelayed}
        for name, kind in expected.items():
            with pytest.raises(MailError) as caught:
                await send(mailer, name)
            assert type(caught.value) is kind
        await send(mailer, "eve")

    relay = through(steps, answer=by)
    assert names(relay) == ["ann", "eve"]
    assert relay.connections == 1
    assert [step.verb for step in relay.steps].count("RSET") == 3


def test_a_connection_that_cannot_be_reset_is_replaced() -> None:
    def by(step: Step) -> str | None:
        if step.verb == "RSET":
            return END
        return "550 5.1.1 nobody" if step.recipient.startswith("bob") else None

    async def steps(_: Relay, mailer: SmtpMailer) -> None:
        with pytest.raises(NoSuchMailbox):
            await send(mailer, "bob")
        await send(mailer, "ann")

    assert used(through(steps, answer=by)) == [2]


def test_a_mail_that_is_cancelled_leaves_no_half_used_connection() -> None:
    async def steps(relay: Relay, mailer: SmtpMailer) -> None:
        await send(mailer, "ann")
        relay.gate.clear()
        sending = asyncio.create_task(send(mailer, "bob"))
        await relay.until(lambda: relay.waiting == 1)
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        relay.gate.set()
        await send(mailer, "cid")

    relay = through(steps)
    assert [each for each in relay.taken if each[1].startswith("cid")] == [(2, "cid@example.com")]


def test_a_server_that_has_gone_takes_no_mail_from_a_kept_connection() -> None:
    async def steps(relay: Relay, _: SmtpMailer) -> None:
        async with open_relay() as gone:
            mailer = SmtpMailer(SmtpRoute("127.0.0.1", gone.port, tls="none"), (), FEW)
            await send(mailer, "ann")
        with pytest.raises(NoConnection):
            await send(mailer, "bob")
        await mailer.close()
        assert names(gone) == ["ann"]

    through(steps)
