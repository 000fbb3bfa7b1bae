"""Abbreviations of time zones, and the languages that tell where a person may live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ABBREVIATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "utc": ("UTC",), "z": ("UTC",), "gmt": ("Europe/London", "UTC"), "bst": ("Europe/London",),
    "wet": ("Europe/Lisbon",), "west": ("Europe/Lisbon",),
    "cet": ("Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Warsaw"),
    "cest": ("Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Warsaw"),
    "eet": ("Europe/Kyiv", "Europe/Helsinki", "Europe/Athens", "Europe/Bucharest", "Africa/Cairo"),
    "eest": ("Europe/Kyiv", "Europe/Helsinki", "Europe/Athens", "Europe/Bucharest"),
    "msk": ("Europe/Moscow",), "мск": ("Europe/Moscow",), "samt": ("Europe/Samara",), "yekt": ("Asia/Yekaterinburg",),
    "omst": ("Asia/Omsk",), "novt": ("Asia/Novosibirsk",), "krat": ("Asia/Krasnoyarsk",), "irkt": ("Asia/Irkutsk",),
    "yakt": ("Asia/Yakutsk",), "vlat": ("Asia/Vladivostok",), "magt": ("Asia/Magadan",), "pett": ("Asia/Kamchatka",),
    "trt": ("Europe/Istanbul",), "get": ("Asia/Tbilisi",), "azt": ("Asia/Baku",), "uzt": ("Asia/Tashkent",),
    "almt": ("Asia/Almaty",), "amt": ("Asia/Yerevan", "America/Manaus"),
    "est": ("America/New_York", "America/Toronto", "America/Panama"), "edt": ("America/New_York", "America/Toronto"),
    "et": ("America/New_York", "America/Toronto"), "cst": ("America/Chicago", "America/Mexico_City", "Asia/Shanghai"),
    "cdt": ("America/Chicago",), "ct": ("America/Chicago",), "mst": ("America/Denver", "America/Phoenix"),
    "mdt": ("America/Denver",), "mt": ("America/Denver",), "pst": ("America/Los_Angeles", "America/Vancouver"),
    "pdt": ("America/Los_Angeles", "America/Vancouver"), "pt": ("America/Los_Angeles", "America/Vancouver"),
    "akst": ("America/Anchorage",), "akdt": ("America/Anchorage",), "hst": ("Pacific/Honolulu",),
    "ast": ("America/Halifax", "America/Puerto_Rico", "Asia/Riyadh"), "adt": ("America/Halifax",),
    "nst": ("America/St_Johns",), "ndt": ("America/St_Johns",), "brt": ("America/Sao_Paulo",),
    "art": ("America/Argentina/Buenos_Aires",),
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"), "idt": ("Asia/Jerusalem",), "gst": ("Asia/Dubai",),
    "pkt": ("Asia/Karachi",), "ict": ("Asia/Bangkok", "Asia/Ho_Chi_Minh"), "wib": ("Asia/Jakarta",),
    "sgt": ("Asia/Singapore",), "hkt": ("Asia/Hong_Kong",), "jst": ("Asia/Tokyo",), "kst": ("Asia/Seoul",),
    "awst": ("Australia/Perth",), "acst": ("Australia/Adelaide", "Australia/Darwin"), "acdt": ("Australia/Adelaide",),
    "aest": ("Australia/Sydney", "Australia/Brisbane"), "aedt": ("Australia/Sydney",), "nzst": ("Pacific/Auckland",),
    "nzdt": ("Pacific/Auckland",), "sast": ("Africa/Johannesburg",), "eat": ("Africa/Nairobi",),
    "wat": ("Africa/Lagos",), "cat": ("Africa/Harare",),
}  # fmt: skip
"""The zones that an abbreviation may mean, the most likely one first."""

HOMES: Final[Mapping[str, str]] = {
    "en": "Europe/London", "en-us": "America/New_York", "en-gb": "Europe/London", "en-au": "Australia/Sydney",
    "en-in": "Asia/Kolkata", "ru": "Europe/Moscow", "uk": "Europe/Kyiv", "be": "Europe/Minsk", "kk": "Asia/Almaty",
    "uz": "Asia/Tashkent", "ky": "Asia/Bishkek", "tg": "Asia/Dushanbe", "tk": "Asia/Ashgabat", "hy": "Asia/Yerevan",
    "ka": "Asia/Tbilisi", "az": "Asia/Baku", "ro": "Europe/Bucharest", "lv": "Europe/Riga", "lt": "Europe/Vilnius",
    "et": "Europe/Tallinn", "tt": "Europe/Moscow", "de": "Europe/Berlin", "fr": "Europe/Paris", "it": "Europe/Rome",
    "es": "Europe/Madrid", "pt": "Europe/Lisbon", "pt-br": "America/Sao_Paulo", "ca": "Europe/Madrid",
    "nl": "Europe/Amsterdam", "pl": "Europe/Warsaw", "cs": "Europe/Prague", "sk": "Europe/Bratislava",
    "hu": "Europe/Budapest", "sl": "Europe/Ljubljana", "hr": "Europe/Zagreb", "sr": "Europe/Belgrade",
    "bs": "Europe/Sarajevo", "mk": "Europe/Skopje", "sq": "Europe/Tirane", "bg": "Europe/Sofia", "el": "Europe/Athens",
    "tr": "Europe/Istanbul", "da": "Europe/Copenhagen", "sv": "Europe/Stockholm", "nb": "Europe/Oslo",
    "no": "Europe/Oslo", "fi": "Europe/Helsinki", "is": "Atlantic/Reykjavik", "he": "Asia/Jerusalem",
    "ar": "Africa/Cairo", "fa": "Asia/Tehran", "hi": "Asia/Kolkata", "ta": "Asia/Kolkata", "te": "Asia/Kolkata",
    "bn": "Asia/Dhaka", "ur": "Asia/Karachi", "ne": "Asia/Kathmandu", "si": "Asia/Colombo", "my": "Asia/Yangon",
    "th": "Asia/Bangkok", "vi": "Asia/Ho_Chi_Minh", "km": "Asia/Phnom_Penh", "id": "Asia/Jakarta",
    "ms": "Asia/Kuala_Lumpur", "fil": "Asia/Manila", "zh": "Asia/Shanghai", "zh-hans": "Asia/Shanghai",
    "zh-hant": "Asia/Taipei", "ja": "Asia/Tokyo", "ko": "Asia/Seoul", "mn": "Asia/Ulaanbaatar",
    "am": "Africa/Addis_Ababa", "sw": "Africa/Nairobi", "af": "Africa/Johannesburg",
}  # fmt: skip
"""The zone in which most people live whose phone speaks that language: a first guess, no more."""
EVERYWHERE: Final = "Europe/London"
"""The guess for every other language."""
