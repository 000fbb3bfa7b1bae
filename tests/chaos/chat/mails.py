"""The mails to the guest outside: each is owed and comes once, and the last state of each meeting is told."""

from __future__ import annotations

import email
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from chaos.chat.checks import Told
from chaos.chat.killer import Killer
from chaos.chat.meetings import OUTSIDE, Facts, Meeting
from chaos.chat.stage import Stage
from televent.adapters.email.outgoing.mime import message_id
from televent.application.use_cases.mail.tell_guest import mail_id

PARTS = 3
"""Max mails that one change makes: what was cancelled, and what is so now."""
_OWED = "SELECT tenant_id, outbox_id FROM outbox WHERE split_part(kind, '/', 1) = 'calendar_change'"


@dataclass(frozen=True)
class Caught:
    """A mail that the mail server took. ``at``: seconds since 1970; ``calendar``: its iTIP message, unfolded."""

    message_id: str
    at: float
    calendar: str


def check_mails(told: Told, stage: Stage, facts: Facts, killer: Killer) -> None:
    """Adds what is wrong with the mails, and those that came twice, to ``told``."""
    caught: dict[str, list[Caught]] = defaultdict(list)
    for mail in _caught(stage):
        caught[mail.message_id].append(mail)
    with psycopg.connect(stage.url) as connection:
        owed = {
            message_id(stage.core.settings.mail_domain, tenant, mail_id(outbox_id, part)): tenant
            for tenant, outbox_id in connection.execute(_OWED).fetchall()
            for part in range(PARTS)
        }
    # Changes are gathered, so not each has a mail: a lost one shows as a last state that was not told (ADR 63).
    told.facts["mails to a guest outside"] += len(caught)
    told.wrong += [f"nobody owed the mail {each}" for each in caught.keys() - owed.keys()]
    for name, copies in caught.items():
        for mail in copies[:-1]:
            # It may have been taken from the worker before the worker could record it. Mail clients show it once.
            explained = any(
                kill.what == "worker" and kill.interrupted(owed.get(name), mail.at, killer.outages)
                for kill in killer.kills
            )
            reason = "a mail whose worker was killed before it was recorded" if explained else "a mail: no reason"
            told.twice[reason] += 1
            if not explained:
                told.wrong.append(f"the mail {name} came {len(copies)} times")
    texts = [mail.calendar for mails in caught.values() for mail in mails]
    for meeting in facts.meetings:
        if meeting.outside and not meeting.uncertain and not _told(meeting, texts):
            told.wrong.append(f"{OUTSIDE} was not told the last state of {meeting.title}")


def _told(meeting: Meeting, texts: Sequence[str]) -> bool:
    """Whether a mail tells the last state of the meeting."""
    mine = [text for text in texts if f"UID:{meeting.uid}\n" in text]
    if meeting.cancelled:
        return any("METHOD:CANCEL\n" in text for text in mine)
    begins = meeting.clock.replace(":", "")
    return any("METHOD:REQUEST\n" in text and f"T{begins}00Z\n" in text for text in mine)


def _caught(stage: Stage) -> list[Caught]:
    found = []
    for row in stage.sandbox.http("GET", f"/sandbox/mails?to={OUTSIDE}"):
        mail = email.message_from_bytes(stage.sandbox.http("GET", f"/sandbox/mails/{row['id']}"))
        parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        payload = parts[0].get_payload(decode=True) if parts else b""
        assert isinstance(payload, bytes)
        calendar = payload.decode().replace("\r\n ", "").replace("\r\n", "\n")
        found.append(Caught(row["message_id"].strip("<>"), float(row["received"]), calendar))
    return found
