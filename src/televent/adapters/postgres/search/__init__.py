"""The index of words by which people find their events (ADR 86)."""
