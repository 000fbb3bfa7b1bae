"""Imports events into a real Thunderbird as fast as it can: ``thunderbird_import.py BASE USER PASSWORD DRIVERS``.

DRIVERS is the folder with the modules that start Thunderbird and look at the server. This program adds all events at
once, as the import of a file does, and counts them on the server and, after a refresh, in Thunderbird.
"""

from __future__ import annotations

import sys

EVENTS = 500
FIND = """
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  Services.prefs.setBoolPref("signon.rememberSignons", true);
  const [user, password, base] = args;
  const [calendar] = await cal.provider.caldav.detectCalendars(user, password, base, true);
  calendar.setProperty("cache.enabled", true);
  cal.manager.registerCalendar(calendar);
  globalThis.imported = calendar.id;
  const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
  const inner = cal.manager.getCalendarById(calendar.id).wrappedJSObject.mUncachedCalendar.wrappedJSObject;
  while (!inner.mFirstRefreshDone) await new Promise(done => setTimeout(done, 100));
  return calendar.getProperty("color");"""
ADD = """
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
  const calendar = cal.manager.getCalendarById(globalThis.imported), added = [];
  for (let n = 0; n < args[0]; n++) {
    const day = "2027" + String(101 + n % 28 + 100 * (Math.floor(n / 28) % 12)).padStart(4, "0");
    const lines = ["BEGIN:VEVENT", "UID:import-" + n + "@example.com", "DTSTAMP:20261101T000000Z",
      "SUMMARY:Imported " + n, "DTSTART:" + day + "T090000Z", "DTEND:" + day + "T100000Z", "END:VEVENT"];
    added.push(calendar.addItem(new CalEvent(lines.join("\\r\\n"))));
  }
  const ends = await Promise.allSettled(added);
  return ends.filter(each => each.status == "fulfilled").length;"""
SHOWN = """
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const calendar = cal.manager.getCalendarById(globalThis.imported);
  await calendar.wrappedJSObject.synchronize();
  const items = await calendar.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
  return items.filter(each => each.id.startsWith("import-")).length;"""


def main(base: str, user: str, password: str, drivers: str) -> int:
    """Prints a line for each number that is wrong, and how many are. Returns the exit code."""
    sys.path.insert(0, drivers)
    from _dav import Dav, free_port  # type: ignore[import-not-found]
    from _marionette import Thunderbird  # type: ignore[import-not-found]

    server = Dav(base, user, password)
    (path,) = (each["href"] for each in server.discover()["calendars"])
    thunderbird = Thunderbird(free_port())
    try:
        script = thunderbird.m
        script.send("WebDriver:SetTimeouts", {"script": 240_000})
        print(f"colour: {script.js(FIND, user, password, base)}")
        numbers = {"added": script.js(ADD, EVENTS), "on_the_server": len(server.members(path))}
        numbers["shown_after_a_refresh"] = script.js(SHOWN)
    finally:
        thunderbird.close()
    wrong = {name: number for name, number in numbers.items() if number != EVENTS}
    for name, number in wrong.items():
        print(f"  FAIL {name}  {number} of {EVENTS} events")
    print(f"THUNDERBIRD-IMPORT: {len(numbers) - len(wrong)} passed, {len(wrong)} failed")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
