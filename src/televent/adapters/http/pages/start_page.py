"""The page for a person who opens the server's address in a browser: what this is, and how apps connect.

It is one file without scripts, loads nothing, and shows nothing that is not for everybody. Calendar apps that begin
with GET get it, too: they only look for a 2xx.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from televent.adapters.http.pages.page_policy import page_policy
from televent.wording.accepted import language_of
from televent.wording.texts import text_of

_SLOT: Final = re.compile(r"\{\{([a-z-]+)\}\}")

Scope = MutableMapping[str, Any]
Part = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The sandbox that runs beside this server. ``url``: for a browser on the same machine, without a trailing slash.
    ``host``: the address that it listens on. ``chat`` and ``mail``: whether it replaces Telegram, and a mail server."""

    url: str
    host: str
    chat: bool
    mail: bool


class StartPage:
    """The page as an ASGI application. ``base``: from a request to this server's URL as the client sees it, without a
    trailing slash. ``sandbox`` None: there is none."""

    def __init__(self, base: Callable[[Scope], str], sandbox: Sandbox | None) -> None:
        self._base = base
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        """Answers GET and HEAD."""
        accepted = [value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"]
        language = language_of(",".join(accepted))
        # The library of texts is imported for the first page, which takes a tenth of a second.
        template, texts = await asyncio.to_thread(_template, language)
        body = _page(template, texts, f"{self._base(scope)}/", self._sandbox).encode()
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"vary", b"Accept-Language"),
            (b"cache-control", b"no-cache"),
            (b"content-security-policy", _policy()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _page(template: str, say: Part, url: str, sandbox: Sandbox | None) -> str:
    """The page. ``template`` lacks what depends on the request: ``url``, to which apps connect, and the sandbox."""
    host = urlsplit(url).hostname or ""
    slots = {
        "url": html.escape(url),
        "bot": _about_sandbox(say, sandbox, host) if sandbox is not None else "",
        "tls": f"<p>{say('tls')}</p>" if url.startswith("http:") and not _is_loopback(host) else "",
    }
    return _SLOT.sub(lambda slot: slots[slot[1]], template)


def _about_sandbox(say: Part, sandbox: Sandbox, host: str) -> str:
    """The section about the pages that replace Telegram and a mail server, with links that work for a browser which has
    asked for ``host``."""
    url = _reached_at(sandbox, host)
    there = "" if url is not None else "-there"
    url = url or sandbox.url
    paragraphs = [say(f"chat{there}", chat=f"{url}/")] if sandbox.chat else []
    paragraphs += [say(f"mail{there}", mail=f"{url}/mail")] if sandbox.mail else []
    return "".join(["<section>", f"<h2>{say('try')}</h2>", *(f"<p>{each}</p>" for each in paragraphs), "</section>"])


def _reached_at(sandbox: Sandbox, host: str) -> str | None:
    """The sandbox's URL for a browser that has asked for ``host``; None where it cannot reach it."""
    if _is_loopback(host):
        return sandbox.url
    if sandbox.host in ("0.0.0.0", "::"):
        # It answers to addresses only: a name could be made to resolve to this machine by anybody.
        port = urlsplit(sandbox.url).port
        return f"http://{f'[{host}]' if ':' in host else host}:{port}" if _is_address(host) else None
    return None if _is_loopback(sandbox.host) else sandbox.url


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return ip_address(host).is_loopback if _is_address(host) else host == "localhost" or host.endswith(".localhost")


@cache
def _source() -> str:
    return files("televent.adapters.http.pages").joinpath("start.html").read_text("utf-8")


@cache
def _policy() -> bytes:
    return page_policy(_source())


@cache
def _template(language: str) -> tuple[str, Part]:
    """The page with the texts of a language, and the function that gives further ones."""

    def say(key: str, **values: str) -> str:
        return text_of(
            "televent.adapters.http", language, key, **{name: html.escape(each) for name, each in values.items()}
        )

    def filled(slot: re.Match[str]) -> str:
        if slot[1] == "language":
            return language
        return slot[0] if slot[1] in ("url", "bot", "tls") else say(slot[1])

    return _SLOT.sub(filled, _source()), say
