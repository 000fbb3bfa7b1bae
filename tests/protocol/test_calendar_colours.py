"""Apple's calendar-color: every calendar has one, and reading it changes nothing."""

import psycopg

from support.dav import Client, Site
from televent.application.calendar_colours import PALETTE

COLOR = "{http://apple.com/ns/ical/}calendar-color"
DECLARED = 'xmlns:D="DAV:" xmlns:A="http://apple.com/ns/ical/" xmlns:C="urn:ietf:params:xml:ns:caldav"'


def make(ann: Client, name: str, colour: str = "") -> None:
    prop = f"<A:calendar-color>{colour}</A:calendar-color>" if colour else "<D:displayname>Tea</D:displayname>"
    body = f"<C:mkcalendar {DECLARED}><D:set><D:prop>{prop}</D:prop></D:set></C:mkcalendar>"
    assert ann.ask("MKCALENDAR", ann.calendar(name), body).status == 201


def colour(ann: Client, name: str = "default") -> str | None:
    entry = ann.propfind(ann.calendar(name), "A:calendar-color").only()
    return entry.text(COLOR) if COLOR in entry.props else None


def patch(ann: Client, inner: str) -> None:
    assert (
        ann.ask("PROPPATCH", ann.calendar(), f"<D:propertyupdate {DECLARED}>{inner}</D:propertyupdate>").status == 207
    )


def test_the_default_calendar_and_new_ones_have_colours_that_differ(ann: Client) -> None:
    names = [f"tea {number}" for number in range(len(PALETTE) - 1)]
    for name in names:
        make(ann, name.replace(" ", "-"))
    shown = [colour(ann), *(colour(ann, name.replace(" ", "-")) for name in names)]
    assert sorted(str(each) for each in shown) == sorted(PALETTE)
    make(ann, "one-more")
    assert colour(ann, "one-more") in PALETTE


def test_a_new_calendar_avoids_the_colours_that_clients_have_chosen(ann: Client) -> None:
    patch(ann, f"<D:set><D:prop><A:calendar-color>{PALETTE[1].upper()}FF</A:calendar-color></D:prop></D:set>")
    make(ann, "chosen", f"{PALETTE[0]}ff")
    make(ann, "tea")
    assert (colour(ann), colour(ann, "chosen")) == (f"{PALETTE[1].upper()}FF", f"{PALETTE[0]}ff")
    assert colour(ann, "tea") == PALETTE[2]


def test_a_colour_that_a_client_removes_stays_away(ann: Client) -> None:
    patch(ann, "<D:remove><D:prop><A:calendar-color/></D:prop></D:remove>")
    assert colour(ann) is None
    patch(ann, "<D:set><D:prop><A:calendar-color>#FF0000</A:calendar-color></D:prop></D:set>")
    assert colour(ann) == "#FF0000"


def test_a_calendar_from_before_shows_the_same_colour_each_time(site: Site, ann: Client) -> None:
    with psycopg.connect(site.core.conninfo) as connection:
        connection.execute("UPDATE calendar SET props = props - %s WHERE tenant_id = %s", (COLOR, ann.tenant))
    before = ann.propfind(ann.calendar(), "CS:getctag", "D:sync-token").body
    shown = {colour(ann) for _ in range(3)}
    listed = ann.propfind(ann.home, "A:calendar-color", depth="1").responses()[ann.calendar()].text(COLOR)
    assert shown == {listed}
    assert listed in PALETTE
    assert ann.propfind(ann.calendar(), "CS:getctag", "D:sync-token").body == before
    with psycopg.connect(site.core.conninfo) as connection:
        stored = connection.execute("SELECT props::text FROM calendar WHERE tenant_id = %s", (ann.tenant,)).fetchall()
    assert not any("calendar-color" in props for (props,) in stored)


def test_the_default_calendar_has_its_colour_from_the_start(ann: Client) -> None:
    assert colour(ann) == PALETTE[0]
