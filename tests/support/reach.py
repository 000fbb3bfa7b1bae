"""The address of a server at home."""

from televent.application.reach import Reach


def at_home() -> Reach:
    """An address that only devices in the same network reach."""
    return Reach("http://192.0.2.7:3000/", "network")
