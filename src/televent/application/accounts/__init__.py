"""An account's own records: its keys, sessions, devices, archives and origins, behind ports."""
