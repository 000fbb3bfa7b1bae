"""Settings from environment variables, which no other module reads. A bad value gives one line that names it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from televent import setting_formats as formats

Domain = Annotated[str, AfterValidator(formats.domain)]
Host = Annotated[str, AfterValidator(formats.host)]
Proxy = Annotated[str, AfterValidator(formats.proxy)]

PREFIXES: Final = (
    "API_",
    "DATABASE_",
    "LOG_",
    "MAIL_",
    "MOBILECONFIG_",
    "PUBLIC_",
    "SANDBOX_",
    "SMTP_",
    "TELEGRAM_",
    "TELEVENT_",
)
"""Beginnings of the variables' names."""
OF_MAKE: Final = "TELEVENT_VENV"
"""The variable that the Makefile reads."""


class SettingsError(Exception):
    """A setting is missing or bad; the message names the variable, its value, and the value it needs."""


class Settings(BaseSettings):
    """Every setting, by the name of its environment variable."""

    # Not populate_by_name: variables such as DATA_DIR and PUSH, which others use, would be settings too.
    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False, env_ignore_empty=True)

    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    database_direct_url: SecretStr | None = Field(None, validation_alias="DATABASE_DIRECT_URL")
    data_dir: Path = Field(Path("data"), validation_alias="TELEVENT_DATA_DIR")
    pg_bin: Path | None = Field(None, validation_alias="TELEVENT_PG_BIN")
    run_as: str | None = Field(None, min_length=1, validation_alias="TELEVENT_USER")

    api_host: Host = Field("0.0.0.0", validation_alias="API_HOST")
    api_port: int = Field(3000, ge=0, le=65535, validation_alias="API_PORT")
    api_workers: int | None = Field(None, ge=1, le=64, validation_alias="API_WORKERS")
    public_url: str | None = Field(None, validation_alias="PUBLIC_URL")
    jwt_secret: SecretStr | None = Field(None, min_length=32, validation_alias="JWT_SECRET")
    cors_origins: Annotated[tuple[Annotated[str, AfterValidator(formats.origin)], ...], NoDecode] = Field(
        (), validation_alias="API_CORS_ORIGINS"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", validation_alias="LOG_LEVEL")
    log_format: Literal["auto", "console", "json"] = Field("auto", validation_alias="LOG_FORMAT")

    telegram_bot_token: SecretStr | None = Field(None, validation_alias="TELEGRAM_BOT_TOKEN")
    telegram_bot_id: int | None = Field(None, gt=0, validation_alias="TELEGRAM_BOT_ID")
    telegram_api_base: str | None = Field(None, validation_alias="TELEGRAM_API_BASE")
    telegram_webhook_url: str | None = Field(None, validation_alias="TELEGRAM_WEBHOOK_URL")
    telegram_webhook_secret: SecretStr | None = Field(None, validation_alias="TELEGRAM_WEBHOOK_SECRET")

    smtp_host: Host | None = Field(None, validation_alias="SMTP_HOST")
    smtp_port: int = Field(1025, ge=1, le=65535, validation_alias="SMTP_PORT")
    smtp_username: str | None = Field(None, validation_alias="SMTP_USERNAME")
    smtp_password: SecretStr | None = Field(None, validation_alias="SMTP_PASSWORD")
    smtp_tls: Literal["none", "starttls", "tls", "auto"] = Field("auto", validation_alias="SMTP_TLS")
    smtp_from: Annotated[str, AfterValidator(formats.address)] | None = Field(None, validation_alias="SMTP_FROM")
    mail_domain: Domain = Field("televent.app", validation_alias="MAIL_DOMAIN")
    mail_listen_host: Host = Field("127.0.0.1", validation_alias="MAIL_LISTEN_HOST")
    mail_listen_port: int = Field(2525, ge=0, le=65535, validation_alias="MAIL_LISTEN_PORT")
    mail_listen_protocol: Literal["smtp", "lmtp"] = Field("smtp", validation_alias="MAIL_LISTEN_PROTOCOL")
    mail_lmtp_port: int | None = Field(None, ge=0, le=65535, validation_alias="MAIL_LMTP_PORT")
    mail_lmtp_socket: Annotated[Path, AfterValidator(formats.socket_path)] | None = Field(
        None, validation_alias="MAIL_LMTP_SOCKET"
    )
    mail_authserv_id: Annotated[str, AfterValidator(formats.authserv_id)] | None = Field(
        None, validation_alias="MAIL_AUTHSERV_ID"
    )
    mail_mailgun_secret: SecretStr | None = Field(None, min_length=8, validation_alias="MAIL_MAILGUN_SECRET")
    mail_sendgrid_secret: SecretStr | None = Field(None, validation_alias="MAIL_SENDGRID_SECRET")
    mail_sendgrid_public_key: Annotated[str, AfterValidator(formats.curve_key)] | None = Field(
        None, validation_alias="MAIL_SENDGRID_PUBLIC_KEY"
    )
    mail_gather_seconds: int = Field(30, ge=0, le=600, validation_alias="MAIL_GATHER_SECONDS")
    mail_imap_url: Annotated[str, AfterValidator(formats.imap_url)] | None = Field(
        None, validation_alias="MAIL_IMAP_URL"
    )
    mail_imap_password: SecretStr | None = Field(None, validation_alias="MAIL_IMAP_PASSWORD")
    mail_imap_done: Annotated[str, AfterValidator(formats.mail_folder)] | None = Field(
        None, validation_alias="MAIL_IMAP_DONE"
    )
    mail_dkim_selector: Annotated[tuple[Annotated[str, AfterValidator(formats.selector)], ...], NoDecode] = Field(
        (), validation_alias="MAIL_DKIM_SELECTOR"
    )
    mail_dkim_key: Annotated[tuple[Path, ...], NoDecode] = Field((), validation_alias="MAIL_DKIM_KEY")
    mobileconfig_cert: Path | None = Field(None, validation_alias="MOBILECONFIG_CERT")
    mobileconfig_key: Path | None = Field(None, validation_alias="MOBILECONFIG_KEY")
    mail_relays: Annotated[tuple[Domain, ...], NoDecode] = Field((), validation_alias="MAIL_RELAYS")
    internal_domain: Domain = Field("televent.internal", validation_alias="TELEVENT_INTERNAL_DOMAIN")
    mail_operator: Annotated[str, AfterValidator(formats.address)] | None = Field(
        None, validation_alias="MAIL_OPERATOR"
    )

    sandbox_host: Host = Field("127.0.0.1", validation_alias="SANDBOX_HOST")
    sandbox_port: int = Field(3001, ge=0, le=65535, validation_alias="SANDBOX_PORT")
    sandbox_smtp_port: int = Field(3025, ge=0, le=65535, validation_alias="SANDBOX_SMTP_PORT")

    rate_limits: Literal["on", "off"] = Field("on", validation_alias="TELEVENT_RATE_LIMITS")
    rate_ip_per_second: float = Field(10, gt=0, validation_alias="TELEVENT_RATE_IP_PER_SECOND")
    rate_ip_burst: int = Field(30, ge=1, validation_alias="TELEVENT_RATE_IP_BURST")
    rate_caldav_per_second: float = Field(10, gt=0, validation_alias="TELEVENT_RATE_CALDAV_PER_SECOND")
    rate_caldav_burst: int = Field(5000, ge=1, validation_alias="TELEVENT_RATE_CALDAV_BURST")
    trusted_proxies: Annotated[tuple[Proxy, ...], NoDecode] = Field((), validation_alias="TELEVENT_TRUSTED_PROXIES")

    free_busy: Literal["everyone", "known", "named"] = Field("known", validation_alias="TELEVENT_FREE_BUSY")

    push: Literal["on", "off"] = Field("on", validation_alias="TELEVENT_PUSH")
    push_hosts: Literal["public", "any"] = Field("public", validation_alias="TELEVENT_PUSH_HOSTS")
    outward_hosts: Literal["public", "any"] = Field("public", validation_alias="TELEVENT_OUTWARD_HOSTS")

    connections: int = Field(2000, ge=1, le=100_000, validation_alias="TELEVENT_CONNECTIONS")
    head_seconds: float = Field(15, gt=0, validation_alias="TELEVENT_HEAD_SECONDS")
    body_idle_seconds: float = Field(30, gt=0, validation_alias="TELEVENT_BODY_IDLE_SECONDS")
    body_rate: int = Field(1000, ge=1, validation_alias="TELEVENT_BODY_RATE")
    answer_seconds: float = Field(60, gt=0, validation_alias="TELEVENT_ANSWER_SECONDS")

    person_keys: Path | None = Field(None, validation_alias="TELEVENT_PERSON_KEYS")
    master_key: SecretStr | None = Field(None, validation_alias="TELEVENT_MASTER_KEY")
    master_key_file: Path | None = Field(None, validation_alias="TELEVENT_MASTER_KEY_FILE")

    backup_dir: Path | None = Field(None, validation_alias="TELEVENT_BACKUP_DIR")
    backup_keys: Path | None = Field(None, validation_alias="TELEVENT_BACKUP_KEYS")
    backup_days: int = Field(35, ge=1, le=3650, validation_alias="TELEVENT_BACKUP_DAYS")
    backup_hours: int = Field(24, ge=0, le=8760, validation_alias="TELEVENT_BACKUP_HOURS")

    log_key: Path | None = Field(None, validation_alias="TELEVENT_LOG_KEY")
    log_heads: Path | None = Field(None, validation_alias="TELEVENT_LOG_HEADS")
    log_seconds: int = Field(600, ge=0, le=86_400, validation_alias="TELEVENT_LOG_SECONDS")
    log_witnesses: Annotated[tuple[Annotated[str, AfterValidator(formats.witness)], ...], NoDecode] = Field(
        (), validation_alias="TELEVENT_LOG_WITNESSES"
    )

    attachments_mb: int = Field(1024, ge=0, le=1_000_000, validation_alias="TELEVENT_ATTACHMENTS_MB")

    pool_size: int = Field(16, ge=2, le=200, validation_alias="TELEVENT_POOL_SIZE")
    pgbouncer: bool = Field(False, validation_alias="TELEVENT_PGBOUNCER")

    @field_validator(
        "trusted_proxies",
        "mail_relays",
        "log_witnesses",
        "mail_dkim_selector",
        "mail_dkim_key",
        "cors_origins",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url", "database_direct_url")
    @classmethod
    def _postgres_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must be a postgresql:// URL")
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str | None) -> str | None:
        return formats.public_url(value) if value else None

    @field_validator("telegram_api_base", "telegram_webhook_url")
    @classmethod
    def _web_url(cls, value: str | None) -> str | None:
        return formats.web_url(value) if value is not None else None

    @field_validator("internal_domain")
    @classmethod
    def _apart(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("mail_domain"):
            raise ValueError("must be another domain than MAIL_DOMAIN")
        return value

    @field_validator("mail_operator")
    @classmethod
    def _operator_elsewhere(cls, value: str | None, info: ValidationInfo) -> str | None:
        ours = (info.data.get("mail_domain"), info.data.get("internal_domain"))
        if value is not None and value.rpartition("@")[2] in ours:
            raise ValueError("must be an address at another domain than MAIL_DOMAIN")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            formats.webhook_secret(value.get_secret_value())
        return value

    @field_validator("mail_sendgrid_secret")
    @classmethod
    def _path_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            formats.path_secret(value.get_secret_value())
        return value

    @field_validator("master_key")
    @classmethod
    def _master_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            formats.master_keys(value.get_secret_value())
        return value

    @field_validator("telegram_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            number, colon, rest = value.get_secret_value().partition(":")
            if not (colon and number.isdigit() and len(rest) >= 3):
                raise ValueError("must have the form 123456:ABC…, as BotFather gives it")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.telegram_webhook_url is not None and self.telegram_webhook_secret is None:
            raise ValueError("TELEGRAM_WEBHOOK_URL: needs TELEGRAM_WEBHOOK_SECRET, by which Telegram is recognised")
        if (self.mail_imap_url is None) != (self.mail_imap_password is None):
            raise ValueError("MAIL_IMAP_URL and MAIL_IMAP_PASSWORD: set both, or neither where there is no mailbox")
        if (self.mobileconfig_cert is None) != (self.mobileconfig_key is None):
            raise ValueError(
                "MOBILECONFIG_CERT and MOBILECONFIG_KEY: set both, or neither for profiles without a signature"
            )
        if len(self.mail_dkim_selector) != len(self.mail_dkim_key):
            raise ValueError("MAIL_DKIM_SELECTOR and MAIL_DKIM_KEY: set both, with a selector for each key file")
        if len(set(self.mail_dkim_selector)) != len(self.mail_dkim_selector):
            raise ValueError("MAIL_DKIM_SELECTOR: must name another selector for each key file")
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("SMTP_USERNAME and SMTP_PASSWORD: set both, or neither where the server wants no sign-in")
        return self

    @property
    def mail_sender(self) -> str:
        """The From address of mails."""
        return self.smtp_from or f"noreply@{self.mail_domain}"

    @property
    def takes_posted_mail(self) -> bool:
        """Whether a mail service may post mail to this server."""
        return any((self.mail_mailgun_secret, self.mail_sendgrid_secret, self.mail_sendgrid_public_key))

    @property
    def public_path(self) -> str:
        """The path of PUBLIC_URL, such as ``/cal``; "" if it has none."""
        return urlsplit(self.public_url or "").path


def load_settings(**overrides: object) -> Settings:
    """The settings of this process. ``overrides``: command-line options by field name, which take precedence.

    Raises SettingsError.
    """
    fields = Settings.model_fields
    given: dict[str, Any] = {
        str(fields[name].validation_alias): value for name, value in overrides.items() if value is not None
    }
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise SettingsError(_sentence(first)) from None
        name = str(first["loc"][0])
        field = Settings.model_fields.get(name)
        alias = field.validation_alias if field is not None else name
        raise SettingsError(f"{alias}: {_sentence(first)} (got {_shown(alias, first)})") from None


def _sentence(error: Any) -> str:
    return str(error["msg"]).removeprefix("Value error, ")


def _shown(alias: object, error: object) -> str:
    """The bad value for the error message, unless it is a secret."""
    words = ("PASSWORD", "SECRET", "TOKEN", "MASTER_KEY", "DATABASE_URL", "DATABASE_DIRECT_URL")
    secret = any(word in str(alias) for word in words)
    value = repr(error.get("input") if isinstance(error, dict) else None)
    # A URL may have a password before the @.
    return "a value that is not shown" if secret or ("//" in value and "@" in value) else value


def unknown_variables() -> list[str]:
    """A sentence about each variable of this process's environment that looks like a setting and is none."""
    known = {str(field.validation_alias) for field in Settings.model_fields.values()} | {OF_MAKE}
    found = []
    for name in sorted(name for name in os.environ if name.startswith(PREFIXES) and name.upper() not in known):
        close = get_close_matches(name, known, 1, 0.8)
        if close:
            found.append(f"{name} is no setting. Is {close[0]} meant?")
        elif name.startswith("TELEVENT_"):
            found.append(f"{name} is no setting of Televent.")
    return found


def change_environment(changes: Mapping[str, str]) -> None:
    """Sets variables of this process's environment, from which settings are loaded afterwards."""
    os.environ.update(changes)


def set_home(home: Path, user: str) -> None:
    """Tells libraries in this process whose it is, and where they find their files."""
    os.environ.update(HOME=str(home), USER=user, LOGNAME=user)
