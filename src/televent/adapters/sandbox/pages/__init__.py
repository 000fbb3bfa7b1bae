"""The two pages of the sandbox. They load nothing from other servers."""

import html
import secrets
from importlib.resources import files

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from televent.adapters.sandbox.people.cannot import CannotDo

_KINDS = {"css": "text/css", "js": "text/javascript"}


def _page(name: str, apps: str = "") -> Response[str]:
    nonce = secrets.token_urlsafe(16)
    text = files(__package__).joinpath(*name.split("/")).read_text(encoding="utf-8")
    text = text.replace("{{nonce}}", nonce).replace("{{apps}}", html.escape(apps))
    # A module that a script with the nonce imports may run too; a file that a person sent may not.
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
        "img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(text, media_type="text/html; charset=utf-8", headers=headers)


@get("/")
async def chat_page(state: State) -> Response[str]:
    """The page with the chats, and the address for calendar apps."""
    return _page("chat/index.html", state.config.app_address())


@get("/mail")
async def mail_page() -> Response[str]:
    """The page with the caught mails."""
    return _page("mail.html")


@get("/sandbox/page/{name:str}")
async def part(name: FromPath[str]) -> Response[str]:
    """A script or the style of the page with the chats."""
    known = {each.name: each for each in files(__package__).joinpath("chat").iterdir()}
    kind = _KINDS.get(name.rpartition(".")[2])
    if name not in known or kind is None:
        raise CannotDo(f"there is no {name[:64]}", 404)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(known[name].read_text(encoding="utf-8"), media_type=kind, headers=headers)
