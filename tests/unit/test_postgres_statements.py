"""Splitting SQL into statements."""

import pytest

from televent.adapters.postgres.schema.statements import split_statements


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "SELECT 'a;b'",
        "SELECT 'it''s; here'",
        r"SELECT E'it\'s; here'",
        r"SELECT 'back\' || ''",
        'SELECT ";" FROM "a;b"',
        "SELECT $$a;b$$",
        "SELECT $one$a;$$;$two$;b$one$",
        "SELECT $1 /* a; /* b; */ c; */",
        "SELECT 1 -- a; b\n + 1",
        "SELECT name$a$ FROM t",
        "DO $body$ BEGIN PERFORM 1; PERFORM 2; END $body$",
    ],
)
def test_a_semicolon_hidden_in_a_statement_does_not_end_it(statement: str) -> None:
    text = f"SELECT 0; {statement};\nSELECT 2"
    pieces = [piece.strip() for _, piece in split_statements(text)]
    assert pieces == ["SELECT 0", statement, "SELECT 2"]


def test_each_piece_comes_with_its_place() -> None:
    text = "SELECT 1;\n\n-- a note\nSELECT 2;"
    assert [text[offset:].startswith(piece) for offset, piece in split_statements(text)] == [True, True]


@pytest.mark.parametrize("nothing", ["", " \n", ";", ";;\n;", "-- only; a note", "/* only; */ ;", "/* open;"])
def test_what_holds_only_blanks_and_comments_is_no_statement(nothing: str) -> None:
    assert list(split_statements(nothing)) == []


@pytest.mark.parametrize("cut", ["SELECT 'open;", "SELECT $a$open;", 'SELECT "open;'])
def test_an_open_quotation_loses_no_text(cut: str) -> None:
    assert "".join(piece for _, piece in split_statements(cut)).replace(";", "") == cut.replace(";", "")
