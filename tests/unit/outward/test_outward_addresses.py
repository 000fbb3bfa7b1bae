"""A request to a URL that others chose goes to the internet and never into the server's own network."""

import asyncio
import ipaddress
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from televent.adapters.outward.addresses import check_url, is_public
from televent.adapters.outward.resolver import CheckedResolver
from televent.application.outward import BadUrl


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "192.0.0.1", "198.18.0.1", "::", "::1", "fe80::1", "fc00::1", "fec0::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
    ],
)  # fmt: skip
def test_private_loopback_link_local_and_disguised_addresses_are_not(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url", ["https://push.example.org/x", "https://push.example.org:8443/x?y=z", "https://8.8.8.8/x", "https://[2606:4700::1]/"]
)  # fmt: skip
def test_an_https_url_on_the_internet_is_taken(url: str) -> None:
    check_url(url, anywhere=False)


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "/x", "//push.example.org/x", "http://push.example.org/x", "ftp://push.example.org/x", "https://", "https:///x",
        "https://127.0.0.1/x", "https://[::1]/x", "https://[::ffff:10.0.0.1]/x", "https://10.0.0.1:8443/", "https://localhost/",
        "https://localhost./x", "https://intranet/x", "https://127.1/x", "https://2130706433/", "https://0x7f000001/x",
        "https://0x7f.1/x", "https://1.0x7f/", "https://user@push.example.org/", "https://push.example.org@10.0.0.1/",
        "https://push.example.org/#f",
        "https://push.example.org/ x", "https://push.example.org/\r\nX: y", "https://push.example.org:99999/", "https://push.example.org:0/",
        "https://127.0.0.%31/",
        "https://пуш.example.org/", "https://[::1", "https://push.example.org\\@10.0.0.1/",
        "https://push.example.org/" + "x" * 2048,
    ],
)  # fmt: skip
def test_whatever_could_lead_elsewhere_is_refused_by_its_text(url: str) -> None:
    with pytest.raises(BadUrl):
        check_url(url, anywhere=False)


def test_where_an_operator_allows_it_http_and_private_hosts_are_taken_and_nonsense_is_not() -> None:
    check_url("http://127.0.0.1:8080/x", anywhere=True)
    check_url("http://ntfy/x", anywhere=True)
    for url in ("ftp://127.0.0.1/x", "http://user@host/", "x"):
        with pytest.raises(BadUrl):
            check_url(url, anywhere=True)


class Names(AbstractResolver):
    """A resolver that knows one name."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=each, port=port, family=family, proto=0, flags=0)
            for each in self.addresses
        ]

    async def close(self) -> None:
        return None


def resolved(*addresses: str, anywhere: bool = False) -> list[str]:
    resolver = CheckedResolver(Names(*addresses), anywhere=anywhere)
    return [each["host"] for each in asyncio.run(resolver.resolve("push.example.org", 443))]


def test_a_name_leads_to_its_public_addresses_only() -> None:
    assert resolved("10.0.0.1", "8.8.8.8", "fe80::1%eth0") == ["8.8.8.8"]


def test_a_name_that_points_inside_leads_nowhere() -> None:
    with pytest.raises(OSError, match="no public address"):
        resolved("127.0.0.1", "::1", "169.254.169.254")


def test_where_an_operator_allows_it_a_name_may_point_inside() -> None:
    assert resolved("127.0.0.1", anywhere=True) == ["127.0.0.1"]
