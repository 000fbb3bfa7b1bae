"""Verifies who sent a mail, where no mail server in front of us does: DKIM, its alignment, and ARC."""
