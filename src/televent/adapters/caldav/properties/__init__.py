"""Live properties, one file for each RFC."""
