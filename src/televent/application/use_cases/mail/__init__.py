"""Inbound mail, behind every mail door."""
