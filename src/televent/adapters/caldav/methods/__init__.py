"""The HTTP methods of CalDAV, one file for each method."""
