"""One file for each report."""
