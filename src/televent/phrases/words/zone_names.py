"""Names of time zones as people say them: abbreviations, and cities in English and Russian."""

from __future__ import annotations

ABBREVIATIONS = {
    "utc": "UTC", "gmt": "UTC", "z": "UTC", "msk": "Europe/Moscow", "мск": "Europe/Moscow", "гринвичу": "UTC",
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York",
    "cst": "America/Chicago", "cdt": "America/Chicago", "ct": "America/Chicago",
    "mst": "America/Denver", "mdt": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "cet": "Europe/Berlin", "cest": "Europe/Berlin", "eet": "Europe/Helsinki", "eest": "Europe/Helsinki",
    "wet": "Europe/Lisbon", "bst": "Europe/London", "jst": "Asia/Tokyo", "kst": "Asia/Seoul", "ist": "Asia/Kolkata",
    "sgt": "Asia/Singapore", "hkt": "Asia/Hong_Kong", "aest": "Australia/Sydney", "aedt": "Australia/Sydney",
    "екб": "Asia/Yekaterinburg", "нск": "Asia/Novosibirsk",
}  # fmt: skip
"""An abbreviation means its region, so that summer time is right: people write PST all year."""
AMBIGUOUS = {
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "cst": ("America/Chicago", "Asia/Shanghai"),
}  # fmt: skip
"""Abbreviations that people of two countries read otherwise."""
REGIONS = {
    "eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
}  # fmt: skip
"""Names that may stand right behind "pm"."""
CITIES = {
    "moscow": "Europe/Moscow", "london": "Europe/London", "uk": "Europe/London", "new york": "America/New_York",
    "ny": "America/New_York", "nyc": "America/New_York", "boston": "America/New_York", "eastern": "America/New_York",
    "chicago": "America/Chicago", "central": "America/Chicago", "denver": "America/Denver",
    "mountain": "America/Denver", "pacific": "America/Los_Angeles", "la": "America/Los_Angeles",
    "los angeles": "America/Los_Angeles", "san francisco": "America/Los_Angeles", "sf": "America/Los_Angeles",
    "seattle": "America/Los_Angeles", "california": "America/Los_Angeles", "toronto": "America/Toronto",
    "sao paulo": "America/Sao_Paulo", "paris": "Europe/Paris", "berlin": "Europe/Berlin", "german": "Europe/Berlin",
    "munich": "Europe/Berlin", "madrid": "Europe/Madrid", "rome": "Europe/Rome", "vienna": "Europe/Vienna",
    "zurich": "Europe/Zurich", "amsterdam": "Europe/Amsterdam", "brussels": "Europe/Brussels",
    "lisbon": "Europe/Lisbon", "dublin": "Europe/Dublin", "warsaw": "Europe/Warsaw", "prague": "Europe/Prague",
    "stockholm": "Europe/Stockholm", "helsinki": "Europe/Helsinki", "athens": "Europe/Athens", "kyiv": "Europe/Kyiv",
    "kiev": "Europe/Kyiv", "minsk": "Europe/Minsk", "istanbul": "Europe/Istanbul", "tbilisi": "Asia/Tbilisi",
    "yerevan": "Asia/Yerevan", "dubai": "Asia/Dubai", "delhi": "Asia/Kolkata", "mumbai": "Asia/Kolkata",
    "india": "Asia/Kolkata", "indian": "Asia/Kolkata", "bangkok": "Asia/Bangkok", "singapore": "Asia/Singapore",
    "beijing": "Asia/Shanghai", "shanghai": "Asia/Shanghai", "hong kong": "Asia/Hong_Kong", "seoul": "Asia/Seoul",
    "tokyo": "Asia/Tokyo", "japan": "Asia/Tokyo", "sydney": "Australia/Sydney", "melbourne": "Australia/Melbourne",
    "auckland": "Pacific/Auckland", "almaty": "Asia/Almaty", "tashkent": "Asia/Tashkent", "tel aviv": "Asia/Jerusalem",
    "uk's": "Europe/London", "edinburgh": "Europe/London", "manchester": "Europe/London", "barcelona": "Europe/Madrid",
    "milan": "Europe/Rome", "budapest": "Europe/Budapest", "oslo": "Europe/Oslo", "copenhagen": "Europe/Copenhagen",
    "geneva": "Europe/Zurich", "bangalore": "Asia/Kolkata", "bengaluru": "Asia/Kolkata", "hyderabad": "Asia/Kolkata",
    "chennai": "Asia/Kolkata", "pune": "Asia/Kolkata", "manila": "Asia/Manila", "jakarta": "Asia/Jakarta",
    "vancouver": "America/Vancouver", "austin": "America/Chicago", "dallas": "America/Chicago",
    "texas": "America/Chicago",
    "houston": "America/Chicago", "miami": "America/New_York", "atlanta": "America/New_York", "dc": "America/New_York",
    "washington": "America/New_York", "philadelphia": "America/New_York", "phoenix": "America/Phoenix",
    "portland": "America/Los_Angeles", "perth": "Australia/Perth", "brisbane": "Australia/Brisbane",
    "nairobi": "Africa/Nairobi", "lagos": "Africa/Lagos", "johannesburg": "Africa/Johannesburg",
    "riga": "Europe/Riga", "cairo": "Africa/Cairo",
}  # fmt: skip
"""Names that may stand before "time"."""
RUSSIAN_CITIES = {
    "лиссабону": "Europe/Lisbon", "вене": "Europe/Vienna", "амстердаму": "Europe/Amsterdam", "афинам": "Europe/Athens",
    "барселоне": "Europe/Madrid", "милану": "Europe/Rome", "мюнхену": "Europe/Berlin", "цюриху": "Europe/Zurich",
    "женеве": "Europe/Zurich", "будапешту": "Europe/Budapest", "таллину": "Europe/Tallinn", "софии": "Europe/Sofia",
    "сеулу": "Asia/Seoul", "шанхаю": "Asia/Shanghai", "гонконгу": "Asia/Hong_Kong", "мумбаи": "Asia/Kolkata",
    "торонто": "America/Toronto", "чикаго": "America/Chicago", "лос-анджелесу": "America/Los_Angeles",
    "казани": "Europe/Moscow", "сочи": "Europe/Moscow", "саратову": "Europe/Saratov", "волгограду": "Europe/Volgograd",
    "тюмени": "Asia/Yekaterinburg", "барнаулу": "Asia/Barnaul", "чите": "Asia/Chita", "сахалину": "Asia/Sakhalin",
    "бишкеку": "Asia/Bishkek", "астрахани": "Europe/Astrakhan", "ижевску": "Europe/Samara",
    "москве": "Europe/Moscow", "московскому": "Europe/Moscow", "питеру": "Europe/Moscow", "спб": "Europe/Moscow",
    "петербургу": "Europe/Moscow", "калининграду": "Europe/Kaliningrad", "калининградскому": "Europe/Kaliningrad",
    "самаре": "Europe/Samara", "самарскому": "Europe/Samara", "екатеринбургу": "Asia/Yekaterinburg",
    "екатеринбургскому": "Asia/Yekaterinburg", "екату": "Asia/Yekaterinburg", "уфе": "Asia/Yekaterinburg",
    "челябинску": "Asia/Yekaterinburg", "перми": "Asia/Yekaterinburg", "омску": "Asia/Omsk", "омскому": "Asia/Omsk",
    "новосибирску": "Asia/Novosibirsk", "новосибирскому": "Asia/Novosibirsk", "новосибу": "Asia/Novosibirsk",
    "томску": "Asia/Tomsk", "красноярску": "Asia/Krasnoyarsk", "красноярскому": "Asia/Krasnoyarsk",
    "иркутску": "Asia/Irkutsk", "иркутскому": "Asia/Irkutsk", "якутску": "Asia/Yakutsk",
    "владивостоку": "Asia/Vladivostok", "владивостокскому": "Asia/Vladivostok", "хабаровску": "Asia/Vladivostok",
    "магадану": "Asia/Magadan", "камчатке": "Asia/Kamchatka", "камчатскому": "Asia/Kamchatka",
    "минску": "Europe/Minsk", "минскому": "Europe/Minsk", "киеву": "Europe/Kyiv", "киевскому": "Europe/Kyiv",
    "алматы": "Asia/Almaty", "алмате": "Asia/Almaty", "астане": "Asia/Almaty", "ташкенту": "Asia/Tashkent",
    "ташкентскому": "Asia/Tashkent", "тбилиси": "Asia/Tbilisi", "тбилисскому": "Asia/Tbilisi",
    "еревану": "Asia/Yerevan", "ереванскому": "Asia/Yerevan", "баку": "Asia/Baku", "лондону": "Europe/London",
    "лондонскому": "Europe/London", "берлину": "Europe/Berlin", "берлинскому": "Europe/Berlin",
    "парижу": "Europe/Paris", "парижскому": "Europe/Paris", "мадриду": "Europe/Madrid", "риму": "Europe/Rome",
    "праге": "Europe/Prague", "варшаве": "Europe/Warsaw", "белграду": "Europe/Belgrade", "стамбулу": "Europe/Istanbul",
    "дубаю": "Asia/Dubai", "дубаи": "Asia/Dubai", "токио": "Asia/Tokyo", "токийскому": "Asia/Tokyo",
    "пекину": "Asia/Shanghai", "пекинскому": "Asia/Shanghai", "сингапуру": "Asia/Singapore",
    "бангкоку": "Asia/Bangkok", "нью-йорку": "America/New_York", "йорку": "America/New_York",
    "калифорнии": "America/Los_Angeles", "сиднею": "Australia/Sydney", "гринвичу": "UTC", "мск": "Europe/Moscow",
    "utc": "UTC", "gmt": "UTC", "риге": "Europe/Riga", "вильнюсу": "Europe/Vilnius", "кипру": "Asia/Nicosia",
    "хельсинки": "Europe/Helsinki", "тель-авиву": "Asia/Jerusalem", "израилю": "Asia/Jerusalem",
    "израильскому": "Asia/Jerusalem", "бали": "Asia/Makassar", "дели": "Asia/Kolkata",
}  # fmt: skip
"""Names that may stand after "по"."""
ADJECTIVES = {name[:-3]: zone for name, zone in RUSSIAN_CITIES.items() if name.endswith("ому")}
"""Stems of "московского времени"."""
