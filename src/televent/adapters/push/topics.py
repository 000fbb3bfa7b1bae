"""Stable names that cannot be guessed: push topics of collections, and Topic headers of messages."""

from __future__ import annotations

import hashlib
import hmac

from televent.adapters.push.encryption import to_base64url
from televent.application.push import Collection, DuePush
from televent.domain.ids import AccountId


class Topics:
    """Derives names from the server's secret, which never changes and never leaves the database."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, collection: Collection, viewer: AccountId) -> str:
        """The push topic of a collection (the draft, §"Push Properties").

        A shared collection is another resource for the sharee than for the owner, so its topic differs per viewer.
        """
        seen_by = "" if viewer == collection.owner else f"/{viewer}"
        return self._name(f"{collection.kind}/{collection.owner}/{collection.collection_id}{seen_by}")

    def of_message(self, due: DuePush) -> str:
        """The Topic header, at most 32 characters (RFC 8030 §5.4).

        The push service cannot tell from it which subscriptions belong to one collection. The kinds of change are part
        of it: a property update alone must not replace an undelivered content update.
        """
        return self._name(f"message/{due.subscription_id}/{due.content}/{due.property}")

    def _name(self, text: str) -> str:
        return to_base64url(hmac.digest(self._secret, text.encode(), hashlib.sha256)[:16])
