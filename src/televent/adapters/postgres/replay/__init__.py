"""Replay: folds the facts again, beside the live tables, and compares or corrects the rows of every projection."""
