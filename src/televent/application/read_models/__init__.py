"""The read models, one file per question: its row, its writes, its reads."""
