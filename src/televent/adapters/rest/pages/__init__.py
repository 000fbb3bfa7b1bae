"""Pages that a person opens: the documentation, and the set-up of a device."""
