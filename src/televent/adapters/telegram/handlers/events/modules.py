"""The modules with handlers of one event."""

from __future__ import annotations

from televent.adapters.telegram.handlers.events import (
    answering,
    deleting,
    duplicating,
    edit,
    guests,
    moving,
    opening,
    picker,
    saving,
)
from televent.adapters.telegram.handlers.events.past import history, why

MODULES = (opening, edit, moving, duplicating, deleting, guests, history, why, saving, answering, picker)
"""The picker is the last one: its owners take the picked time."""
