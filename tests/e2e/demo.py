"""``make demo``: the walk, for a person to watch."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console

from e2e.walk import Walk
from support.running import Televent


def main() -> None:
    """Starts everything on a data directory of its own, walks, and stops it."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="televent-demo-") as folder:
        console.print("Starting Televent on an embedded PostgreSQL …")
        with Televent(Path(folder, "data")) as televent:
            console.print(f"Chat: {televent.sandbox}/   Mail: {televent.sandbox}/mail   CalDAV: {televent.api}\n")
            number = 0

            def tell(line: str) -> None:
                nonlocal number
                number += 1
                console.print(f"[green]{number:2}[/green]  {line}")

            Walk(televent.api, televent.sandbox, tell).go()
            console.print("\nThat was the whole walk. Stopping.")


if __name__ == "__main__":
    main()
