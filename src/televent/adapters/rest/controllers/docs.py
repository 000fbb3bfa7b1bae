"""The page that shows the OpenAPI document, for people. It loads nothing but a style sheet of ours."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

from litestar import Controller, Litestar, MediaType, Request, Response, get

from televent.adapters.rest.contract.document import contract_of
from televent.adapters.rest.contract.postman import collection_of
from televent.adapters.rest.pages.docs_page import page_of
from televent.adapters.rest.signing_in.auth import Auth

POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Docs(Controller):
    """The documentation of this door, made from the same document that programs read."""

    path = "/docs"
    include_in_schema = False

    @get("/", media_type=MediaType.HTML)
    async def page(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """The page."""
        auth: Auth = request.app.state.auth
        body = await auth.run(_page, request.app)
        headers = {"content-security-policy": POLICY, "cache-control": "no-cache"}
        return Response(body, media_type=MediaType.HTML, headers=headers)

    @get("/postman.json")
    async def postman(self, request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        """The operations as a Postman collection, for this server."""
        auth: Auth = request.app.state.auth
        made = await auth.run(lambda: collection_of(contract_of(request.app), request.app.state.base(request.scope)))
        headers = {"content-disposition": 'attachment; filename="televent.postman_collection.json"'}
        return Response(made, headers={**headers, "cache-control": "no-cache"})

    @get("/style.css", media_type=MediaType.CSS, sync_to_thread=False)
    def style(self) -> Response[str]:
        """Its style sheet."""
        return Response(_style(), media_type=MediaType.CSS, headers={"cache-control": "public, max-age=3600"})


def _page(app: Litestar) -> bytes:
    """The page, made once: it takes a third of a second, which everybody else would wait for."""
    kept: bytes | None = app.state.get("docs_page")
    if kept is None:
        kept = app.state.docs_page = page_of(contract_of(app)).encode()
    return kept


@cache
def _style() -> str:
    return files("televent.adapters.rest.pages").joinpath("style.css").read_text("utf-8")
