"""Workers: each does work that is due, owed or stored, beside the doors."""
