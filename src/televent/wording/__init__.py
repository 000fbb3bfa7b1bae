"""Words for people that several adapters say: texts in their language, times, repetition, changes."""
