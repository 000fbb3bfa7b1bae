"""Device passwords: one for each calendar app, shown once, with everything that sets the app up."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody

from televent.adapters.rest.controllers.account.auth import TOKEN
from televent.adapters.rest.pages.device_settings import Connecting, DeviceSettings, qr_of
from televent.adapters.rest.problems import documented
from televent.adapters.rest.signing_in.auth import Auth, Person
from televent.adapters.rest.signing_in.own_account import Whose, check_own
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.accounts.device_setups import link_of
from televent.application.use_cases.people.device_setup import Offered, add_device_with_link
from televent.application.use_cases.people.devices import revoke_device

Signed = NamedDependency[Person]
ALWAYS: Final = ("malformed-request", "not-signed-in", "unknown-account", "too-many-requests", "unavailable")
DEVICE: Final = {
    "id": "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d12",
    "name": "Phone",
    "created_at": "2026-11-23T10:00:00Z",
    "last_used_at": None,
}


class DeviceName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The name by which the person will know the device."""

    name: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            max_length=64,
            pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
            examples=["Phone"],
        ),
    ]


class Device(msgspec.Struct, frozen=True):
    """A device. ``last_used_at`` is exact to five minutes; null: it has not signed in yet."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None


class SetupLink(msgspec.Struct, frozen=True):
    """A link for the phone: it gives the settings once, as a profile for Apple's systems or for DAVx⁵. ``qr_svg``: the
    link as a QR code."""

    url: str
    expires_at: datetime
    qr_svg: str


class NewDevice(msgspec.Struct, frozen=True):
    """A new device. Nothing but ``id``, ``name`` and ``created_at`` is ever shown again. ``davx5_url`` has the password
    in it."""

    id: UUID
    name: str
    created_at: datetime
    server_url: str
    username: str
    password: str
    davx5_url: str
    setup: SetupLink


MADE: Final = {
    "id": DEVICE["id"],
    "name": "Phone",
    "created_at": "2026-11-23T10:00:00Z",
    "server_url": "https://calendar.example.com/",
    "username": "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11",
    "password": "k3Jd82mQp0ZxVb7L",
    "davx5_url": "davx5://0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11:k3Jd82mQp0ZxVb7L@calendar.example.com/",
    "setup": {
        "url": "https://calendar.example.com/api/setup/9vW0…",
        "expires_at": "2026-11-23T10:15:00Z",
        "qr_svg": '<svg xmlns="http://www.w3.org/2000/svg" width="180" height="180">…</svg>',
    },
}


class Devices(Controller):
    """The device passwords of the own account."""

    path = "/users/{user_id:str}/devices"
    tags = ("Devices",)

    @post(
        "/",
        operation_id="addDevice",
        summary="Make a device password",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses={
            201: ResponseSpec(
                NewDevice,
                generate_examples=False,
                description="The password, which is shown only here, and ways to set the device up.",
                examples=[Example(value=MADE)],
            ),
            **documented(*ALWAYS, "body-too-large", "invalid-request", "too-many-devices", "try-again"),
        },
    )
    async def add(
        self, request: Request[Any, Any, Any], signed_in: Signed, user_id: Whose, data: JSONBody[DeviceName]
    ) -> Response[NewDevice]:
        """Makes a password of sixteen characters for one calendar app. It revokes a request to erase the account."""
        check_own(signed_in, user_id)
        auth: Auth = request.app.state.auth
        connecting: Connecting = request.app.state.connecting
        context = auth.context(request, signed_in.tenant)
        offered = await auth.hashed(partial(add_device_with_link, name=data.name), auth.backend, context)
        url = connecting.reach().url
        settings = DeviceSettings(url, signed_in.tenant, offered.device.password)
        return Response(_made(offered, settings), headers={"cache-control": "no-store"})

    @get(
        "/",
        operation_id="listDevices",
        summary="List the device passwords",
        security=TOKEN,
        opt=needs(Scope.ACCOUNT_READ),
        responses={
            200: ResponseSpec(
                list[Device],
                generate_examples=False,
                description="The oldest first; fifty at most.",
                examples=[Example(value=[DEVICE])],
            ),
            **documented(*ALWAYS),
        },
    )
    async def every(self, request: Request[Any, Any, Any], signed_in: Signed, user_id: Whose) -> list[Device]:
        """The devices that may sign in. Their passwords are stored nowhere."""
        check_own(signed_in, user_id)
        auth: Auth = request.app.state.auth
        account = await auth.run(auth.backend.people.account, signed_in.tenant)
        rows = sorted(account.devices, key=lambda row: (row.created_at, row.device_id))
        return [Device(row.device_id, row.name, row.created_at, row.last_used_at) for row in rows]

    @delete(
        "/{device_id:uuid}",
        operation_id="revokeDevice",
        summary="Revoke a device password",
        security=TOKEN,
        opt=needs(Scope.SESSION),
        responses=documented(*ALWAYS, "unknown-device", "try-again"),
    )
    async def revoke(
        self, request: Request[Any, Any, Any], signed_in: Signed, user_id: Whose, device_id: FromPath[UUID]
    ) -> None:
        """Revokes the password at once on every node."""
        check_own(signed_in, user_id)
        auth: Auth = request.app.state.auth
        context = auth.context(request, signed_in.tenant)
        await auth.run(partial(revoke_device, device_id=device_id), auth.backend, context)


def _made(offered: Offered, settings: DeviceSettings) -> NewDevice:
    link = link_of(settings.url, offered.secret)
    return NewDevice(
        id=offered.device.device_id,
        name=offered.device.name,
        created_at=offered.made_at,
        server_url=settings.url,
        username=settings.user,
        password=settings.password,
        davx5_url=settings.davx5(),
        setup=SetupLink(link, offered.expires_at, qr_of(link)),
    )
