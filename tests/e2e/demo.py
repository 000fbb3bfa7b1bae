"""``make demo``: the tour of ``tour.py``, for a person to watch."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console

from e2e.tour import Tour
from support.running import Televent


def show(console: Console, data_dir: Path) -> str:
    """Starts Televent on that data directory, runs the tour, and stops it. Returns the output of Televent before it was
    stopped. Raises AssertionError where a step fails."""
    console.print("Starting Televent on an embedded PostgreSQL …")
    with Televent(data_dir) as televent:
        console.print(f"Ready after {televent.ready_seconds():.1f} s. Where to look:")
        console.print(f"    the chat, as Ann (1001) or Bob (1002)   {televent.sandbox}/")
        console.print(f"    the mail to Eve, who is outside         {televent.sandbox}/mail")
        console.print(f"    CalDAV                                  {televent.api}/\n")
        steps = 0

        def tell(line: str, look: str) -> None:
            nonlocal steps
            steps += 1
            console.print(f"[green]{steps:2}[/green]  {line}", highlight=False)
            console.print(f"    [dim]{look}[/dim]", highlight=False)

        Tour(televent.api, televent.sandbox, tell).go()
        console.print("\nThat was the whole tour. Stopping.")
        return televent.output()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="televent-demo-") as folder:
        show(Console(), Path(folder, "data"))


if __name__ == "__main__":
    main()
