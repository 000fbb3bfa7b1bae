"""caldav-server-tester: which features of CalDAV a server has, probed one by one."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from interop.install import TESTER
from interop.places import LOGS, python, run
from interop.result import Result
from interop.server import Site

NAME = f'caldav-server-tester {TESTER}, features "full"'
EXEMPT = {
    "create-calendar.auto": (
        "unsupported",
        "Asks that a calendar comes into being when something is stored in it. RFC 4918 §9.7.1 forbids that (409); a "
        "client's spelling mistake would make a calendar.",
    ),
    "url.encode-at.identity": (
        "unsupported",
        "Asks that `@` and `%40` in a path name two different resources. Clients that write one of them mean the other "
        "as well (iOS 18.4 percent-encodes the user name in paths), so here they are one.",
    ),
    "url.encode-at.literal.principal": (
        "unknown",
        "Asks how a principal's path spells the `@` of a user name. Ours holds an account's id and no user name: the "
        "question does not arise, and the tester says so.",
    ),
    "search.text.comp-type-optional": (
        "unsupported",
        "Asks that a property filter directly below `VCALENDAR` finds properties of events. By RFC 4791 §9.7.2 it "
        "looks at the `VCALENDAR`'s own, which has none of them; no client sends such a query.",
    ),
    "search.time-range.comp-type-optional": (
        "unsupported",
        "Asks that a time range directly below `VCALENDAR` is answered. RFC 4791 §9.9 defines it for what has a time; "
        "to refuse it is what the tester itself calls compliant, and no client sends such a query.",
    ),
}
"""Features that no client uses: the tester's result for each, and the reason why it is right."""


def suite(site: Site) -> list[Result]:
    """Runs the tester with three people, so that it probes scheduling too."""
    people = site.people(3)
    sections = {
        f"user{place}": {"caldav_url": site.url, "caldav_username": each.address, "caldav_password": each.password}
        for place, each in enumerate(people)
    }
    LOGS.mkdir(parents=True, exist_ok=True)
    config = LOGS / "server-tester.json"
    config.write_text(json.dumps(sections))
    command: list[str | Path] = [python("caldav").with_name("caldav-server-tester"), "--format", "hints"]
    for name in sections:
        command += ["--config-section", name]
    said = run(command, "server-tester.log", environment={"CALDAV_CONFIG_FILE": str(config)})
    features = features_of(said)
    full = [name for name, observed in features.items() if observed.get("support") == "full"]
    exempt = {name: why for name, (support, why) in EXEMPT.items() if features.get(name, {}).get("support") == support}
    short = [
        f"{name}: {json.dumps(observed)}"
        for name, observed in sorted(features.items())
        if name not in full and name not in exempt
    ]
    return [Result(NAME, len(full), len(features), max(len(features), 1), exempt, short)]


def features_of(said: str) -> dict[str, dict[str, str]]:
    """The dictionary that ``--format hints`` prints after the program's log lines."""
    start = said.rfind("\n{\n")
    body = said[start + 1 :] if start >= 0 else said
    try:
        value = ast.literal_eval(body[: body.rindex("\n}") + 2])
    except (ValueError, SyntaxError):
        return {}
    return {str(name): dict(observed) for name, observed in value.items() if "support" in observed}
