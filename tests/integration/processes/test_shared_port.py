"""API processes of one Televent share a port; those of another Televent do not."""

from __future__ import annotations

import pytest

from support.running import free_ports
from televent.runtime.database import OperatorError
from televent.runtime.processes.sockets import open_api
from televent.settings import load_settings


def test_a_second_televent_does_not_share_the_port_of_the_first() -> None:
    (port,) = free_ports(1)
    settings = load_settings(api_host="127.0.0.1", api_port=port)
    first = open_api(settings, 2)
    try:
        assert {each.getsockname()[1] for each in first} == {port}
        with pytest.raises(OperatorError, match=f"API_PORT={port}: Address already in use"):
            open_api(settings, 2)
    finally:
        for each in first:
            each.close()
    for each in open_api(settings, 1):
        each.close()
