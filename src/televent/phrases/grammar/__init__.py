"""Reads the parts of a sentence that tell a time: tokens, days, hours, lengths, repetitions, zones."""
