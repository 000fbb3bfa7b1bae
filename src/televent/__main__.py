"""``python -m televent``."""

from televent.cli import main

main()
