"""The part of a whole company: its people, their working day, the load generator, and what is counted and judged."""
