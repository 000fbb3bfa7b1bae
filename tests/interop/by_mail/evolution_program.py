"""Evolution's data server, driven by its own libraries: run by Debian's Python in a D-Bus session of its own.

It reads commands as lines of JSON and answers each with one. Camel reads and writes the mails, libecal and its local
backend keep the calendar and apply what comes (`receive_objects`). Evolution's window is not part of the server: what
it does itself (itip-formatter.c), before it hands a message to the server, is done here in the same way and says so.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import gi  # type: ignore[import-not-found, unused-ignore]

for _name, _version in (("ECal", "2.0"), ("EDataServer", "1.2"), ("ICalGLib", "3.0"), ("Camel", "1.2")):
    gi.require_version(_name, _version)
from gi.repository import Camel, ECal, EDataServer, Gio, GLib  # type: ignore[import-not-found]  # noqa: E402
from gi.repository import ICalGLib as ICal  # noqa: E402

EVENT, NONE = ICal.ComponentKind.VEVENT_COMPONENT, ECal.OperationFlags.NONE
PARTSTATS = {"ACCEPTED": ICal.ParameterPartstat.ACCEPTED, "DECLINED": ICal.ParameterPartstat.DECLINED}
NAMES = {int(getattr(ICal.ParameterPartstat, name)): name for name in ("ACCEPTED", "DECLINED", "TENTATIVE")}
METHODS = {int(getattr(ICal.PropertyMethod, name)): name for name in ("REQUEST", "REPLY", "CANCEL", "COUNTER")}
NAMES[int(ICal.ParameterPartstat.NEEDSACTION)] = "NEEDS-ACTION"


class Program:
    """One calendar. ``me``: the address of its owner."""

    def __init__(self, me: str) -> None:
        self.me = me
        registry = EDataServer.SourceRegistry.new_sync(None)
        source = EDataServer.Source.new_with_uid("guest", None)
        source.set_parent("local-stub")
        source.get_extension(EDataServer.SOURCE_EXTENSION_CALENDAR).set_backend_name("local")
        registry.commit_source_sync(source, None)
        source = registry.ref_source("guest")
        self.client = ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, 30, None)
        self.open: Any = None

    def version(self) -> str:
        return f"{EDataServer.EDS_MAJOR_VERSION}.{EDataServer.EDS_MINOR_VERSION}.{EDataServer.EDS_MICRO_VERSION}"

    def opens(self, raw: str) -> dict[str, str]:
        """A mail, as Camel reads it: its first text/calendar part."""
        mail = Camel.MimeMessage.new()
        stream = Gio.MemoryInputStream.new_from_data(raw.encode("latin-1"), None)
        mail.construct_from_input_stream_sync(stream, None)
        self.open = ICal.Component.new_from_string(_calendar_of(mail))
        return {"method": METHODS[int(self.open.get_method())], "subject": mail.get_subject() or ""}

    def applies(self) -> None:
        """The server's own code decides by UID, RECURRENCE-ID and METHOD.

        Evolution gives it no REPLY, for which it would replace the event by the answer. It changes the one ATTENDEE
        of the stored event (itip-view.c, update_attendee_status).
        """
        if self.open.get_method() == ICal.PropertyMethod.REPLY:
            for answer in _events(self.open):
                self._take_answer(answer)
            return
        self.client.receive_objects_sync(self.open, NONE, None)

    def accepts(self) -> list[dict[str, str]]:
        """Evolution sets the answer in the message, lets the server apply it, and mails a REPLY made of it."""
        replies = []
        for event in _events(self.open):
            _set_answer(event, self.me, "ACCEPTED")
            replies.append(_reply(event, self.me))
        self.applies()
        return [self._mail("REPLY", replies)]

    def answers(self, uid: str, start: str, status: str) -> list[dict[str, str]]:
        """An answer for one date: the server stores it as a change of this occurrence."""
        event = self._occurrence(uid, start)
        _set_answer(event, self.me, status)
        self.client.modify_object_sync(event, ECal.ObjModType.THIS, NONE, None)
        return [self._mail("REPLY", [_reply(event, self.me)])]

    def kept(self, uid: str) -> dict[str, Any] | None:
        """The occurrences, as the server expands them."""
        found = self._objects(uid)
        if not found:
            return None
        alive = [each for each in self._instances(uid) if not _is_cancelled(each)]
        master = next((each for each in found if not _has_rid(each)), found[0])
        return {
            "title": master.get_summary(),
            "starts": sorted(_utc(each.get_dtstart()) for each in alive),
            "answers": _answers(master),
            "at": {_utc(each.get_dtstart()): _answers(each) for each in alive},
        }

    def invites(self, text: str, guests: list[str]) -> list[dict[str, str]]:
        event = ICal.Component.new_from_string(text)
        event.add_property(ICal.Property.new_organizer(f"mailto:{self.me}"))
        for address in (self.me, *guests):
            line = ICal.Property.new_attendee(f"mailto:{address}")
            answer = ICal.ParameterPartstat.ACCEPTED if address == self.me else ICal.ParameterPartstat.NEEDSACTION
            line.add_parameter(ICal.Parameter.new_partstat(answer))
            line.add_parameter(ICal.Parameter.new_rsvp(ICal.ParameterRsvp.TRUE))
            event.add_property(line)
        self.client.create_object_sync(event, NONE, None)
        return [self._mail("REQUEST", [event])]

    def moves(self, uid: str, start: str, end: str, was: str) -> list[dict[str, str]]:
        """The server raises no SEQUENCE; Evolution does, where the time changes."""
        event = self._occurrence(uid, was) if was else self._master(uid)
        zone = event.get_dtstart().get_timezone()
        for value, put in ((start, event.set_dtstart), (end, event.set_dtend)):
            moment = ICal.Time.new_from_string(value)
            moment.set_timezone(zone)
            put(moment)
        event.set_sequence(event.get_sequence() + 1)
        event.set_dtstamp(ICal.Time.new_current_with_zone(ICal.Timezone.get_utc_timezone()))
        self.client.modify_object_sync(event, ECal.ObjModType.THIS if was else ECal.ObjModType.ALL, NONE, None)
        return [self._mail("REQUEST", [event])]

    def cancels(self, uid: str) -> list[dict[str, str]]:
        event = self._master(uid)
        event.set_sequence(event.get_sequence() + 1)
        event.set_status(ICal.PropertyStatus.CANCELLED)
        event.set_dtstamp(ICal.Time.new_current_with_zone(ICal.Timezone.get_utc_timezone()))
        self.client.remove_object_sync(uid, None, ECal.ObjModType.ALL, NONE, None)
        return [self._mail("CANCEL", [event])]

    def _objects(self, uid: str) -> list[Any]:
        try:
            _, found = self.client.get_objects_for_uid_sync(uid, None)
        except GLib.Error as error:
            if error.matches(ECal.Client.error_quark(), ECal.ClientError.OBJECT_NOT_FOUND):
                return []
            raise
        return [each.get_icalcomponent().clone() for each in found]

    def _master(self, uid: str) -> Any:
        return next(each for each in self._objects(uid) if not _has_rid(each))

    def _instances(self, uid: str) -> list[Any]:
        """The occurrences of two years, which have their own RECURRENCE-ID where the event repeats."""
        found: list[Any] = []

        def take(event: Any, _start: Any, _end: Any, *_rest: Any) -> bool:
            found.append(event.clone())
            return True

        first, last = (int(GLib.DateTime.new_utc(year, 1, 1, 0, 0, 0).to_unix()) for year in (2027, 2029))
        # generate_instances_sync gives a moved occurrence at its old time.
        for event in self._objects(uid):
            if not _has_rid(event):
                self.client.generate_instances_for_object_sync(event, first, last, None, take)
        return found

    def _take_answer(self, answer: Any) -> None:
        assert not _has_rid(answer), "an answer to one date is not written into the stored event here"
        event = self._master(answer.get_uid())
        for address, status in _answers(answer).items():
            _set_answer(event, address, status)
        self.client.modify_object_sync(event, ECal.ObjModType.ALL, NONE, None)

    def _occurrence(self, uid: str, start: str) -> Any:
        """The occurrence at that time, as Evolution opens it for a change of this one only: without the rule."""
        event = next(each for each in self._instances(uid) if _utc(each.get_dtstart()) == start)
        rule = event.get_first_property(ICal.PropertyKind.RRULE_PROPERTY)
        if rule is not None:
            event.remove_property(rule)
        return event

    def _mail(self, method: str, events: list[Any]) -> dict[str, str]:
        """A mail as Evolution's composer makes it: a text, and the calendar as the other reading of it."""
        calendar = ECal.util_new_top_level()
        calendar.set_method(getattr(ICal.PropertyMethod, method))
        names = {each.get_dtstart().get_tzid() for each in events} - {None}
        for name in sorted(names):
            _, zone = self.client.get_timezone_sync(name, None)
            calendar.add_component(zone.get_component().clone())
        for event in events:
            calendar.add_component(event.clone())
        people = [_address(events[0].get_first_property(ICal.PropertyKind.ORGANIZER_PROPERTY).get_organizer())]
        if method != "REPLY":
            people = [each for each in _answers(events[0]) if each != self.me]
        mail = Camel.MimeMessage.new()
        sender = Camel.InternetAddress.new()
        sender.add("Zed", self.me)
        mail.set_from(sender)
        to = Camel.InternetAddress.new()
        for each in people:
            to.add("", each)
        mail.set_recipients("To", to)
        mail.set_subject(f"{method}: {events[0].get_summary()}")
        mail.set_date(Camel.MESSAGE_DATE_CURRENT, 0)
        mail.set_message_id(None)
        both = Camel.Multipart.new()
        both.set_mime_type("multipart/alternative")
        both.set_boundary(None)
        for kind, text in (("text/plain", "See the calendar.\n"), (_kind(method), calendar.as_ical_string())):
            part = Camel.MimePart.new()
            part.set_content(text.encode(), kind)
            part.set_encoding(Camel.TransferEncoding.ENCODING_QUOTEDPRINTABLE)
            both.add_part(part)
        Camel.Medium.set_content(mail, both)
        stream = Camel.StreamMem.new()
        Camel.DataWrapper.write_to_stream_sync(mail, stream, None)
        return {"to": ",".join(people), "raw": bytes(stream.get_byte_array()).decode("latin-1")}


def _kind(method: str) -> str:
    return f'text/calendar; name="calendar.ics"; charset=utf-8; METHOD={method}'


def _calendar_of(mail: Any) -> str:
    found: list[str] = []

    def look(_message: Any, part: Any, *_rest: Any) -> bool:
        if part.get_content_type().is_("text", "calendar"):
            stream = Camel.StreamMem.new()
            part.get_content().decode_to_stream_sync(stream, None)
            found.append(bytes(stream.get_byte_array()).decode())
        return True

    mail.foreach_part(look)
    return found[0]


def _events(calendar: Any) -> list[Any]:
    found, event = [], calendar.get_first_component(EVENT)
    while event is not None:
        found.append(event)
        event = calendar.get_next_component(EVENT)
    return found


def _attendees(event: Any) -> list[Any]:
    kind = ICal.PropertyKind.ATTENDEE_PROPERTY
    found, line = [], event.get_first_property(kind)
    while line is not None:
        found.append(line)
        line = event.get_next_property(kind)
    return found


def _answers(event: Any) -> dict[str, str]:
    found = {}
    for line in _attendees(event):
        answer = line.get_first_parameter(ICal.ParameterKind.PARTSTAT_PARAMETER)
        found[_address(line.get_attendee())] = NAMES[int(answer.get_partstat())] if answer else "NEEDS-ACTION"
    return found


def _set_answer(event: Any, me: str, status: str) -> None:
    for line in _attendees(event):
        if _address(line.get_attendee()) == me:
            line.remove_parameter_by_kind(ICal.ParameterKind.RSVP_PARAMETER)
            line.set_parameter(ICal.Parameter.new_partstat(PARTSTATS[status]))


def _reply(event: Any, me: str) -> Any:
    """As Evolution: the event with one ATTENDEE, and the time of the answer."""
    answer = event.clone()
    for line in _attendees(answer):
        if _address(line.get_attendee()) != me:
            answer.remove_property(line)
    answer.set_dtstamp(ICal.Time.new_current_with_zone(ICal.Timezone.get_utc_timezone()))
    return answer


def _is_cancelled(event: Any) -> bool:
    line = event.get_first_property(ICal.PropertyKind.STATUS_PROPERTY)
    return line is not None and line.get_status() == ICal.PropertyStatus.CANCELLED


def _has_rid(event: Any) -> bool:
    return event.get_first_property(ICal.PropertyKind.RECURRENCEID_PROPERTY) is not None


def _address(value: str) -> str:
    return value.partition(":")[2].lower()


def _utc(moment: Any) -> str:
    return str(moment.convert_to_zone(ICal.Timezone.get_utc_timezone()).as_ical_string())


def main() -> None:
    """Answers until its input ends."""
    program = Program(sys.argv[1])
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer = {"value": getattr(program, name)(*arguments)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
