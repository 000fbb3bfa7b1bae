"""Sharing costs its users only: own calendars are read and written without a query of the sharing tables."""

import psycopg
import pytest

from support.dav import Client, Site, event


@pytest.mark.own_database
def test_ones_own_calendar_is_served_without_reading_mounts(site: Site, ann: Client) -> None:
    path = ann.calendar()
    ann.put(path + "a.ics", event("a@example.com"))
    token = ann.sync(path).token()
    with psycopg.connect(site.core.conninfo, autocommit=True) as connection:
        # Now every statement that names these tables fails.
        connection.execute("ALTER TABLE mount RENAME TO mount_out_of_reach")
        connection.execute("ALTER TABLE overlay RENAME TO overlay_out_of_reach")
    data = f"<D:prop><D:getetag/><C:calendar-data/></D:prop><D:href>{path}a.ics</D:href>"
    span = '<C:time-range start="20261125T000000Z" end="20261126T000000Z"/>'
    vevent = f'<C:comp-filter name="VEVENT">{span}</C:comp-filter>'
    wanted = f'<C:filter><C:comp-filter name="VCALENDAR">{vevent}</C:comp-filter></C:filter>'
    answers = [
        ann.propfind(path, "D:sync-token", "CS:getctag"),
        ann.propfind(path, "D:getetag", "D:resourcetype", depth="1"),
        ann.ask("GET", path + "a.ics"),
        ann.ask("GET", path + "nothing.ics"),
        ann.sync(path, token),
        ann.report(path, "C:calendar-multiget", data),
        ann.report(path, "C:calendar-query", f"<D:prop><D:getetag/></D:prop>{wanted}", Depth="1"),
        ann.report(path, "C:free-busy-query", span, Depth="1"),
        ann.put(path + "b.ics", event("b@example.com")),
        ann.ask("MOVE", path + "b.ics", Destination=path + "c.ics"),
        ann.ask("DELETE", path + "c.ics"),
    ]
    assert [answer.status for answer in answers] == [207, 207, 200, 404, 207, 207, 207, 200, 201, 201, 204]
