"""The link that sets a device up: a page for the phone that opens it, and its settings, once."""

from __future__ import annotations

from typing import Any, Final

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.params import FromPath

from televent.adapters.rest.pages.device_settings import PROFILE_TYPE, Connecting, DeviceSettings, profile_of
from televent.adapters.rest.pages.setup_page import POLICY, choice_page, gone_page, settings_page
from televent.adapters.rest.problems import language
from televent.adapters.rest.signing_in.auth import Auth, taken
from televent.application.use_cases.people.device_setup import can_be_used, take_over

HEADERS: Final = {"content-security-policy": POLICY, "cache-control": "no-store", "vary": "Accept-Language"}


class Setup(Controller):
    """Pages for people. No operation of the API: a program gets the same with the password."""

    path = "/setup"
    include_in_schema = False

    @get("/{token:str}")
    async def ask(self, request: Request[Any, Any, Any], token: FromPath[str]) -> Response[str]:
        """Asks for which device the link is. It changes nothing: chats and mail programs open links for a preview."""
        auth: Auth = request.app.state.auth
        connecting: Connecting = request.app.state.connecting
        if not await auth.run(can_be_used, auth.backend, taken(token)):
            return _html(gone_page(language(request)), 404)
        return _html(choice_page(language(request), apple=connecting.reach().url.startswith("https:")))

    @post("/{token:str}", status_code=200)
    async def give(self, request: Request[Any, Any, Any], token: FromPath[str]) -> Response[Any]:
        """Gives the settings to the first who asks, and to nobody after that."""
        auth: Auth = request.app.state.auth
        connecting: Connecting = request.app.state.connecting
        wanted = (await request.form()).get("for")
        if wanted not in ("apple", "other"):
            return await self.ask.fn(self, request, token)  # type: ignore[no-any-return]
        given = await auth.run(take_over, auth.backend, taken(token))
        if given is None:
            return _html(gone_page(language(request)), 404)
        settings = DeviceSettings(connecting.reach().url, given.account_id, given.password)
        if wanted == "other":
            return _html(settings_page(language(request), settings))
        profile = profile_of(settings, given.device_id, given.name)
        if connecting.sign is not None:
            profile = await auth.run(connecting.sign, profile)
        named = {"content-disposition": 'attachment; filename="Televent.mobileconfig"'}
        return Response(profile, media_type=PROFILE_TYPE, headers={**HEADERS, **named})


def _html(page: str, status: int = 200) -> Response[str]:
    return Response(page, status_code=status, media_type=MediaType.HTML, headers=HEADERS)
