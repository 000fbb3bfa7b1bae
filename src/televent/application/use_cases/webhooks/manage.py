"""Making, changing, rotating and deleting webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.outward import BadUrl
from televent.application.refusals import InvalidUrl, TooManyWebhooks, UnknownEventType, UnknownWebhook
from televent.application.revocations import Revocation
from televent.application.webhooks.book import MAX_SECRETS, OVERLAP, Secret, Webhook
from televent.application.webhooks.types import TYPES


def create_webhook(
    backend: Backend, context: Context, *, url: str, types: Sequence[str], description: str, secret: bytes
) -> Webhook:
    """Stores a webhook; ``secret`` signs its deliveries. Raises InvalidUrl, UnknownEventType, TooManyWebhooks."""
    _check(backend, url, types)
    named = tuple(dict.fromkeys(types))
    webhook = Webhook(context.command_id, url, description, named, (Secret(secret),), context.now)
    if not backend.webhooks.add(context.tenant, webhook):
        raise TooManyWebhooks()
    return webhook


def change_webhook(
    backend: Backend,
    context: Context,
    *,
    webhook_id: UUID,
    url: str | None = None,
    types: Sequence[str] | None = None,
    description: str | None = None,
    enabled: bool | None = None,
) -> Webhook:
    """Changes what is not None. Enabled again, it has as long as a new one until it is disabled for failures. Raises
    UnknownWebhook, InvalidUrl, UnknownEventType."""
    _check(backend, url, types or ())

    def step(was: Webhook) -> Webhook:
        new = replace(
            was,
            url=was.url if url is None else url,
            types=was.types if types is None else tuple(dict.fromkeys(types)),
            description=was.description if description is None else description,
        )
        if enabled and was.disabled_at is not None:
            return replace(new, disabled_at=None, why="", failing_since=None)
        if enabled is False and was.disabled_at is None:
            return replace(new, disabled_at=context.now, why="person")
        return new

    return _found(backend.webhooks.edit(context.tenant, webhook_id, step))


def rotate_secret(backend: Backend, context: Context, *, webhook_id: UUID, secret: bytes) -> Webhook:
    """Signs with ``secret`` from now on, and for OVERLAP with the one before as well. Raises UnknownWebhook."""
    until = context.now + OVERLAP

    def step(was: Webhook) -> Webhook:
        alive = [each for each in was.secrets if each.until is None or each.until > context.now]
        ending = [each if each.until is not None else replace(each, until=until) for each in alive]
        return replace(was, secrets=(Secret(secret), *ending[: MAX_SECRETS - 1]))

    return _found(backend.webhooks.edit(context.tenant, webhook_id, step))


def read_webhook(backend: Backend, context: Context, *, webhook_id: UUID) -> Webhook:
    """One webhook. Raises UnknownWebhook."""
    return _found(backend.webhooks.one(context.tenant, webhook_id))


def delete_webhook(backend: Backend, context: Context, *, webhook_id: UUID) -> None:
    """Deletes a webhook with the log of its deliveries. Raises UnknownWebhook."""
    read_webhook(backend, context, webhook_id=webhook_id)
    backend.revocations.note(Revocation("webhook", context.tenant, webhook_id), context.now)
    if not backend.webhooks.remove(context.tenant, webhook_id):
        raise UnknownWebhook()


def _found(webhook: Webhook | None) -> Webhook:
    if webhook is None:
        raise UnknownWebhook()
    return webhook


def _check(backend: Backend, url: str | None, types: Sequence[str]) -> None:
    if any(each not in TYPES for each in types):
        raise UnknownEventType()
    if url is None:
        return
    try:
        backend.check_url(url)
    except BadUrl as error:
        raise InvalidUrl(reason=str(error)) from error
