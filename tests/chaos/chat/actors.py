"""People who invite, move, cancel and answer while everything fails."""

from __future__ import annotations

import random
import threading
import time
import urllib.error
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chaos.chat.chats import Phones, questions
from chaos.chat.meetings import ANSWERS, Alarm, Facts, Meeting, Tap
from chaos.chat.stage import Person, Stage
from chaos.writers import ALLOWED, PATIENCE, Record, Watched, ask
from support.dav import Answer, event
from televent.application.outage import Outage

CHANCES = {"invite": 0.2, "move": 0.16, "cancel": 0.04, "tap": 0.36, "answer by app": 0.1, "alarm": 0.14}
"""How often each act is done, against the others."""
NEWEST = 60
"""Messages of a chat among which a person looks for a card to answer."""


class Timetable:
    """When acts are due: so many within so many seconds, and then more at the same pace until ``finished``.

    A free actor takes the next one, so one that waits for a killed server holds up no other, and acts that are late
    are caught up with.
    """

    def __init__(self, acts: int, seconds: float) -> None:
        self.finished = threading.Event()
        """No act may begin any more."""
        self.taken = 0
        self._pause = seconds / acts
        self._begun = time.monotonic()
        self._guard = threading.Lock()

    def next(self) -> bool:
        """Waits until the next act is due. False: there is none."""
        with self._guard:
            due = self._begun + self.taken * self._pause
            self.taken += 1
        return not self.finished.wait(max(0.0, due - time.monotonic()))


class Actor(Watched):
    """Acts for some people, one act after the other. ``done`` counts the acts.

    ``ahead``: min and max seconds until a reminder is due.
    """

    def __init__(
        self,
        record: Record,
        stage: Stage,
        facts: Facts,
        phones: Phones,
        mine: Sequence[Person],
        chance: random.Random,
        times: Timetable,
        ahead: tuple[float, float],
    ) -> None:
        super().__init__(record)
        self.done: Counter[str] = Counter()
        self._stage, self._facts, self._phones = stage, facts, phones
        self._mine, self._chance, self._times = list(mine), chance, times
        self._ahead = ahead
        self._meetings: list[Meeting] = []
        self._until = float("inf")

    def finish(self) -> None:
        """Lets the act under way end."""
        self._until = time.monotonic() + PATIENCE

    def work(self) -> None:
        acts = {
            "invite": self._invite,
            "move": self._move,
            "cancel": self._cancel,
            "tap": self._tap,
            "answer by app": self._answer_by_app,
            "alarm": self._alarm,
        }
        while self._times.next():
            act = self._chance.choices(list(CHANCES), list(CHANCES.values()))[0]
            # With nothing to answer, move or cancel, people invite.
            self.done[act if acts[act]() else self._and_invite()] += 1

    def _and_invite(self) -> str:
        self._invite()
        return "invite"

    def _invite(self) -> bool:
        organizer = self._chance.choice(self._mine)
        others = [each for each in self._stage.people if each is not organizer]
        guests = tuple(self._chance.sample(others, self._chance.randint(1, 4)))
        number = self._facts.number()
        with self._facts.guard:
            # Every third one invites somebody outside too.
            new = Meeting(number, organizer, guests, outside=len(self._facts.meetings) % 3 == 0)
            self._facts.meetings.append(new)
        self._meetings.append(new)
        new.uncertain = not self._change(organizer, "PUT", new.path, new.text(0))
        return True

    def _move(self) -> bool:
        found = self._one_of_mine()
        if found is None:
            return False
        if self._change(found.organizer, "PUT", found.path, found.text(found.version + 1)):
            found.version += 1
        else:
            found.uncertain = True
        return True

    def _cancel(self) -> bool:
        found = self._one_of_mine()
        if found is None:
            return False
        found.cancelled = True
        if self._chance.random() < 0.5:
            done = self._change(found.organizer, "DELETE", found.path, None)
        else:
            found.version += 1
            done = self._change(found.organizer, "PUT", found.path, found.text(found.version, "CANCELLED"))
        found.uncertain = not done
        return True

    def _one_of_mine(self) -> Meeting | None:
        able = [each for each in self._meetings if not each.cancelled and not each.uncertain]
        return self._chance.choice(able) if able else None

    def _tap(self) -> bool:
        person = self._chance.choice(self._mine)
        cards = self._phones.cards(person.number, NEWEST)
        self._chance.shuffle(cards)
        for card in cards:
            meeting = self._facts.titled(card["text"])
            given = self._new_answer(meeting, person) if meeting is not None else None
            data = next((each for each in questions(card) if given and each.endswith(given)), None)
            if meeting is None or given is None or data is None:
                continue
            version = meeting.version if meeting.clock in card["text"] and not meeting.cancelled else -1
            try:
                tapped = self._stage.sandbox.http(
                    "POST", f"/sandbox/people/{person.number}/taps", {"message_id": card["message_id"], "data": data}
                )
            except urllib.error.HTTPError:
                continue  # The card has lost this button meanwhile.
            meeting.answers.add((person.number, given))
            with self._facts.guard:
                self._facts.taps.append(Tap(tapped["callback_query_id"], person, meeting, given, version))
            return True
        return False

    def _answer_by_app(self) -> bool:
        person = self._chance.choice(self._mine)
        with self._facts.guard:
            asked = [each for each in self._facts.meetings if person in each.guests and not each.cancelled]
        if not asked:
            return False
        meeting = self._chance.choice(asked[-20:])
        given = self._new_answer(meeting, person)
        try:
            rows = self._stage.core.reads.by_uid(person.tenant, meeting.uid)
        except Outage:
            return False
        if given is None or not rows:
            return False
        path = f"{person.client.calendar()}{rows[0].href}"
        copy = ask(person.client, self.record, "GET", path)
        if copy is None or copy.status != 200:
            return False
        lines = copy.text.replace("\r\n ", "").split("\r\n")
        new = f"ATTENDEE;PARTSTAT={given}:mailto:{person.address}"
        text = "\r\n".join(new if line.startswith("ATTENDEE") and person.address in line else line for line in lines)
        answer = ask(person.client, self.record, "PUT", path, text, If_Match=copy.headers["etag"])
        if answer is None or answer.status not in (200, 201, 204):
            # A change came between. Whether an app's unanswered request was carried out is not asked here: the answer
            # that is stored in the end counts.
            self._note_refusal(path, answer)
        meeting.answers.add((person.number, given))
        return True

    def _note_refusal(self, path: str, answer: Answer | None) -> None:
        if answer is not None and answer.status not in (*ALLOWED, 404, 412):
            with self.record.guard:
                self.record.wrong.append(f"PUT {path}: {answer.status} {answer.body[:200]!r}")

    def _new_answer(self, meeting: Meeting, person: Person) -> str | None:
        left = [each for each in ANSWERS if (person.number, each) not in meeting.answers]
        return self._chance.choice(left) if left else None

    def _alarm(self) -> bool:
        person = self._chance.choice(self._mine)
        alarm = Alarm(self._facts.number(), person)
        due = datetime.now(UTC) + timedelta(seconds=self._chance.uniform(*self._ahead))
        begins = due + timedelta(minutes=1)
        lines = (
            f"SUMMARY:{alarm.title}", "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT1M", "END:VALARM",
        )  # fmt: skip
        ends = begins + timedelta(hours=1)
        text = event(alarm.uid, *lines, start=f"{begins:{UTC_FORM}}", end=f"{ends:{UTC_FORM}}")
        stored = self._change(person, "PUT", f"{person.client.calendar()}a{alarm.number}.ics", text)
        # Nobody is reminded of what was due before the event was stored, such as after an outage.
        if stored and datetime.now(UTC) < due.replace(microsecond=0):
            with self._facts.guard:
                self._facts.alarms.append(alarm)
        return True

    def _change(self, person: Person, method: str, path: str, text: bytes | None) -> bool:
        """Repeats a change until it is acknowledged; False where it is given up after the end."""
        repeated = False
        while time.monotonic() < self._until:
            answer = ask(person.client, self.record, method, path, text)
            if answer is not None and (answer.status in (201, 204) or (repeated and answer.status == 404)):
                return True
            if answer is not None and answer.status not in ALLOWED:
                with self.record.guard:
                    self.record.wrong.append(f"{method} {path}: {answer.status} {answer.body[:200]!r}")
                return False
            repeated = True
            time.sleep(0.3)
        return False


UTC_FORM = "%Y%m%dT%H%M%SZ"
