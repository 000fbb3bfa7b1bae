"""The steps that do something (README.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from scenario_ical import Block, Line, read_calendar, read_line, set_apart
from scenario_script import Step, WrongScenario, address, spelled_out
from scenario_stage import Copy, Stage

from televent.ical.text.values import moment

HEADERS = {"If-Match": "etag", "If-Schedule-Tag-Match": "tag"}


def put(stage: Stage, step: Step) -> None:
    """put WHO OBJECT [in CALENDAR] [HEADER …]"""
    who, name = step.word(1), step.word(2)
    calendar = step.word(4) if step.rest(3).startswith("in ") else "default"
    text = calendar_of(step, name, f"{stage.clock:%Y%m%dT%H%M%SZ}")
    client = stage.person(who)
    held = stage.now.views[who].copies.get(uid_of(name))
    path = held.path if held is not None else f"{client.calendar(calendar)}{name}.ics"
    stage.ask(who, "PUT", path, text.to_bytes().decode(), **_headers(stage, step, who, name))


def edit(stage: Stage, step: Step) -> None:
    """edit WHO OBJECT [in CALENDAR] [stale] [HEADER …]: the stored text (stale: that of the last ``get``) is changed
    and PUT; ``in``: to the same name in another calendar."""
    who, name = step.word(1), step.word(2)
    copy = stage.in_hand[who, name] if "stale" in step.words else _held(stage, who, name)
    calendar = copy.calendar
    current: Block | None = calendar.at(None) or calendar.events()[0]
    for number, line in step.body:
        if line == "series":
            current = calendar.at(None)
        elif found := re.match(r"(-?)at (\S+)\Z", line):
            current = _occurrence(calendar, found[2], remove=bool(found[1]))
        elif current is None:
            raise WrongScenario(f"line {number}: there is no component to change")
        else:
            _change(current, line, who)
    path = copy.path
    if "in" in step.words:
        path = f"{stage.person(who).calendar(step.word(step.words.index('in') + 1))}{name}.ics"
    stage.ask(who, "PUT", path, calendar.to_bytes().decode(), **_headers(stage, step, who, name))


def answer(stage: Stage, step: Step) -> None:
    """answer WHO OBJECT PARTSTAT [at RECURRENCE-ID]: a client changes its own line and PUTs."""
    at = [(step.number, f"at {step.word(5)}")] if step.rest(4).startswith("at ") else []
    edit(stage, Step(step.number, ("edit", *step.words[1:3]), (*at, (step.number, f"partstat {step.word(3)}"))))


def tap(stage: Stage, step: Step) -> None:
    """tap WHO OBJECT PARTSTAT [at RECURRENCE-ID]: the button in the chat; the recurrence id is the canonical one."""
    at = step.word(5) if step.rest(4).startswith("at ") else None
    stage.tap(step.word(1), uid_of(step.word(2)), step.word(3), at)


def propose(stage: Stage, step: Step) -> None:
    """propose WHO OBJECT START END [at RECURRENCE-ID]: another time, in UTC; the line below is the comment."""
    at = step.word(6) if step.rest(5).startswith("at ") else None
    start, end = (_utc(step, step.word(place)) for place in (3, 4))
    comment = next((line for _, line in step.body), None)
    stage.propose(step.word(1), uid_of(step.word(2)), start, end, at, comment)


def respond(stage: Stage, step: Step) -> None:
    """accept | decline WHO SOMEBODY OBJECT [at RECURRENCE-ID]: WHO answers SOMEBODY's proposal; the line below is the
    comment of a refusal."""
    at = step.word(5) if step.rest(4).startswith("at ") else None
    comment = next((line for _, line in step.body), None)
    accepts = step.word(0) == "accept"
    stage.respond(step.word(1), step.word(2), uid_of(step.word(3)), at, accepts=accepts, comment=comment)


def _utc(step: Step, value: str) -> datetime:
    found = moment(value)
    if not isinstance(found, datetime) or found.tzinfo is None:
        raise WrongScenario(f"line {step.number}: no time in UTC: {value}")
    return found


def get(stage: Stage, step: Step) -> None:
    """get WHO OBJECT: keeps the text for a later edit, which is stale then."""
    who, name = step.word(1), step.word(2)
    stage.in_hand[who, name] = _held(stage, who, name)


def delete(stage: Stage, step: Step) -> None:
    """delete WHO OBJECT [stale] [HEADER …]: stale: at the URL that it had at the last ``get``."""
    who, name = step.word(1), step.word(2)
    copy = stage.in_hand[who, name] if "stale" in step.words else _held(stage, who, name)
    stage.ask(who, "DELETE", copy.path, **_headers(stage, step, who, name))


def calendar(stage: Stage, step: Step) -> None:
    """calendar WHO NAME: makes one."""
    who, name = step.word(1), step.word(2)
    stage.ask(who, "MKCALENDAR", stage.person(who).calendar(name))
    stage.calendars[who].append(name)


def move(stage: Stage, step: Step) -> None:
    """move WHO OBJECT CALENDAR"""
    who, name = step.word(1), step.word(2)
    target = f"{stage.person(who).calendar(step.word(3))}{name}.ics"
    stage.ask(who, "MOVE", _held(stage, who, name).path, Destination=target)


def mail(stage: Stage, step: Step) -> None:
    """mail SENDER WHO METHOD OBJECT [token|proven|unproven]: an iTIP message comes by mail."""
    sender, to, method, name = (step.word(place) for place in (1, 2, 3, 4))
    text = calendar_of(step, name, f"{stage.clock:%Y%m%dT%H%M%SZ}")
    text.lines.append(Line("METHOD", (), method))
    usual = "token" if method in ("REPLY", "COUNTER", "REFRESH") else "proven"
    proof = step.words[5] if len(step.words) > 5 else usual
    if proof not in ("token", "proven", "unproven"):
        raise WrongScenario(f"a mail is token, proven or unproven, not {proof}")
    stage.mail(sender, to, method, text.to_bytes().decode(), uid=uid_of(name), proof=proof)


def bounce(stage: Stage, step: Step) -> None:
    """bounce WHO SOMEBODY OBJECT: the mail that WHO's meeting sent to SOMEBODY comes back."""
    stage.bounce(step.word(1), step.word(2), uid_of(step.word(3)))


def import_offer(stage: Stage, step: Step) -> None:
    """import WHO: the calendar that the person was offered last."""
    stage.take_offer(step.word(1))


def add_address(stage: Stage, step: Step) -> None:
    """address WHO OTHER: the account gets a second address."""
    stage.another_address(step.word(1), step.word(2))


def prefer(stage: Stage, step: Step) -> None:
    """prefer WHO NAME VALUE: a choice in the settings."""
    stage.prefer(step.word(1), {step.word(2): step.word(3)})


def admit(stage: Stage, step: Step) -> None:
    """admit WHO OBJECT SOMEBODY: invites a person who would come uninvited, as by the card's button."""
    stage.admit(step.word(1), uid_of(step.word(2)), step.word(3))


ACTS: dict[str, Callable[[Stage, Step], None]] = {
    "put": put,
    "edit": edit,
    "answer": answer,
    "tap": tap,
    "propose": propose,
    "accept": respond,
    "decline": respond,
    "get": get,
    "delete": delete,
    "calendar": calendar,
    "move": move,
    "mail": mail,
    "bounce": bounce,
    "import": import_offer,
    "address": add_address,
    "prefer": prefer,
    "admit": admit,
}


def uid_of(name: str) -> str:
    """The UID of an object by its short name in the scenario."""
    return f"{name}@example.com"


def calendar_of(step: Step, name: str, dtstamp: str) -> Block:
    """The VCALENDAR of a step's lines. UID, DTSTAMP, SUMMARY and an hour on 1 December have defaults;
    "VTODO", "VJOURNAL" and "VFREEBUSY" begin another kind, "at …" an override, BEGIN and END any other component."""
    kind = "VEVENT"
    rows: list[str] = []
    root = Block("VCALENDAR", [Line("VERSION", (), "2.0"), Line("PRODID", (), "-//Example//App 1//EN")])
    components: list[tuple[str | None, list[str]]] = [(None, [])]
    for number, line in step.body:
        if line in ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"):
            kind = line
        elif found := re.match(r"at (\S+)\Z", line):
            components.append((found[1], []))
        elif _is_content(line):
            components[-1][1].append(spelled_out(line))
        else:
            raise WrongScenario(f"line {number}: no content line: {line}")
    for recurrence_id, rows in components:
        if rows or recurrence_id is not None:
            root.blocks.append(_component(kind, rows, recurrence_id, name, dtstamp))
    return root


def _component(kind: str, rows: list[str], recurrence_id: str | None, name: str, dtstamp: str) -> Block:
    text = "\n".join(["BEGIN:VCALENDAR", f"BEGIN:{kind}", *rows, f"END:{kind}", "END:VCALENDAR"])
    (block,) = read_calendar(text).blocks
    start = recurrence_id or "20261201T100000Z"
    given = {"UID": uid_of(name), "DTSTAMP": dtstamp, "SUMMARY": name.title()}
    if recurrence_id is not None:
        given["RECURRENCE-ID"] = recurrence_id
    if kind == "VEVENT" and block.value("DTSTART") is None and "T" in start:
        given |= {"DTSTART": start, "DTEND": f"{start[:9]}{int(start[9:11]) + 1:02}{start[11:]}"}
    block.lines[:0] = [Line(key, (), value) for key, value in given.items() if block.value(key) is None]
    return block


def _is_content(line: str) -> bool:
    try:
        read_line(line)
    except ValueError:
        return False
    return True


def _held(stage: Stage, who: str, name: str) -> Copy:
    stage.person(who)
    found = stage.now.views[who].copies.get(uid_of(name))
    if found is None:
        raise WrongScenario(f"{who} has no {name}")
    return found


def _headers(stage: Stage, step: Step, who: str, name: str) -> dict[str, str]:
    """The header NAME=value. If-Match and If-Schedule-Tag-Match alone take the kept tag, else the stored one."""
    found = {}
    for word in step.words[3:]:
        key, given, value = word.partition("=")
        if given:
            found[key.replace("-", "_")] = value
        elif key in HEADERS:
            copy = stage.in_hand[who, name] if "stale" in step.words else _held(stage, who, name)
            tag = getattr(copy, HEADERS[key])
            found[key.replace("-", "_")] = tag if tag.startswith('"') else f'"{tag}"'
    return found


def _occurrence(calendar: Block, recurrence_id: str, *, remove: bool) -> Block | None:
    standing = calendar.at(recurrence_id)
    if remove:
        if standing is None:
            raise WrongScenario(f"there is no component at {recurrence_id}")
        calendar.blocks.remove(standing)
        return calendar.at(None)
    if standing is not None:
        return standing
    series = calendar.at(None)
    if series is None:
        raise WrongScenario(f"there is no series to take {recurrence_id} out of")
    fresh = set_apart(series, recurrence_id)
    calendar.blocks.append(fresh)
    return fresh


def _change(block: Block, line: str, who: str) -> None:
    """One line of an edit."""
    if found := re.match(r"partstat (\S+)\Z", line):
        mine = f"mailto:{address(who)}"
        block.lines = [
            each.with_param("PARTSTAT", found[1]) if each.name == "ATTENDEE" and each.value == mine else each
            for each in block.lines
        ]
    elif found := re.match(r"alarm (\S+)\Z", line):
        rows = [Line("ACTION", (), "DISPLAY"), Line("DESCRIPTION", (), "Soon"), Line("TRIGGER", (), found[1])]
        block.blocks.append(Block("VALARM", rows))
    elif line == "-alarm":
        block.blocks = [each for each in block.blocks if each.name != "VALARM"]
    elif line.startswith("-"):
        name, _, value = line[1:].partition(":")
        gone = f"mailto:{address(value)}" if name == "ATTENDEE" and ":" not in value else value
        kept = [each for each in block.lines if each.name != name or (value and each.value != gone)]
        if kept == block.lines:
            raise WrongScenario(f"nothing to take away: {line}")
        block.lines = kept
    else:
        fresh = read_line(spelled_out(line.removeprefix("+")))
        if not line.startswith("+"):
            same = [e for e in block.lines if e.name == fresh.name and (e.name != "ATTENDEE" or e.value == fresh.value)]
            block.lines = [each for each in block.lines if each not in same]
        block.lines.append(fresh)
