"""Runs the command line for ``python -m televent``."""

import gc

# Imports make millions of objects that all stay. The garbage collector would scan them again and again, which takes a
# seventh of the start. ``runtime.up`` enables it when the services are ready.
gc.disable()

from televent.cli import main  # noqa: E402

main()
