"""The output of foreign suites is read correctly: a test that did not pass is never counted as passed."""

from pathlib import Path

import pytest

from interop.document import BEGIN, END, remarks, table, write
from interop.result import Result, of_driver, of_junit, skipped
from interop.server_tester import features_of

JUNIT = """<testsuites><testsuite>
<testcase name="test_a"/><testcase name="test_b"><failure message="boom">…</failure></testcase>
<testcase name="test_c"><skipped message="not here"/></testcase><testcase name="test_d"><error message="e"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.xml"
    path.write_text(JUNIT)
    return path


def test_a_skipped_test_did_not_pass(report: Path) -> None:
    result = of_junit("suite", report, 4, {})
    assert (result.passed, result.total, result.met) == (1, 4, False)
    assert [each.split()[0] for each in result.short] == ["test_b", "test_c", "test_d"]


def test_only_a_skip_can_be_exempt_and_is_not_counted_as_passed(report: Path) -> None:
    result = of_junit("suite", report, 2, {"test_a": "passes now", "test_b": "fails", "test_c": "does not apply"})
    assert (result.passed, dict(result.exempt), result.met) == (1, {"test_c": "does not apply"}, True)
    assert "test_b" in result.short[0]


def test_a_suite_that_wrote_no_report_is_short(tmp_path: Path) -> None:
    assert not of_junit("suite", tmp_path / "none.xml", 1, {}).met


def test_a_driver_is_as_good_as_its_last_line() -> None:
    good = of_driver("driver", "  ok   one   0.1s\nNAME: 1 passed, 0 failed [1s]\n")
    assert (good.passed, good.total, good.met) == (1, 1, True)
    bad = of_driver("driver", "  ok   one   0.1s\n  FAIL two          no\nNAME-X: 1 passed, 1 failed (two) [1s]\n")
    assert (bad.met, bad.short) == (False, ["two: no"])
    assert not of_driver("driver", "Traceback …\nKeyError: 'x'\n").met


def test_features_are_read_after_whatever_was_logged() -> None:
    said = "WARNING: {\nnoise\n{\n    'a': {'support': 'full'},\n    'b': {'support': 'unknown'},\n}\n"
    assert features_of(said) == {"a": {"support": "full"}, "b": {"support": "unknown"}}
    assert features_of("Traceback") == {}


def test_the_table_says_what_is_short_exempt_and_absent(tmp_path: Path) -> None:
    results = [
        Result("one", 1, 3, 3, {"x": "no client uses it"}, ["y: broken"]),
        Result("two", 2, 2, 2),
        skipped("three", "no node"),
    ]
    lines = table(results).splitlines()
    assert [line.split(" | ")[-1].rstrip(" |") for line in lines[2:]] == ["SHORT", "ok", "not run: no node"]
    assert "1/3 + 1" in lines[2]
    path = tmp_path / "page.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write(path, remarks(results))
    assert path.read_text() == (
        f"before\n{BEGIN}\n- one: `x`. no client uses it\n- one: did not pass: y: broken\n{END}\nafter\n"
    )
