"""Projections: pure functions from facts to rows. Each file answers one question."""
