"""Fills a Xandikos calendar without a server: a git repository and its work tree, in one commit."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dulwich.index import index_entry_from_stat, locked_index  # type: ignore[import-not-found]
from dulwich.objects import Blob  # type: ignore[import-not-found]
from dulwich.repo import Repo  # type: ignore[import-not-found]

from bench import events


def fill(folder: Path, count: int) -> None:
    """Writes the first ``count`` events of the bench into ``folder``, a calendar made by MKCALENDAR."""
    repository = Repo(str(folder))
    blobs = []
    with locked_index(repository.index_path()) as index:
        for number in range(count):
            name, text = events.name(number), events.event(number)
            path = folder / name
            path.write_bytes(text)
            blob = Blob.from_string(text)
            blobs.append((blob, None))
            index[name.encode()] = index_entry_from_stat(os.lstat(path), blob.id)
        repository.object_store.add_objects(blobs)
        tree = index.commit(repository.object_store)
        repository.get_worktree().commit(message=b"Fill the calendar", tree=tree)


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))
