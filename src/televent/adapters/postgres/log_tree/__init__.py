"""The Merkle tree of the log: how it grows, what it proves, and how the log is compared with it (ADR 71)."""
