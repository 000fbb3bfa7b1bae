"""/device in the chat: everything that one device did since a moment is undone after a preview."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from support.chat import Chats, Someone, buttons
from support.event_stage import copies, made, stored
from support.event_views import opened, pressed
from televent.application.accounts.origins import Origin
from televent.application.read_models.resources import ResourceRow
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.people.devices import NewDevice, add_device
from televent.ical.objects.calendar_text import CalendarText


def device(someone: Someone, name: str) -> NewDevice:
    return add_device(someone.chats.core.backend, someone.context("bot"), name=name)


def edit(someone: Someone, by: NewDevice, row: ResourceRow, was: str, now: str) -> None:
    """The device stores the event with another text; "" deletes it."""
    backend, tenant = someone.chats.core.backend, someone.account.tenant
    origin = Origin("caldav", by.device_id, by.name, "192.0.2.7", "Phone/1.0")
    context = replace(someone.context(), origin=backend.origins.id_of(tenant, origin, someone.chats.now))
    if not now:
        delete_object(backend, context, calendar="default", href=row.href)
        return
    text = (stored(someone, row.stream_id).ics or b"").replace(was.encode(), now.encode())
    put_object(backend, context, calendar="default", href=row.href, text=CalendarText(text))


def titles(someone: Someone) -> list[str]:
    return sorted(
        line.partition(":")[2] for row in copies(someone) for line in lines(row) if line.startswith("SUMMARY")
    )


def lines(row: ResourceRow) -> list[str]:
    return (row.ics or b"").decode().splitlines()


def phone_goes_mad(ann: Someone) -> None:
    """An hour after three events were made, the phone changes one, deletes one, and breaks one that Ann mends."""
    rows = [made(ann, name) for name in ("Sync", "Tea", "Walk")]
    phone = device(ann, "Ann's <iPhone>")
    ann.chats.now += timedelta(hours=2)
    edit(ann, phone, rows[0], "Sync", "Broken")
    edit(ann, phone, rows[1], "", "")
    edit(ann, phone, rows[2], "Walk", "Wreck")
    backend, mine = ann.chats.core.backend, ann.context("bot")
    text = CalendarText((stored(ann, rows[2].stream_id).ics or b"").replace(b"Wreck", b"Long walk"))
    put_object(backend, mine, calendar="default", href=rows[2].href, text=text)
    ann.chats.now += timedelta(minutes=10)


def test_a_mad_phone_is_undone_after_a_preview(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/London")
    phone_goes_mad(ann)
    ann.says("/device list")
    listed = ann.hears("last used")
    assert buttons(listed) == ["↩️ Undo changes: Ann's <iPhone>"]
    ann.taps("↩️ Undo changes: Ann's <iPhone>", listed)
    asked = ann.hears("Since when?")
    assert buttons(asked) == ["1 hour", "Today", "7 days", "Another time…"]
    preview = pressed(ann, asked, "1 hour")
    assert "Changed: 1\nDeleted: 1\nCreated: 0\nNot to be undone: 1\n• Walk: " in preview["text"]
    assert titles(ann) == ["Broken", "Long walk"]
    done = pressed(ann, preview, "↩️ Undo them")
    assert "Changed back: 1\nBrought back: 1\nDeleted: 0\nNot to be undone: 1" in done["text"]
    assert buttons(done) == []
    assert titles(ann) == ["Long walk", "Sync", "Tea"]


def test_history_and_undo_name_the_device(chats: Chats) -> None:
    ann = chats.person("Ann")
    phone_goes_mad(ann)
    history = pressed(ann, opened(ann, "broken"), "🕘 History")
    assert "Ann's &lt;iPhone&gt;" in history["text"] or "Ann's <iPhone>" in history["text"]
    ann.says("/undo")
    assert "iPhone" in ann.hears("Your last changes")["text"]


def test_a_revoked_phone_is_undone_since_a_typed_moment_in_russian(chats: Chats) -> None:
    ann = chats.person("Ann", language="ru")
    phone_goes_mad(ann)
    ann.says("/device undo 1")
    other = ann.hears("С какого времени?")
    ann.taps("Другое время…", other)
    ann.hears("/device undo 1 14:00")
    ann.says("/device undo 1 вчера")
    ann.hears("Не понимаю это время")
    ann.says("/device undo 1 5м")
    ann.hears("не изменило ничего")
    ann.says("/device revoke 1")
    revoked = ann.hears("iPhone")
    assert buttons(revoked) == ["↩️ Отменить изменения: Ann's <iPhone> (отозвано)"]
    ann.taps(buttons(revoked)[0], revoked)
    preview = pressed(ann, ann.hears("С какого времени?"), "1 час")
    pressed(ann, preview, "↩️ Отменить")
    assert titles(ann) == ["Long walk", "Sync", "Tea"]


def test_a_device_of_somebody_else_and_an_unknown_one_are_refused(chats: Chats) -> None:
    ann, bob = chats.person("Ann"), chats.person("Bob")
    phone_goes_mad(ann)
    bob.says("/device undo 1 14:00")
    bob.hears("/device list")
    bob.says("/device list")
    assert buttons(bob.hears("no device passwords")) == []
    assert titles(ann) == ["Broken", "Long walk"]
