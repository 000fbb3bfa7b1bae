"""Records of mails: parked, sent, expected and answered, and whom a person believes."""
