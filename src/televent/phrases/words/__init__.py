"""The words of time, as data: one file for each language, and all of them together in vocabulary.py."""
