"""Proofs that the log of facts was not changed: its Merkle tree (RFC 6962), its leaves, and its signed heads."""
