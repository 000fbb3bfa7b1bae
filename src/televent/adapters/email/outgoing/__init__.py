"""Mails that go out: composed, checked, signed and sent."""
