"""Files in the register of revocations that are none of its own stop neither a backup nor a restore."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from televent.adapters.person_keys.revoked import FileRevocations
from televent.application.revocations import Revocation
from televent.domain.ids import AccountId

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_a_stray_file_is_left_out(tmp_path: Path) -> None:
    register, other = FileRevocations(tmp_path / "own"), FileRevocations(tmp_path / "copy")
    revoked = Revocation("api-key", AccountId(UUID(int=1)), UUID(int=2))
    register.note(revoked, NOW)
    (path,) = (tmp_path / "own" / "2026-11-23").iterdir()
    for name in (f"{path.name}~", "api-key.x.y", ".nfs0001", "note.txt"):
        path.with_name(name).touch()
    assert register.all() == {revoked}
    assert (register.copy_to(other), register.copy_to(other)) == (1, 0)
    assert other.all() == {revoked}
