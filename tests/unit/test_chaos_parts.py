"""The search for lost changes must not look good because it did nothing."""

import pytest

from chaos import __main__ as chaos
from chaos.writers import Record, Writer


class Broken(Writer):
    door = "mail"

    def write(self) -> None:
        raise ValueError("a reply that nobody expected")


class Steady(Writer):
    door = "bot"

    def write(self) -> None:
        self.acknowledged += 1


def test_a_writer_that_ends_by_an_error_is_wrong() -> None:
    record = Record()
    writer = Broken(record)
    writer.start()
    writer.join()
    assert record.wrong == ["Broken ended: ValueError: a reply that nobody expected"]


def test_a_door_that_takes_nothing_more_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record()
    steady, broken = Steady(record), Broken(record)
    steady.start()
    assert chaos.await_writing([steady], "round 1 (cut)") == []
    steady.finish()
    steady.join()
    monkeypatch.setattr(chaos, "RECOVERY", 0.0)
    assert chaos.await_writing([broken], "round 1 (cut)") == ["round 1 (cut): nothing more is acknowledged by mail"]
