"""One event as people see and change it: all of it, one occurrence, or the rest of a series."""
