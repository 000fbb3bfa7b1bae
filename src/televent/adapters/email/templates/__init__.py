"""The texts of the mails that we send, plain and HTML."""
