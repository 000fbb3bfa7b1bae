"""How long rows are kept, and what an erasure deletes."""
