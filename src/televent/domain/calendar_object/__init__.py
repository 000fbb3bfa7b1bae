"""One person's copy of a calendar object: its commands, facts, state and decisions."""
