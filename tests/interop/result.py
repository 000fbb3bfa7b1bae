"""The result of a foreign suite, and whether it is as required."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SAID = re.compile(r"^[A-Z0-9-]+: (\d+) passed, (\d+) failed", re.MULTILINE)
_STEP = re.compile(r"^  FAIL (\S+)\s+(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """``total`` tests of ``suite``, of which ``passed`` passed; at least ``wanted`` are to pass.

    ``exempt``: tests that correctly do not pass, with the reasons; they count as required, never as passed. ``short``:
    tests that did not pass for any other reason. ``absent``: the reason why the suite could not be run.
    """

    suite: str
    passed: int = 0
    total: int = 0
    wanted: int = 0
    exempt: Mapping[str, str] = field(default_factory=dict)
    short: Sequence[str] = ()
    absent: str = ""

    @property
    def met(self) -> bool:
        """True where the result is as required, or the suite cannot be run here."""
        return bool(self.absent) or (self.total > 0 and self.passed + len(self.exempt) >= self.wanted)


def skipped(suite: str, why: str) -> Result:
    """A suite that cannot be run on this machine."""
    return Result(suite, absent=why)


def of_driver(suite: str, output: str) -> Result:
    """From a driver that prints ``  FAIL step  why`` and last ``NAME: N passed, N failed``: all are to pass."""
    said = _SAID.search(output)
    if said is None:
        last = output.strip().splitlines()[-1:] or ["it said nothing"]
        return Result(suite, total=1, wanted=1, short=[f"it did not come to its end: {last[0][:300]}"])
    passed, failed = int(said[1]), int(said[2])
    short = [f"{found[1]}: {found[2][:200]}" for found in _STEP.finditer(output)]
    return Result(suite, passed, passed + failed, passed + failed, short=short)


def of_junit(suite: str, report: Path, wanted: int, exempt: Mapping[str, str]) -> Result:
    """From pytest's report. A skipped test counts as one that did not pass, unless ``exempt`` names it. A test that
    passes is not exempt."""
    if not report.exists():
        return Result(suite, total=1, wanted=wanted, short=["there is no report: the suite did not run"])
    passed, short, used = 0, [], {}
    cases = list(ET.parse(report).getroot().iter("testcase"))
    for case in cases:
        name = case.get("name", "")
        bad = next((each for each in case if each.tag in ("failure", "error", "skipped")), None)
        if bad is None:
            passed += 1
        elif name in exempt and bad.tag == "skipped":
            used[name] = exempt[name]
        else:
            short.append(f"{name} ({bad.tag}): {(bad.get('message') or '').strip().splitlines()[:1]}")
    return Result(suite, passed, len(cases), wanted, used, short)
