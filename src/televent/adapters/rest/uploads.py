"""Copies the body of a request into the storage of attachments, chunk by chunk: it is never whole in memory."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import quote

from litestar import Request
from litestar.exceptions import ClientException, InternalServerException

from televent.adapters.rest.signing_in.auth import Auth
from televent.application.attachments import MAX_ATTACHMENT, AttachmentRow, Upload
from televent.application.uploading import take_over

_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}\Z")
UNKNOWN_TYPE: Final = "application/octet-stream"


async def store(auth: Auth, request: Request[Any, Any, Any], upload: Upload) -> int:
    """Stores the body; returns its size in bytes. On an error nothing of it stays stored.

    Raises QuotaExceeded; RequestEntityTooLarge by the limit of the handler, MAX_ATTACHMENT; ClientException where the
    client went away.
    """
    announced = min(request.content_length or 0, MAX_ATTACHMENT)
    return await take_over(auth.backend, auth.run, upload, announced, _parts(request))


async def _parts(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    try:
        async for part in request.stream():
            yield part
    except InternalServerException:
        # The framework calls a client that went away a defect of the server.
        raise ClientException from None


def media_type_of(content_type: str) -> str:
    """The media type without parameters; UNKNOWN_TYPE if the header is not a valid one."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind if _TYPE.match(kind) else UNKNOWN_TYPE


def download_headers(row: AttachmentRow) -> dict[str, str]:
    """The headers of an attachment as a download. A browser neither opens it, nor guesses another type: it may be a
    page with a script, from anybody who can invite the person (RFC 6266)."""
    plain = "".join(each if each.isascii() and each not in '"\\' else "_" for each in row.filename)
    return {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(row.filename, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-cache",
        "etag": f'"{row.attachment_id}"',
    }
