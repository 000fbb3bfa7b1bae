"""What one transaction can write beside its facts."""

from __future__ import annotations

from televent.application.read_models.accounts import (
    DestroyKey,
    DropDevice,
    ForgetAccount,
    PutAccount,
    PutAddress,
    PutDevice,
    PutPrincipal,
)
from televent.application.read_models.calendars import BuryCalendar, ExpectCalendar, PutCalendar
from televent.application.read_models.company import KeepCompany, PutFreeBusy
from televent.application.read_models.resources import BuryResource, PutResource
from televent.application.read_models.shares import PutMount, PutOverlay

Write = (
    PutResource
    | BuryResource
    | PutCalendar
    | BuryCalendar
    | ExpectCalendar
    | PutMount
    | PutOverlay
    | PutAccount
    | PutPrincipal
    | PutFreeBusy
    | KeepCompany
    | PutAddress
    | PutDevice
    | DropDevice
    | ForgetAccount
    | DestroyKey
)
