"""The time zone of a place on the globe."""

import pytest

from televent.adapters.telegram.whereabouts import zone_at


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (55.75, 37.62, "Europe/Moscow"),
        (40.71, -74.0, "America/New_York"),
        (50.45, 30.52, "Europe/Kyiv"),
        (-33.87, 151.21, "Australia/Sydney"),
        (0.0, -140.0, "Etc/GMT+9"),
        (90.0, 180.0, "Etc/GMT-12"),
        (95.0, 181.0, None),
    ],
)
def test_a_place_has_its_zone(latitude: float, longitude: float, zone: str | None) -> None:
    assert zone_at(latitude, longitude) == zone
