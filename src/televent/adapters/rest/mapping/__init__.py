"""Events as JSON: pure functions from texts to shapes, and from shapes to changes (ADR 85)."""
