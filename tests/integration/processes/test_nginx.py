"""A phone's first contact through a real nginx, with the configurations of docs/how-to/behind-a-proxy.md."""

from __future__ import annotations

import re

import pytest

from support.dav import open_site
from support.nginx import ABSENT, SERVER, documented, nginx, program
from support.phone import Phone, told_only

pytestmark = [
    pytest.mark.long,
    pytest.mark.own_database,
    pytest.mark.skipif(program() is None, reason=ABSENT),
]
SERVERS = dict(zip(("a host of its own", "path kept", "path taken off"), documented(SERVER), strict=True))


@pytest.mark.parametrize("form", SERVERS)
def test_a_phone_behind_nginx_sees_the_public_url_only(database_url: str, form: str) -> None:
    server = SERVERS[form]
    (host,) = re.findall(r"server_name (.*);", server)
    path = "" if form == "a host of its own" else "/cal"
    settings = {"PUBLIC_URL": f"https://{host}{path}", "TELEVENT_TRUSTED_PROXIES": "127.0.0.1"}
    with open_site(database_url, None, **settings) as site, nginx(server, site.port) as port:
        phone = Phone(site.person(1), f"https://{host}", port)
        phone.first_contact()
    told_only(phone, path)
