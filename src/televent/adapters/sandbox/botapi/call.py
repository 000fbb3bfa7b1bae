"""One call of a Bot API method, with its parameters from the query string, JSON, a form or multipart."""

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
    """Method and parameters. Values of a form are text and values of JSON are typed; the methods below accept both."""

    method: str
    fields: Json
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """A text parameter, or None when absent. Raises BotApiError for any other type."""
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
        """A whole number, or None when absent. Raises BotApiError for any other type."""
        value = self.fields.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, int):
            return int(value)
        if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,18}\s*", value):
            return int(value)
        raise bad_request(f'field "{name}" must be a Number')

    def flag(self, name: str) -> bool:
        """A boolean parameter; False when absent."""
        value = self.fields.get(name)
        return value is True or value == 1 or (isinstance(value, str) and value.lower() in {"true", "1", "yes"})

    def structure(self, name: str, what: str) -> Any:
        """A JSON parameter, or None when absent. Raises BotApiError, which names `what`, when it is not JSON."""
        value = self.fields.get(name)
        if value is None or value == "":
            return None
        try:
            parsed = json.loads(value) if isinstance(value, str) else value
            # A lone surrogate, written as an escape, has no UTF-8 form: it can be neither stored nor shown.
            json.dumps(parsed, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
        except (ValueError, RecursionError):
            raise bad_request(f"can't parse {what} JSON object") from None
        return parsed

    def required_integer(self, name: str, refusal: str) -> int:
        """A required whole number. Raises BotApiError with the text `refusal` when it is absent."""
        value = self.integer(name)
        if value is None:
            raise bad_request(refusal)
        return value


def not_found(detail: str = "") -> BotApiError:
    """The Bot API's error for an unknown method or file: status 404."""
    return BotApiError(404, f"Not Found: {detail}" if detail else "Not Found")
