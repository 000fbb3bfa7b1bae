"""Live updates: one reader of the log for all open streams of a process (ADR 87)."""
