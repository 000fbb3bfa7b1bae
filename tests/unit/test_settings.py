"""Each setting that has a format is checked at the start; the error names the variable and what it must be."""

from __future__ import annotations

from typing import Any

import pytest

from televent.runtime.configuration.doubts import doubts
from televent.settings import Settings, SettingsError, load_settings


def loaded(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


@pytest.mark.parametrize(
    ("name", "value", "must"),
    [
        ("MAIL_DOMAIN", "ann@example.com", "a domain alone"),
        ("MAIL_DOMAIN", "https://example.com", "a domain alone"),
        ("MAIL_DOMAIN", "exa mple.com", "a domain such as"),
        ("MAIL_DOMAIN", "-example.com", "a domain such as"),
        ("MAIL_DOMAIN", "example..com", "a domain such as"),
        ("MAIL_DOMAIN", "example.com.", "a domain such as"),
        ("MAIL_DOMAIN", f"{'a' * 64}.com", "a domain such as"),
        ("MAIL_DOMAIN", ".".join(["a" * 60] * 5), "a domain such as"),
        ("MAIL_DOMAIN", "пример.рф", "in ASCII: xn--e1afmkfd.xn--p1ai"),
        ("TELEVENT_INTERNAL_DOMAIN", "a b", "a domain such as"),
        ("TELEVENT_INTERNAL_DOMAIN", "televent.app", "another domain than MAIL_DOMAIN"),
        ("SMTP_FROM", "example.com", "a mail address alone"),
        ("SMTP_FROM", "Televent <noreply@example.com>", "a mail address alone"),
        ("SMTP_FROM", "noreply@", "a domain such as"),
        ("SMTP_FROM", "no reply@example.com", "a mail address alone"),
        ("SMTP_FROM", "noreply@example.com\r\nBcc: eve@example.com", "a mail address alone"),
        ("MAIL_OPERATOR", "ann", "a mail address alone"),
        ("MAIL_OPERATOR", "ann@Televent.App", "another domain than MAIL_DOMAIN"),
        ("MAIL_AUTHSERV_ID", "mx.example.com; dmarc=pass", "one word"),
        ("API_HOST", "0.0.0.0:3000", "without a port"),
        ("API_HOST", "[::1]", "without brackets"),
        ("SANDBOX_HOST", "http://localhost", "the name of a host"),
        ("MAIL_LISTEN_HOST", "local host", "the name of a host"),
        ("SMTP_HOST", "smtp.example.com:587", "without a port"),
        ("PUBLIC_URL", "calendar.example.com", "http"),
        ("PUBLIC_URL", "https://", "http"),
        ("TELEGRAM_API_BASE", "https://ann:hush@example.com", "without a user name"),
        ("TELEGRAM_API_BASE", "https://example.com:bot", "a URL with a host"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.com/hook?x=1", "without a user name, a query"),
        ("TELEGRAM_WEBHOOK_SECRET", "hush, hush", "1 to 256 characters"),
        ("TELEVENT_TRUSTED_PROXIES", "10.0.0.0/8, proxy", "IP addresses or networks"),
        ("TELEVENT_TRUSTED_PROXIES", "10.0.0.1/8", "IP addresses or networks"),
        ("SANDBOX_SMTP_PORT", "smtp", "integer"),
    ],
)
def test_a_bad_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, must: str) -> None:
    with pytest.raises(SettingsError) as raised:
        loaded(monkeypatch, **{name: value})
    line = str(raised.value)
    assert line.startswith(f"{name}: ")
    assert must in line
    assert "\n" not in line
    assert "hush" not in line


@pytest.mark.parametrize(
    ("name", "value", "field", "used"),
    [
        ("MAIL_DOMAIN", "Cal.Example.COM", "mail_domain", "cal.example.com"),
        ("MAIL_DOMAIN", "localhost", "mail_domain", "localhost"),
        ("MAIL_DOMAIN", "xn--e1afmkfd.xn--p1ai", "mail_domain", "xn--e1afmkfd.xn--p1ai"),
        ("SMTP_FROM", "No.Reply+cal@Example.com", "mail_sender", "No.Reply+cal@example.com"),
        ("MAIL_DOMAIN", "example.com", "mail_sender", "noreply@example.com"),
        ("API_HOST", "::", "api_host", "::"),
        ("API_HOST", "fe80::1%eth0", "api_host", "fe80::1%eth0"),
        ("SMTP_HOST", "mail_server", "smtp_host", "mail_server"),
        ("SMTP_HOST", "", "smtp_host", None),
        ("MAIL_OPERATOR", "", "mail_operator", None),
        ("API_PORT", "", "api_port", 3000),
        ("PUBLIC_URL", "https://cal.example.com/", "public_url", "https://cal.example.com"),
        ("TELEGRAM_API_BASE", "http://[::1]:8081/", "telegram_api_base", "http://[::1]:8081"),
        ("TELEVENT_TRUSTED_PROXIES", "10.0.0.0/8, ::1", "trusted_proxies", ("10.0.0.0/8", "::1")),
        ("TELEVENT_TRUSTED_PROXIES", "*", "trusted_proxies", ("*",)),
        ("MAIL_AUTHSERV_ID", "mx.example.com", "mail_authserv_id", "mx.example.com"),
        ("MAIL_RELAYS", "Lists.example.org, example.net", "mail_relays", ("lists.example.org", "example.net")),
    ],
)
def test_a_good_value_is_used(monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str, used: Any) -> None:
    assert getattr(loaded(monkeypatch, **{name: value}), field) == used


@pytest.mark.parametrize(
    "variables",
    [
        {"SMTP_USERNAME": "ann"},
        {"SMTP_PASSWORD": "hush"},
        {"TELEGRAM_WEBHOOK_URL": "https://example.com/hook"},
    ],
)
def test_settings_that_need_another_say_so(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as raised:
        loaded(monkeypatch, **variables)
    assert next(iter(variables)) in str(raised.value)
    assert "hush" not in str(raised.value)


def test_only_the_documented_variables_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    found = loaded(monkeypatch, DATA_DIR="/elsewhere", PUSH="off", RUN_AS="root", CONNECTIONS="1")
    assert {"data_dir", "push", "run_as", "connections"} & found.model_fields_set == set()


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SMTP_HOST": "smtp.example.com"}, ["MAIL_DOMAIN is not"]),
        ({"SMTP_HOST": "smtp.example.com", "MAIL_DOMAIN": "example.com"}, []),
        ({"MAIL_DOMAIN": "cal.example.com", "SMTP_FROM": "noreply@example.com"}, []),
        ({"MAIL_DOMAIN": "example.com", "SMTP_FROM": "noreply@example.net"}, ["SMTP_FROM is at example.net"]),
        ({"MAIL_DOMAIN": "ample.com", "SMTP_FROM": "noreply@example.com"}, ["SMTP_FROM is at example.com"]),
        ({"TELEVENT_ATTACHMENT_MB": "5"}, ["TELEVENT_ATTACHMENT_MB is no setting. Is TELEVENT_ATTACHMENTS_MB meant?"]),
        ({"SMTP_USER": "ann"}, ["SMTP_USER is no setting. Is SMTP_USERNAME meant?"]),
        ({"TELEGRAM_TOKEN": "1:hush"}, ["Is TELEGRAM_BOT_TOKEN meant?"]),
        ({"TELEVENT_COLOUR": "red"}, ["TELEVENT_COLOUR is no setting of Televent."]),
        ({"API_KEY": "1", "LOG_FILE": "x", "MAIL": "/var/mail/ann", "TELEVENT_VENV": "/venv"}, []),
    ],
)
def test_probable_mistakes_are_told(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], words: list[str]
) -> None:
    told = doubts(loaded(monkeypatch, **variables))
    assert len(told) == len(words)
    assert [word for word, sentence in zip(words, told, strict=True) if word not in sentence] == []
    assert "hush" not in "".join(told)
