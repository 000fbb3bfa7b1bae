"""The use cases. Each loads state, decides, and appends facts; it notifies nobody."""
