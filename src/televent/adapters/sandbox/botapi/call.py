"""One call of a Bot API method, however its parameters came: query string, JSON, form or multipart."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from televent.adapters.sandbox.botapi.errors import BotApiError, bad_request

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent along with a call."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """Method and parameters. A form brings every value as text, JSON brings it typed: both read the same here."""

    method: str
    fields: Json
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """A text parameter, or None when absent. Raises BotApiError where it is something else."""
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool | int | float):
            return json.dumps(value)
        if not isinstance(value, str):
            raise bad_request(f'field "{name}" must be of type String')
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise bad_request("strings must be encoded in UTF-8")
        return value

    def integer(self, name: str) -> int | None:
        """A whole number, or None when absent. Raises BotApiError where it is something else."""
        value = self.fields.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, int):
            return int(value)
        if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,18}\s*", value):
            return int(value)
        raise bad_request(f'field "{name}" must be a Number')

    def flag(self, name: str) -> bool:
        """A yes or no; absent is no."""
        value = self.fields.get(name)
        return value is True or value == 1 or (isinstance(value, str) and value.lower() in {"true", "1", "yes"})

    def structure(self, name: str, what: str) -> Any:
        """A JSON-serialised parameter, or None when absent. Raises BotApiError naming `what` when it is not JSON."""
        value = self.fields.get(name)
        if value is None or value == "":
            return None
        try:
            parsed = json.loads(value) if isinstance(value, str) else value
            # Half a surrogate pair, written as an escape, can be neither stored nor shown.
            json.dumps(parsed, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
        except (ValueError, RecursionError):
            raise bad_request(f"can't parse {what} JSON object") from None
        return parsed

    def required_integer(self, name: str, refusal: str) -> int:
        """A whole number that must be there. Raises BotApiError with the `refusal`."""
        value = self.integer(name)
        if value is None:
            raise bad_request(refusal)
        return value


def not_found(detail: str = "") -> BotApiError:
    """Status 404 as the Bot API says it for what it does not know."""
    return BotApiError(404, f"Not Found: {detail}" if detail else "Not Found")
