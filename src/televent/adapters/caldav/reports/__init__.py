"""The reports of CalDAV, one file for each report."""
