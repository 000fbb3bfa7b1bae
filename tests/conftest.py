"""Makes `support` importable from every test and registers its fixtures."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

pytest_plugins = ["support.postgres", "support.shared"]
