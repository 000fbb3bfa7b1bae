"""Live properties that no RFC defines."""
