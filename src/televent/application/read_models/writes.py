"""All writes of the inline read models. They go into the transaction of the facts."""

from __future__ import annotations

from televent.application.read_models.accounts import (
    DestroyKey,
    DropApiKey,
    DropDevice,
    ForgetAccount,
    PutAccount,
    PutAddress,
    PutApiKey,
    PutDevice,
    PutErasure,
    PutPassword,
    PutPreferences,
    PutPrincipal,
)
from televent.application.read_models.calendars import ExpectCalendar, PutCalendar, RemoveCalendar
from televent.application.read_models.company import ChangeCompany, PutFreeBusy
from televent.application.read_models.resources import PutResource, RemoveResource
from televent.application.read_models.shares import PutMount, PutOverlay

Write = (
    PutResource
    | RemoveResource
    | PutCalendar
    | RemoveCalendar
    | ExpectCalendar
    | PutMount
    | PutOverlay
    | PutAccount
    | PutPreferences
    | PutErasure
    | PutPassword
    | PutPrincipal
    | PutFreeBusy
    | ChangeCompany
    | PutAddress
    | PutDevice
    | DropDevice
    | PutApiKey
    | DropApiKey
    | ForgetAccount
    | DestroyKey
)
