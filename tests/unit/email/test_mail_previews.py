"""Every mail, as `televent mail preview` shows it: what holds for each of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from televent.adapters.email.previews.catalogue import EXAMPLES, preview
from televent.adapters.email.previews.example import Example
from televent.adapters.email.templates.calendar_texts import TEXT_NAMES
from televent.adapters.email.templates.content import MAX_LINES, Content, Link
from televent.cli import cli
from televent.wording.texts import LANGUAGES

EVERY = [(name, language) for name in EXAMPLES for language in LANGUAGES]
FOLDER = Path(__file__).parents[3] / "src" / "televent" / "adapters" / "email" / "locales"
VOID = {"meta", "br"}


class Page(HTMLParser):
    """The parts of a page: what is shown, the links, and every tag with its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.shown, self.links, self.tags = "", list[str](), list[tuple[str, dict[str, str | None]]]()
        self._open = list[str]()
        self.feed(source)
        assert self._open == [], "a tag is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        self.shown += "\n" if tag in ("br", "tr", "td", "table") else ""

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ("style", "title"):
            self.shown += data


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_every_kind_of_mail_has_an_example() -> None:
    made = set(EXAMPLES)
    assert {type(make("en")) for make in EXAMPLES.values()} == {Example}
    assert len([name for name in made if EXAMPLES[name]("en").method]) >= len(TEXT_NAMES)
    said = set[str]()
    for file in (FOLDER / "en").glob("*.ftl"):
        said |= set(re.findall(r"^(subject-[\w-]+|notice-[\w-]+-subject) =", file.read_text(), re.MULTILINE))
    # Each subject is that of an example.
    subjects = [EXAMPLES[name]("en").content.subject for name in made]
    for key in said:
        start = re.search(
            rf"^{key} = ([^{{\n]*)", "\n".join(f.read_text() for f in (FOLDER / "en").glob("*.ftl")), re.M
        )
        assert start is not None
        assert any(start[1].strip() in each for each in subjects), key


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_both_forms_say_the_same(name: str, language: str) -> None:
    content = EXAMPLES[name](language).content
    page = Page(content.html)
    plain, links = content.plain, page.links
    for each in links:
        assert each in plain
    without = plain
    for each in sorted(set(links), key=len, reverse=True):
        without = without.replace(each, " ")
    shown = set(words(page.shown))
    assert set(words(without)) == shown
    assert content.lead in plain.splitlines()[0]
    assert plain.endswith("\n")
    if language == "ru":
        assert re.search("[а-яё]", content.lead + content.plain)
        assert re.search("[а-яё]", content.subject)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_html_is_for_the_mail_programs_that_there_are(name: str, language: str) -> None:
    source = preview(name, language, "html").decode()
    page = Page(source)
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "a", "strong", "span", "br",
    }  # fmt: skip
    for word in ("src=", "<img", "url(", "@import", "<script", "flex", "grid", "javascript:"):
        assert word not in source
    for _, attributes in page.tags:
        assert not {"background", "onclick", "onload", "ping"} & attributes.keys()
    assert all(each.startswith("https://") for each in page.links)
    assert '<meta name="color-scheme" content="light dark">' in source
    assert "prefers-color-scheme: dark" in source
    # Gmail drops the rest of a mail of more than 102 KB.
    assert len(source.encode()) < 60_000


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_mail_is_marked_as_a_programs(name: str, language: str) -> None:
    mail = BytesParser(policy=policy.default).parsebytes(preview(name, language, "eml"))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    example = EXAMPLES[name](language)
    calendars = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_param("method") for part in calendars] == ([example.method] if example.method else [])


def hostile(text: str) -> Content:
    link = Link(text, "https://cal.example.com/i/1?a=1&b=\"'<>")
    return Content("en", text, text, [text], [text, text], text, [link], text, [link], [text])


def test_nothing_that_a_person_wrote_is_html() -> None:
    evil = "</td><script>alert(1)</script><a href='https://evil.example'>x</a>\"'&amp;{0}{lead}<!--[if mso]>"
    content = hostile(evil)
    page = Page(content.html)
    assert "script" not in {tag for tag, _ in page.tags}
    assert set(page.links) == {"https://cal.example.com/i/1?a=1&b=\"'<>"}
    assert html.unescape(content.html).count(evil) == content.plain.count(evil) + 1
    assert f"\n{evil}\n" in content.plain


@pytest.mark.parametrize("sign", ["x", "&", "<", "ж", "🎂", "\n"])
def test_a_mail_has_a_bound(sign: str) -> None:
    content = hostile(sign * 1_000_000)
    assert len(content.html.encode()) < 120_000
    assert len(content.plain.encode()) < 100_000
    many = Content("en", "s", "l", lines=[f"line {number}" for number in range(1000)])
    assert f"… +{1000 - MAX_LINES}" in many.plain
    assert f"… +{1000 - MAX_LINES}" in many.html
    long = Content("en", "s", "l", buttons=[Link("Go", f"https://cal.example.com/{'x' * 5000}")])
    assert "xxx" not in long.html + long.plain


def files_in(folder: Path) -> Iterator[str]:
    return (each.name for each in sorted(folder.iterdir()))


def test_the_command_lists_shows_and_writes(tmp_path: Path) -> None:
    def run(*given: str) -> str:
        result = CliRunner().invoke(cli, ["mail", "preview", *given])
        assert result.exit_code == 0, result.output
        return result.output

    listed = run()
    assert [line.split()[0] for line in listed.splitlines()] == list(EXAMPLES)
    assert run("update", "--language", "ru") == preview("update", "ru", "text").decode() + "\n"
    assert "<!doctype html>" in run("update", "--form", "html")
    assert f"{len(EXAMPLES) * 6} files" in run("--out", str(tmp_path / "all"))
    assert len(list(files_in(tmp_path / "all"))) == len(EXAMPLES) * 6
    run("reminder", "--out", str(tmp_path / "one"), "--language", "en")
    assert list(files_in(tmp_path / "one")) == ["reminder.en.eml", "reminder.en.html", "reminder.en.txt"]


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    for given, why in (
        (["nothing"], "There is no mail nothing"),
        (["update", "--language", "de"], "de"),
        (["--out", str(tmp_path / "file" / "below")], "cannot be written"),
    ):
        result = CliRunner().invoke(cli, ["mail", "preview", *given])
        assert result.exit_code != 0
        assert why in result.output + str(result.exception)
