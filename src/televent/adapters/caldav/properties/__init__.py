"""The live properties of CalDAV resources, one file for each RFC."""
