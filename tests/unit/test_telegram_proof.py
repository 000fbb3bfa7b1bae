"""The proofs of Telegram: init data by HMAC and by Ed25519, the Login Widget, and what others would make of them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from televent.adapters.rest.signing_in.telegram_proof import TelegramProofs

TOKEN = "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PUBLISHED = (
    "user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%20%2B%20-%20%3F%20%5C%2F%22%2C%22last_name%22%3A%22"
    "Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%2C%22"
    "allows_write_to_pm%22%3Atrue%2C%22photo_url%22%3A%22https%3A%5C%2F%5C%2Ft.me%5C%2Fi%5C%2Fuserpic%5C%2F320%5C%2F"
    "4FPEE4tmP3ATHa57u6MqTDih13LTOiMoKoLDRG4PnSA.svg%22%7D&chat_instance=8134722200314281151&chat_type=private"
    "&auth_date=1733509682&signature=TYJxVcisqbWjtodPepiJ6ghziUL94-KNpG8Pau-X7oNNLNBM72APCpi_RKiUlBvcqo5L-LAxIc3dnTzcZ"
    "X_PDg&hash=a433d8f9847bd6addcc563bff7cc82c89e97ea0d90c11fe5729cae6796a36d73"
)
"""Init data that Telegram signed in production, from the documentation of a library."""
PUBLISHED_BOT = 7342037359


def fields(at: datetime = NOW, **more: str) -> dict[str, str]:
    user = {"id": 1001, "first_name": "Ann", "last_name": "Lee", "language_code": "ru"}
    return {"user": json.dumps(user), "auth_date": str(int(at.timestamp())), "query_id": "AAH", **more}


def check_string(values: dict[str, str]) -> bytes:
    return "\n".join(f"{name}={values[name]}" for name in sorted(values)).encode()


def init_data(values: dict[str, str], token: str = TOKEN) -> str:
    secret = hmac.digest(b"WebAppData", token.encode(), "sha256")
    return urlencode({**values, "hash": hmac.digest(secret, check_string(values), "sha256").hex()})


def widget(values: dict[str, str], token: str = TOKEN) -> dict[str, str | int]:
    secret = hashlib.sha256(token.encode()).digest()
    return {**values, "hash": hmac.digest(secret, check_string(values), "sha256").hex()}


def test_init_data_tells_who_the_person_is() -> None:
    proof = TelegramProofs(TOKEN).init_data(init_data(fields(signature="x")), NOW)
    assert proof is not None
    assert (proof.user.id, proof.user.name, proof.user.language_code) == (1001, "Ann Lee", "ru")
    assert proof.until == NOW + timedelta(hours=24)


MANY = fields() | {f"f{number}": "1" for number in range(40)}
FORGERIES: dict[str, Callable[[], str]] = {
    "another token": lambda: init_data(fields(), "1:other"),
    "another person": lambda: init_data(fields()).replace("1001", "1002"),
    "a field more": lambda: init_data(fields()) + "&is_admin=1",
    "a field twice": lambda: init_data(fields()) + "&auth_date=1",
    "the same field twice": lambda: init_data(fields()) + "&query_id=AAH",
    "an empty hash": lambda: urlencode({**fields(), "hash": ""}),
    "no hash": lambda: urlencode(fields()),
    "a short hash": lambda: init_data(fields())[:-1],
    "a hash of other letters": lambda: init_data(fields())[:-1] + "ё",
    "too old": lambda: init_data(fields(NOW - timedelta(hours=24, seconds=1))),
    "from the future": lambda: init_data(fields(NOW + timedelta(minutes=2))),
    "no date": lambda: init_data(fields(auth_date="")),
    "a date in words": lambda: init_data(fields(auth_date="²")),
    "an endless date": lambda: init_data(fields(auth_date="9" * 400)),
    "a bot": lambda: init_data(fields(user=json.dumps({"id": 5, "is_bot": True}))),
    "nobody": lambda: init_data(fields(user="{}")),
    "no person": lambda: init_data(fields(user="[1]")),
    "person nought": lambda: init_data(fields(user=json.dumps({"id": 0}))),
    "too long": lambda: init_data(fields(chat="x" * 5000)),
    "too many fields": lambda: init_data(MANY),
    "nothing": lambda: "",
    "no fields": lambda: "hash",
    "data of the widget": lambda: urlencode(widget(fields())),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_other_init_data_counts_for_nothing(name: str) -> None:
    assert TelegramProofs(TOKEN).init_data(FORGERIES[name](), NOW) is None


def test_the_same_proof_in_another_order_is_the_same() -> None:
    given = init_data(fields())
    turned = "&".join(reversed(given.split("&")))
    first, second = (TelegramProofs(TOKEN).init_data(each, NOW) for each in (given, turned))
    assert first is not None
    assert second is not None
    assert first.digest == second.digest
    later = TelegramProofs(TOKEN).init_data(init_data(fields(NOW - timedelta(seconds=1))), NOW)
    assert later is not None
    assert later.digest != first.digest


def test_what_telegram_itself_signed_counts_without_a_token() -> None:
    at = datetime.fromtimestamp(1733509682, UTC)
    proof = TelegramProofs(bot_id=PUBLISHED_BOT).init_data(PUBLISHED, at + timedelta(minutes=1))
    assert proof is not None
    assert (proof.user.id, proof.user.username) == (279058397, "vdkfrost")
    for bot, text in (
        (PUBLISHED_BOT + 1, PUBLISHED),
        (PUBLISHED_BOT, PUBLISHED.replace("279058397", "279058398")),
        (PUBLISHED_BOT, PUBLISHED.replace("signature=T", "signature=U")),
        (PUBLISHED_BOT, PUBLISHED.replace("signature=", "sign=")),
        (PUBLISHED_BOT, PUBLISHED.replace("signature=", "signature=ё")),
    ):
        assert TelegramProofs(bot_id=bot).init_data(text, at) is None
    assert TelegramProofs(bot_id=PUBLISHED_BOT).init_data(PUBLISHED, at + timedelta(days=2)) is None
    assert TelegramProofs().init_data(PUBLISHED, at) is None


def test_a_server_with_the_token_does_not_take_the_signature_alone() -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = key.sign(b"5768337691:WebAppData\n" + check_string(fields()))
    text = urlencode({**fields(), "signature": base64.urlsafe_b64encode(signature).decode().rstrip("=")})
    assert TelegramProofs(bot_id=5768337691, key=public).init_data(text, NOW) is not None
    assert TelegramProofs(TOKEN, bot_id=5768337691, key=public).init_data(text, NOW) is None


def test_the_login_widget_tells_who_the_person_is() -> None:
    said = {"id": "1001", "first_name": "Ann", "auth_date": str(int(NOW.timestamp()))}
    proof = TelegramProofs(TOKEN).widget({**widget(said), "id": 1001}, NOW)
    assert proof is not None
    assert (proof.user.id, proof.user.name) == (1001, "Ann")
    assert TelegramProofs(TOKEN).widget({**widget(said), "id": 1002}, NOW) is None
    assert TelegramProofs(TOKEN).widget(widget(said, "1:other"), NOW) is None
    assert TelegramProofs(TOKEN).widget(widget(said), NOW + timedelta(hours=25)) is None
    assert TelegramProofs(TOKEN).widget({}, NOW) is None
    assert TelegramProofs(bot_id=5768337691).widget(widget(said), NOW) is None
    assert TelegramProofs(TOKEN).widget({**dict(parse_qsl(init_data(said)))}, NOW) is None
