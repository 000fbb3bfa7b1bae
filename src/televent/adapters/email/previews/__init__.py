"""Every mail with example data, for people who change a text or the look."""
