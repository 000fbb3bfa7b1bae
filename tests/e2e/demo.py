"""``make demo``: the walk, for a person to watch."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console

from e2e.walk import Walk
from support.running import Televent


def show(console: Console, data_dir: Path) -> str:
    """Starts everything on that data directory, walks, and stops it. Returns what Televent printed and logged before
    it was told to stop. Raises AssertionError where a step does not come out as it should."""
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

        Walk(televent.api, televent.sandbox, tell).go()
        console.print("\nThat was the whole walk. Stopping.")
        return televent.output()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="televent-demo-") as folder:
        show(Console(), Path(folder, "data"))


if __name__ == "__main__":
    main()
