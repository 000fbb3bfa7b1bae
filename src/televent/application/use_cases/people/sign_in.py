"""Signing in with an address and a password, and everything that the password needs."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from televent.application.accounts.sessions import LIFETIME, Rotation, SessionRow, digest
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import handle
from televent.application.messages.mail import PasswordCode
from televent.application.messages.outbox import OutboxMessage
from televent.application.read_models.accounts import AccountRow
from televent.application.refusals import (
    UnknownApiKey,
    UnknownSession,
    WeakPassword,
    WrongCode,
    WrongPassword,
    WrongToken,
)
from televent.application.revocations import Revocation, password_id
from televent.application.use_cases.people.accounts import hashed_code
from televent.application.use_cases.people.api_keys import revoke_key
from televent.application.use_cases.people.erasure import keep_account
from televent.domain.account.commands import SendPasswordCode, SetPassword
from televent.domain.account.decide import decide
from televent.domain.ids import AccountId, account_stream

MIN_PASSWORD = 10
"""Min characters of a password."""
MAX_PASSWORD = 256
"""Max characters of a password."""
# Each key seals one secret, so the nonce may stay the same.
_NONCE: Final = bytes(12)
PART = 32
"""Bytes of each of the two parts of a refresh token."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun or goes on. ``refresh``: the only refresh token that continues it."""

    tenant: UUID
    session_id: UUID
    refresh: bytes


def account_at(backend: Backend, address: str) -> AccountRow | None:
    """The account that signs in with this address; None where there is none."""
    return backend.reads.account_by_address(address.strip().lower())


def send_password_code(backend: Backend, context: Context, *, address: str) -> None:
    """Mails a code with which the account's password may be set. Nothing happens where too many were sent.

    Raises UnknownAccount.
    """
    address = address.strip().lower()
    if backend.code_mails.admit(context.tenant, address, context.command_id, context.now) is not None:
        return
    person = backend.people.account(context.tenant)
    code = backend.passwords.code()
    mail = OutboxMessage(
        outbox_id=uuid5(context.command_id, "password code"),
        key=f"password-code/{context.command_id}",
        message=PasswordCode(address, person.locale, person.name, code),
        due_at=context.now,
    )
    command = SendPasswordCode(hashed_code(context.tenant, "password", code), context.now)
    key = account_stream(context.tenant)
    handle(backend.store, context, ACCOUNT, key, lambda state: decide(state, command), lambda _: [mail])


def set_password(backend: Backend, context: Context, *, password: str, code: str | None, keep: UUID | None) -> None:
    """Sets the password and ends all sessions but ``keep``. ``code`` None: the person has proven the old password.

    Raises WeakPassword, WrongCode, UnknownAccount.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise WeakPassword()
    given = None if code is None else hashed_code(context.tenant, "password", code.strip())
    hashed = backend.passwords.hash(password)
    command = SetPassword(hashed, given, context.now)
    key = account_stream(context.tenant)
    was = backend.sessions.password(context.tenant)
    after = handle(backend.store, context, ACCOUNT, key, lambda state: decide(state, command))
    if after.password_code is not None:
        # A code that is set aside by a password is gone; one that is still there was not met.
        raise WrongCode()
    backend.sessions.end_all(context.tenant, keep)
    # Not before the password is set: that of a person to whom a stranger sends wrong codes goes on.
    _note_replaced(backend, context, was)


def revoke_password(backend: Backend, context: Context) -> None:
    """Makes the password useless: the person sets another one with a code by mail. Raises UnknownAccount."""
    _note_replaced(backend, context, backend.sessions.password(context.tenant))
    command = SetPassword(backend.passwords.hash(backend.passwords.token().hex()), None, context.now)
    handle(backend.store, context, ACCOUNT, account_stream(context.tenant), lambda state: decide(state, command))
    backend.sessions.end_all(context.tenant)


def reset_password(backend: Backend, context: Context, *, known: bool, password: str, code: str) -> None:
    """Sets the password with a code that was mailed, ends all sessions and revokes all API keys. ``known`` False:
    nobody has the address; it takes as long as a wrong code. Raises as set_password."""
    if not known:
        if MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            backend.passwords.hash(password)
            raise WrongCode()
        raise WeakPassword()
    set_password(backend, context, password=password, code=code, keep=None)
    _revoke_keys(backend, context)


def log_in(
    backend: Backend, context: Context, account: AccountRow | None, password: str, *, ip: str, user_agent: str
) -> SignedIn:
    """Begins a session, and revokes a request for an erasure (ADR 78). ``account`` None: nobody has the address.

    It takes as long where there is no account or no password. Raises WrongPassword.
    """
    stored = backend.sessions.password(account.tenant) if account is not None else None
    right = backend.passwords.verify(stored or backend.passwords.decoy, password[:MAX_PASSWORD])
    if account is None or stored is None or not right:
        raise WrongPassword()
    if account.erase_at is not None:
        keep_account(backend, context)
    return begin_session(backend, account.tenant, context.now, ip=ip, user_agent=user_agent)


def begin_session(backend: Backend, tenant: AccountId, now: datetime, *, ip: str, user_agent: str) -> SignedIn:
    """Begins a session of a person who has proven who they are."""
    family, secret = backend.passwords.token(), backend.passwords.token()
    session_id = backend.ids()
    row = SessionRow(session_id, ip[:64], user_agent[:256].replace("\0", ""), now, now, now + LIFETIME)
    backend.sessions.open(tenant, row, digest(family), digest(secret))
    return SignedIn(tenant, session_id, family + secret)


def refresh(backend: Backend, token: bytes, *, client: str) -> SignedIn:
    """Continues a session with its refresh token, which is replaced. ``client``: the address and program that use it.

    The last token that was used gives the same client the same successor for GRACE: two tabs ask at once (ADR 98). Any
    other one that was used before ends the session. Raises WrongToken.
    """
    if len(token) != 2 * PART:
        raise WrongToken()
    family, old, secret = token[:PART], token[PART:], backend.passwords.token()
    whose = hashlib.blake2b(client.encode(), key=old, digest_size=32).digest()
    sealed = _successor(old).encrypt(_NONCE, secret, family)
    rotation = Rotation(digest(family), digest(old), digest(secret), sealed, whose)
    rotated = backend.sessions.rotate(rotation, backend.clock())
    if rotated is None:
        raise WrongToken()
    if rotated.sealed is not None:
        secret = _successor(old).decrypt(_NONCE, rotated.sealed, family)
    return SignedIn(rotated.tenant, rotated.session_id, family + secret)


def _successor(old: bytes) -> AESGCM:
    """The cipher of a token's successor: nobody reads it from the database without the token before."""
    return AESGCM(hashlib.sha256(b"successor" + old).digest())


def change_password(
    backend: Backend, context: Context, *, old: str, new: str, session_id: UUID, revoke_keys: bool = False
) -> None:
    """Replaces the password; the other sessions end, and the API keys where ``revoke_keys``. Raises WrongPassword,
    WeakPassword, UnknownAccount."""
    stored = backend.sessions.password(context.tenant)
    if stored is None or not backend.passwords.verify(stored, old[:MAX_PASSWORD]):
        raise WrongPassword()
    set_password(backend, context, password=new, code=None, keep=session_id)
    if revoke_keys:
        _revoke_keys(backend, context)


def end_session(backend: Backend, context: Context, *, session_id: UUID) -> None:
    """Ends a session, at once on every node. Raises UnknownSession."""
    if not backend.sessions.end(context.tenant, session_id):
        raise UnknownSession()


def _note_replaced(backend: Backend, context: Context, stored: str | None) -> None:
    if stored is not None:
        backend.revocations.note(Revocation("password", context.tenant, password_id(stored)), context.now)


def _revoke_keys(backend: Backend, context: Context) -> None:
    for row in backend.api_keys.all(context.tenant):
        each = replace(context, command_id=uuid5(context.command_id, f"revoke/{row.key_id}"))
        with contextlib.suppress(UnknownApiKey):  # It was revoked meanwhile.
            revoke_key(backend, each, key_id=row.key_id)
