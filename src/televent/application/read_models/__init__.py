"""The read models, one file per question, with its rows, writes and reads."""
