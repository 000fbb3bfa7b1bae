"""The mail catcher's JSON API, which its page uses too."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import aiosmtplib
import msgspec
from litestar import Response, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from televent.adapters.sandbox.config import SandboxConfig
from televent.adapters.sandbox.mail.answer import CannotAnswer, compose_answer
from televent.adapters.sandbox.mail.catcher import Catcher, Refusal
from televent.adapters.sandbox.mail.reading import message_of, summary, text_part, whole
from televent.adapters.sandbox.mail.store import Mail, Mails
from televent.adapters.sandbox.people.cannot import CannotDo
from televent.adapters.sandbox.people.routes.waiting import After, Wait

Json = dict[str, Any]

SEND_TIMEOUT = 20.0
"""Seconds for the inbound SMTP listener to accept an answer."""


def _mail(state: State, mail_id: int) -> Mail:
    mails: Mails = state.mails
    found = mails.caught.get(mail_id)
    if found is None:
        raise CannotDo(f"there is no mail {mail_id}", 404)
    return found


@get("/sandbox/mails")
async def list_mails(state: State, after: After = 0, to: FromQuery[str | None] = None, wait: Wait = 0.0) -> list[Json]:
    """Mails with an id above `after`, oldest first, optionally to one address; waits up to `wait` seconds for one."""
    mails: Mails = state.mails
    end = time.monotonic() + wait

    def wanted() -> list[Mail]:
        return [
            mail
            for mail in mails.caught.values()
            if mail.id > after and (to is None or to.lower() in map(str.lower, mail.recipients))
        ]

    while not (found := wanted()) and not state.caught.closed and await state.caught.wait(end - time.monotonic()):
        continue
    return [summary(mail) for mail in found]


@delete("/sandbox/mails", status_code=200)
async def forget_mails(state: State) -> Json:
    """Forget every mail caught so far."""
    mails: Mails = state.mails
    mails.clear()
    return {"mails": 0}


@get("/sandbox/mails/{mail_id:int}")
async def read_raw(mail_id: FromPath[int], state: State) -> Response[bytes]:
    """The mail's bytes as they arrived."""
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return Response(_mail(state, mail_id).content, media_type="message/rfc822", headers=headers)


@get("/sandbox/mails/{mail_id:int}/view")
async def read_view(mail_id: FromPath[int], state: State) -> Json:
    """The mail's headers and parts as JSON."""
    return whole(_mail(state, mail_id))


@get("/sandbox/mails/{mail_id:int}/html")
async def read_html(mail_id: FromPath[int], state: State) -> Response[str]:
    """The HTML part, with headers that let no script run and no resource load."""
    policy = (
        "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'"
    )
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    html = '<base target="_blank">' + text_part(message_of(_mail(state, mail_id)), "html")
    return Response(html, media_type="text/html; charset=utf-8", headers=headers)


@post("/sandbox/mails/{mail_id:int}/answer")
async def answer(mail_id: FromPath[int], data: JSONBody[Json], state: State) -> Json:
    """Answer an invitation and send the answer to the inbound SMTP listener.

    The fields are `partstat` and, optionally, `address` and `comment`.
    """
    config: SandboxConfig = state.config
    mail = _mail(state, mail_id)
    address, comment = data.get("address"), data.get("comment")
    if not all(value is None or isinstance(value, str) for value in (address, comment)):
        raise CannotDo("address and comment must be text", 400)
    if config.inbound_smtp is None:
        raise CannotDo("no inbound SMTP listener is configured")
    # The later of two answers must win, and DTSTAMP has whole seconds only.
    now = max(datetime.now(UTC).replace(microsecond=0), state.last_answer + timedelta(seconds=1))
    try:
        composed = compose_answer(
            mail,
            str(data.get("partstat", "")).upper(),
            now,
            address=address,
            comment=comment,
            authserv_id=config.authserv_id,
        )
    except CannotAnswer as error:
        raise CannotDo(str(error), 400) from None
    state.last_answer = now
    host, port = config.inbound_smtp
    try:
        await aiosmtplib.send(
            composed.content,
            sender=composed.sender,
            recipients=[composed.recipient],
            hostname=host,
            port=port,
            timeout=SEND_TIMEOUT,
            start_tls=False,
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        raise CannotDo(f"the listener at {host}:{port} did not take the answer: {error}", 502) from None
    return {"from": composed.sender, "to": composed.recipient, "calendar": composed.calendar.decode("utf-8", "replace")}


@post("/sandbox/refusals")
async def order_refusal(data: JSONBody[Json], state: State) -> Json:
    """Let the catcher refuse an address: `address`, `code` (550), `text`, `times` (1)."""
    catcher: Catcher = state.catcher
    try:
        refusal = msgspec.convert(data, Refusal)
    except msgspec.ValidationError as error:
        raise CannotDo(str(error), 400) from None
    if not 400 <= refusal.code < 600 or refusal.times < 1 or not refusal.text.isprintable():
        raise CannotDo("code must be 400 to 599, times at least 1, text one line", 400)
    catcher.refusals.append(refusal)
    return {"ordered": len(catcher.refusals)}


ROUTES = [list_mails, forget_mails, read_raw, read_view, read_html, answer, order_refusal]
