"""The sentence on which senders are believed, at the start and in ``televent doctor``."""

from televent.runtime.banner import banner
from televent.runtime.configuration.believing import believing
from televent.settings import load_settings


def test_a_mail_server_in_front_is_named_with_its_duty() -> None:
    said = believing(load_settings(mail_authserv_id="mx.example.com"))
    assert "Authentication-Results of mx.example.com alone" in said
    assert "must remove lines with its own id" in said


def test_without_one_it_says_what_is_verified_and_what_is_not() -> None:
    said = believing(load_settings())
    assert "MAIL_AUTHSERV_ID is not set" in said
    assert "DKIM signatures, which are verified here" in said
    assert "mailing lists are not (MAIL_RELAYS)" in said
    assert "SPF is not checked" in said


def test_the_relays_are_named() -> None:
    said = believing(load_settings(mail_relays=("lists.example.org", "example.net")))
    assert "ARC seals of lists.example.org, example.net" in said


def test_the_start_says_so() -> None:
    settings = load_settings()
    assert believing(settings) in banner(settings, sandbox=True, seconds=1.0, account="services run as ann")
