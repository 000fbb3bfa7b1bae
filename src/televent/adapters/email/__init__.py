"""Mail in and out: iMIP messages by SMTP (RFC 6047) and the mail that Televent itself sends."""
