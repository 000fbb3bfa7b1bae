"""Properties that no RFC defines."""
