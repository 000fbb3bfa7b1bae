"""Puts the parts of a sentence together: the readings of its time, its title, place and guests."""
