"""The two pages of the sandbox. Each is one file and loads nothing from other servers."""

import secrets
from importlib.resources import files

from litestar import Response, get


def _page(name: str) -> Response[str]:
    nonce = secrets.token_urlsafe(16)
    text = files(__package__).joinpath(name).read_text(encoding="utf-8").replace("{{nonce}}", nonce)
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
        "img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(text, media_type="text/html; charset=utf-8", headers=headers)


@get("/")
async def chat_page() -> Response[str]:
    """The page with the chats."""
    return _page("chat.html")


@get("/mail")
async def mail_page() -> Response[str]:
    """The page with the caught mails."""
    return _page("mail.html")
