"""Incoming mail, in the form that every door for mail passes on."""
