"""Names that nobody can guess and that stay: of collections for clients, of messages for push services."""

from __future__ import annotations

import hashlib
import hmac

from televent.adapters.push.encryption import to_base64url
from televent.application.push import Collection, Owed
from televent.domain.ids import AccountId


class Topics:
    """Derived from the server's secret, which is never changed and never leaves the database."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, collection: Collection, viewer: AccountId) -> str:
        """The push topic of a collection (the draft, §"Push Properties"). What somebody else has shared is another
        resource than the owner's, in another home: a device that knows both tells them apart by their topics."""
        seen_by = "" if viewer == collection.owner else f"/{viewer}"
        return self._name(f"{collection.kind}/{collection.owner}/{collection.collection_id}{seen_by}")

    def of_message(self, owed: Owed) -> str:
        """The Topic header, at most 32 characters (RFC 8030 §5.4). It says nothing to the push service, not even which
        subscriptions are of one collection; and a message that tells less never replaces one that tells more."""
        return self._name(f"message/{owed.subscription_id}/{owed.content}/{owed.property}")

    def _name(self, text: str) -> str:
        return to_base64url(hmac.digest(self._secret, text.encode(), hashlib.sha256)[:16])
