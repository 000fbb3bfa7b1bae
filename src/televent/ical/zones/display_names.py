"""The display names of Windows time zones, which Outlook and Exchange write as TZIDs: SPEC B4.

Source: the comments above each zone in ``common/supplemental/windowsZones.xml`` of Unicode CLDR 46; they are the names
that Windows shows to its users in English. A name has the standard offset and cities or a region. Programs shorten the
list of cities, translate some of them, and wrote "GMT" for "UTC" before 2010. So a name is found by its cities: by the
offset and one city, else by a city that only one zone has.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from typing import Final

_ROWS: Final = """
Dateline Standard Time|-12:00 International Date Line West
UTC-11|-11:00 Coordinated Universal Time-11
Aleutian Standard Time|-10:00 Aleutian Islands
Hawaiian Standard Time|-10:00 Hawaii
Marquesas Standard Time|-09:30 Marquesas Islands
Alaskan Standard Time|-09:00 Alaska
UTC-09|-09:00 Coordinated Universal Time-09
Pacific Standard Time (Mexico)|-08:00 Baja California
UTC-08|-08:00 Coordinated Universal Time-08
Pacific Standard Time|-08:00 Pacific Time (US & Canada)
US Mountain Standard Time|-07:00 Arizona
Mountain Standard Time (Mexico)|-07:00 Chihuahua, La Paz, Mazatlan
Mountain Standard Time|-07:00 Mountain Time (US & Canada)
Yukon Standard Time|-07:00 Yukon
Central America Standard Time|-06:00 Central America
Central Standard Time|-06:00 Central Time (US & Canada)
Easter Island Standard Time|-06:00 Easter Island
Central Standard Time (Mexico)|-06:00 Guadalajara, Mexico City, Monterrey
Canada Central Standard Time|-06:00 Saskatchewan
SA Pacific Standard Time|-05:00 Bogota, Lima, Quito, Rio Branco
Eastern Standard Time (Mexico)|-05:00 Chetumal
Eastern Standard Time|-05:00 Eastern Time (US & Canada)
Haiti Standard Time|-05:00 Haiti
Cuba Standard Time|-05:00 Havana
US Eastern Standard Time|-05:00 Indiana (East)
Turks And Caicos Standard Time|-05:00 Turks and Caicos
Paraguay Standard Time|-04:00 Asuncion
Atlantic Standard Time|-04:00 Atlantic Time (Canada)
Venezuela Standard Time|-04:00 Caracas
Central Brazilian Standard Time|-04:00 Cuiaba
SA Western Standard Time|-04:00 Georgetown, La Paz, Manaus, San Juan
Pacific SA Standard Time|-04:00 Santiago
Newfoundland Standard Time|-03:30 Newfoundland
Tocantins Standard Time|-03:00 Araguaina
E. South America Standard Time|-03:00 Brasilia
SA Eastern Standard Time|-03:00 Cayenne, Fortaleza
Argentina Standard Time|-03:00 City of Buenos Aires, Buenos Aires
Greenland Standard Time|-03:00 Greenland
Montevideo Standard Time|-03:00 Montevideo
Magallanes Standard Time|-03:00 Punta Arenas
Saint Pierre Standard Time|-03:00 Saint Pierre and Miquelon
Bahia Standard Time|-03:00 Salvador
UTC-02|-02:00 Coordinated Universal Time-02
Azores Standard Time|-01:00 Azores
Cape Verde Standard Time|-01:00 Cabo Verde Is., Cape Verde Is.
UTC|+00:00 Coordinated Universal Time
GMT Standard Time|+00:00 Dublin, Edinburgh, Lisbon, London
Greenwich Standard Time|+00:00 Monrovia, Reykjavik
Sao Tome Standard Time|+00:00 Sao Tome
Morocco Standard Time|+01:00 Casablanca
W. Europe Standard Time|+01:00 Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna
Central Europe Standard Time|+01:00 Belgrade, Bratislava, Budapest, Ljubljana, Prague
Romance Standard Time|+01:00 Brussels, Copenhagen, Madrid, Paris
Central European Standard Time|+01:00 Sarajevo, Skopje, Warsaw, Zagreb
W. Central Africa Standard Time|+01:00 West Central Africa
Jordan Standard Time|+02:00 Amman
GTB Standard Time|+02:00 Athens, Bucharest
Middle East Standard Time|+02:00 Beirut
Egypt Standard Time|+02:00 Cairo
E. Europe Standard Time|+02:00 Chisinau
Syria Standard Time|+02:00 Damascus
West Bank Standard Time|+02:00 Gaza, Hebron
South Africa Standard Time|+02:00 Harare, Pretoria
FLE Standard Time|+02:00 Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius
Israel Standard Time|+02:00 Jerusalem
South Sudan Standard Time|+02:00 Juba
Kaliningrad Standard Time|+02:00 Kaliningrad
Sudan Standard Time|+02:00 Khartoum
Libya Standard Time|+02:00 Tripoli
Namibia Standard Time|+02:00 Windhoek
Arabic Standard Time|+03:00 Baghdad
Turkey Standard Time|+03:00 Istanbul
Arab Standard Time|+03:00 Kuwait, Riyadh
Belarus Standard Time|+03:00 Minsk
Russian Standard Time|+03:00 Moscow, St. Petersburg
E. Africa Standard Time|+03:00 Nairobi
Iran Standard Time|+03:30 Tehran
Arabian Standard Time|+04:00 Abu Dhabi, Muscat
Astrakhan Standard Time|+04:00 Astrakhan, Ulyanovsk
Azerbaijan Standard Time|+04:00 Baku
Russia Time Zone 3|+04:00 Izhevsk, Samara
Mauritius Standard Time|+04:00 Port Louis
Saratov Standard Time|+04:00 Saratov
Georgian Standard Time|+04:00 Tbilisi
Volgograd Standard Time|+04:00 Volgograd
Caucasus Standard Time|+04:00 Yerevan
Afghanistan Standard Time|+04:30 Kabul
West Asia Standard Time|+05:00 Ashgabat, Tashkent
Ekaterinburg Standard Time|+05:00 Ekaterinburg
Pakistan Standard Time|+05:00 Islamabad, Karachi
Qyzylorda Standard Time|+05:00 Qyzylorda
India Standard Time|+05:30 Chennai, Kolkata, Mumbai, New Delhi
Sri Lanka Standard Time|+05:30 Sri Jayawardenepura
Nepal Standard Time|+05:45 Kathmandu
Central Asia Standard Time|+06:00 Astana, Bishkek
Bangladesh Standard Time|+06:00 Dhaka
Omsk Standard Time|+06:00 Omsk
Myanmar Standard Time|+06:30 Yangon (Rangoon)
SE Asia Standard Time|+07:00 Bangkok, Hanoi, Jakarta
Altai Standard Time|+07:00 Barnaul, Gorno-Altaysk
W. Mongolia Standard Time|+07:00 Hovd
North Asia Standard Time|+07:00 Krasnoyarsk
N. Central Asia Standard Time|+07:00 Novosibirsk
Tomsk Standard Time|+07:00 Tomsk
China Standard Time|+08:00 Beijing, Chongqing, Hong Kong, Urumqi
North Asia East Standard Time|+08:00 Irkutsk
Singapore Standard Time|+08:00 Kuala Lumpur, Singapore
W. Australia Standard Time|+08:00 Perth
Taipei Standard Time|+08:00 Taipei
Ulaanbaatar Standard Time|+08:00 Ulaanbaatar
Aus Central W. Standard Time|+08:45 Eucla
Transbaikal Standard Time|+09:00 Chita
Tokyo Standard Time|+09:00 Osaka, Sapporo, Tokyo
North Korea Standard Time|+09:00 Pyongyang
Korea Standard Time|+09:00 Seoul
Yakutsk Standard Time|+09:00 Yakutsk
Cen. Australia Standard Time|+09:30 Adelaide
AUS Central Standard Time|+09:30 Darwin
E. Australia Standard Time|+10:00 Brisbane
AUS Eastern Standard Time|+10:00 Canberra, Melbourne, Sydney
West Pacific Standard Time|+10:00 Guam, Port Moresby
Tasmania Standard Time|+10:00 Hobart
Vladivostok Standard Time|+10:00 Vladivostok
Lord Howe Standard Time|+10:30 Lord Howe Island
Bougainville Standard Time|+11:00 Bougainville Island
Russia Time Zone 10|+11:00 Chokurdakh
Magadan Standard Time|+11:00 Magadan
Norfolk Standard Time|+11:00 Norfolk Island
Sakhalin Standard Time|+11:00 Sakhalin
Central Pacific Standard Time|+11:00 Solomon Is., New Caledonia
Russia Time Zone 11|+12:00 Anadyr, Petropavlovsk-Kamchatsky
New Zealand Standard Time|+12:00 Auckland, Wellington
UTC+12|+12:00 Coordinated Universal Time+12
Fiji Standard Time|+12:00 Fiji
Chatham Islands Standard Time|+12:45 Chatham Islands
UTC+13|+13:00 Coordinated Universal Time+13
Tonga Standard Time|+13:00 Nuku'alofa
Samoa Standard Time|+13:00 Samoa
Line Islands Standard Time|+14:00 Kiritimati Island
"""
_NAMED: Final = re.compile(r"(?:\((?:utc|gmt)\s*([+-]\d{1,2}(?:[:.]?\d\d)?)?\)\s*)?(.*)", re.DOTALL)
_BETWEEN: Final = re.compile("[,;:]")
_SUMMER: Final = 60
"""Max minutes between the offset in a name and the standard offset of its zone."""
_MAX_CITIES: Final = 12
"""Max cities of a name that are read."""


def windows_name(display_name: str) -> str | None:
    """The Windows name for a display name such as "(UTC+01:00) Amsterdam, Berlin"; None where it names no zone.

    "(UTC+03:00)" alone names an offset that several zones have, and so none.
    """
    found = _NAMED.fullmatch(display_name.strip().casefold())
    if found is None:
        return None
    stated, cities = found[0].startswith("("), _cities(found[2])
    if stated and found[1] is None and not cities:
        return "UTC"
    offset = _minutes(found[1] or "+0")
    near = Counter(zone for city in cities for zone, minutes in _table().get(city, ()) if minutes == offset and stated)
    if not near:
        # In summer some programs write the offset of the day. A city that one zone alone has is then enough.
        alone = [zone for city in cities if len(zones := _table().get(city, [])) == 1 for zone in zones]
        near = Counter(zone for zone, minutes in alone if not stated or abs(minutes - offset) <= _SUMMER)
    best = near.most_common(2)
    return best[0][0] if best and (len(best) == 1 or best[0][1] > best[1][1]) else None


def display_names() -> list[tuple[str, str]]:
    """Each Windows name with its display name in full."""
    rows = (row.split("|") for row in _ROWS.strip().splitlines())
    return [(windows, f"(UTC{shown[:6]}) {shown[7:]}") for windows, shown in rows]


@cache
def _table() -> dict[str, list[tuple[str, int]]]:
    """Each city or region with its zones and their standard offsets in minutes."""
    by_city: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for windows, shown in display_names():
        found = _NAMED.fullmatch(shown.casefold())
        assert found is not None
        for city in _cities(found[2]):
            by_city[city].append((windows, _minutes(found[1])))
    return dict(by_city)


def _cities(text: str) -> list[str]:
    return [name for each in _BETWEEN.split(text, _MAX_CITIES)[:_MAX_CITIES] if (name := " ".join(each.split()))]


def _minutes(offset: str) -> int:
    digits = offset[1:].replace(":", "").replace(".", "")
    hours, minutes = (digits, "0") if len(digits) < 3 else (digits[:-2], digits[-2:])
    total = int(hours) * 60 + int(minutes)
    return total if offset[0] == "+" else -total
