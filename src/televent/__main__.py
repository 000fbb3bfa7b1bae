"""``python -m televent``."""

import gc

# Importing makes millions of objects that all stay: looking through them again and again costs a seventh of the start.
# ``running`` switches the collector on once the services stand.
gc.disable()

from televent.cli import main  # noqa: E402

main()
