"""The grants of a calendar, in the stream of its owner."""
