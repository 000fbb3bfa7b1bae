"""Files that people and the bot have sent, and the size of a picture from its own header."""

import hashlib
import secrets
import struct
from collections import OrderedDict
from pathlib import Path
from typing import Any

from televent.adapters.sandbox.botapi.errors import bad_request
from televent.adapters.sandbox.journal import Journal

Json = dict[str, Any]

MAX_UPLOAD_BYTES = 50 * 1024 * 1024
"""Max bytes of a file that is sent (Bot API, sendDocument)."""
MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
"""Max bytes of a file that getFile gives (Bot API, getFile)."""
MAX_FILES = 500
"""Max files that the sandbox keeps."""
MAX_KEPT_BYTES = 512 * 1024 * 1024
"""Max bytes of all files that the sandbox keeps."""


class Files:
    """Files by file_id, in memory or in a directory. Above MAX_FILES or MAX_KEPT_BYTES the oldest are deleted."""

    def __init__(self, directory: Path | None, journal: Journal) -> None:
        self._directory = directory
        self._journal = journal
        self._memory: dict[str, bytes] = {}
        self.known: OrderedDict[str, Json] = OrderedDict()
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)

    def add(self, name: str, mime_type: str, content: bytes, kind: str) -> Json:
        """Keep the content and return its description. `kind` is "documents" or "photos"."""
        file_id = secrets.token_urlsafe(24)
        suffix = Path(name).suffix[:12]
        known = {
            "file_id": file_id,
            "file_unique_id": hashlib.sha256(content).hexdigest()[:16],
            "file_name": name,
            "mime_type": mime_type,
            "file_size": len(content),
            "file_path": f"{kind}/{file_id}{suffix if suffix[1:].isalnum() and suffix.isascii() else ''}",
        }
        self.known[file_id] = known
        if self._directory is None:
            self._memory[file_id] = content
        else:
            (self._directory / file_id).write_bytes(content)
        self._journal.write("file", known)
        while len(self.known) > MAX_FILES or sum(each["file_size"] for each in self.known.values()) > MAX_KEPT_BYTES:
            self.forget(next(iter(self.known)))
        return known

    def restore(self, known: Json) -> None:
        """Register a file of the journal whose content is still in the directory."""
        if self._directory is not None and (self._directory / known["file_id"]).is_file():
            self.known[known["file_id"]] = known

    def content(self, file_id: str) -> bytes | None:
        """The bytes, or None where there is no such file."""
        if file_id not in self.known:
            return None
        if self._directory is None:
            return self._memory[file_id]
        return (self._directory / file_id).read_bytes()

    def by_path(self, path: str) -> Json | None:
        """The description of the file with this file_path, or None."""
        return next((known for known in self.known.values() if known["file_path"] == path), None)

    def forget(self, file_id: str) -> None:
        """Delete a file, where there is one."""
        self.known.pop(file_id, None)
        self._memory.pop(file_id, None)
        if self._directory is not None:
            (self._directory / file_id).unlink(missing_ok=True)


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG, GIF or JPEG. Raises BotApiError for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    if content.startswith(b"\xff\xd8"):
        at = 2
        while at + 9 <= len(content) and content[at] == 0xFF:
            marker = content[at + 1]
            # C0 to CF start a frame in any coding, except C4, C8 and CC.
            if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
                height, width = struct.unpack(">HH", content[at + 5 : at + 9])
                return width, height
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    raise bad_request("IMAGE_PROCESS_FAILED")
