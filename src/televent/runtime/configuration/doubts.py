"""Finds settings that are valid one by one and probably not meant so."""

from __future__ import annotations

from televent.settings import Settings, unknown_variables


def doubts(settings: Settings) -> list[str]:
    """A sentence for the operator about each."""
    domain, sender = settings.mail_domain, settings.mail_sender.rpartition("@")[2]
    found = []
    if settings.smtp_host is not None and "mail_domain" not in settings.model_fields_set:
        found.append(
            f"SMTP_HOST is set and MAIL_DOMAIN is not: people are asked to answer to {domain}. Name your own domain."
        )
    elif not f".{sender}".endswith(f".{domain}") and not f".{domain}".endswith(f".{sender}"):
        # Answers come to MAIL_DOMAIN. Receivers trust a mail whose From and bounce address have one domain (RFC 7489
        # §3.1), and that of bounces is MAIL_DOMAIN.
        found.append(f"SMTP_FROM is at {sender} and MAIL_DOMAIN is {domain}: mail servers may take that for forged.")
    return [*found, *unknown_variables()]
