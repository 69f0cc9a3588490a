"""CSS colours as 0xAARRGGBB."""

from __future__ import annotations

import colorsys
import re
from functools import lru_cache
from typing import Final

TRANSPARENT: Final = 0
_BLACK: Final = 0xFF000000

# The names of CSS Color Module Level 4 that pages use most.
_NAMES: Final = {
    "black": 0x000000, "silver": 0xC0C0C0, "gray": 0x808080, "grey": 0x808080, "white": 0xFFFFFF, "maroon": 0x800000,
    "red": 0xFF0000, "purple": 0x800080, "fuchsia": 0xFF00FF, "magenta": 0xFF00FF, "green": 0x008000, "lime": 0x00FF00,
    "olive": 0x808000, "yellow": 0xFFFF00, "navy": 0x000080, "blue": 0x0000FF, "teal": 0x008080, "aqua": 0x00FFFF,
    "cyan": 0x00FFFF, "orange": 0xFFA500, "aliceblue": 0xF0F8FF, "antiquewhite": 0xFAEBD7, "aquamarine": 0x7FFFD4,
    "azure": 0xF0FFFF, "beige": 0xF5F5DC, "bisque": 0xFFE4C4, "blueviolet": 0x8A2BE2, "brown": 0xA52A2A,
    "burlywood": 0xDEB887, "cadetblue": 0x5F9EA0, "chartreuse": 0x7FFF00, "chocolate": 0xD2691E, "coral": 0xFF7F50,
    "cornflowerblue": 0x6495ED, "crimson": 0xDC143C, "darkblue": 0x00008B, "darkcyan": 0x008B8B,
    "darkgray": 0xA9A9A9, "darkgrey": 0xA9A9A9, "darkgreen": 0x006400, "darkorange": 0xFF8C00, "darkorchid": 0x9932CC,
    "darkred": 0x8B0000, "darksalmon": 0xE9967A, "darkslateblue": 0x483D8B, "darkslategray": 0x2F4F4F,
    "darkturquoise": 0x00CED1, "darkviolet": 0x9400D3, "deeppink": 0xFF1493, "deepskyblue": 0x00BFFF,
    "dimgray": 0x696969, "dimgrey": 0x696969, "dodgerblue": 0x1E90FF, "firebrick": 0xB22222, "forestgreen": 0x228B22,
    "gainsboro": 0xDCDCDC, "gold": 0xFFD700, "goldenrod": 0xDAA520, "greenyellow": 0xADFF2F, "hotpink": 0xFF69B4,
    "indianred": 0xCD5C5C, "indigo": 0x4B0082, "ivory": 0xFFFFF0, "khaki": 0xF0E68C, "lavender": 0xE6E6FA,
    "lawngreen": 0x7CFC00, "lightblue": 0xADD8E6, "lightcoral": 0xF08080, "lightcyan": 0xE0FFFF,
    "lightgray": 0xD3D3D3, "lightgrey": 0xD3D3D3, "lightgreen": 0x90EE90, "lightpink": 0xFFB6C1,
    "lightsalmon": 0xFFA07A, "lightseagreen": 0x20B2AA, "lightskyblue": 0x87CEFA, "lightyellow": 0xFFFFE0,
    "limegreen": 0x32CD32, "linen": 0xFAF0E6, "mediumblue": 0x0000CD, "mediumorchid": 0xBA55D3,
    "mediumpurple": 0x9370DB, "mediumseagreen": 0x3CB371, "mediumslateblue": 0x7B68EE, "midnightblue": 0x191970,
    "mintcream": 0xF5FFFA, "mistyrose": 0xFFE4E1, "moccasin": 0xFFE4B5, "oldlace": 0xFDF5E6, "orangered": 0xFF4500,
    "orchid": 0xDA70D6, "palegreen": 0x98FB98, "peachpuff": 0xFFDAB9, "peru": 0xCD853F, "pink": 0xFFC0CB,
    "plum": 0xDDA0DD, "powderblue": 0xB0E0E6, "rebeccapurple": 0x663399, "rosybrown": 0xBC8F8F, "royalblue": 0x4169E1,
    "saddlebrown": 0x8B4513, "salmon": 0xFA8072, "sandybrown": 0xF4A460, "seagreen": 0x2E8B57, "sienna": 0xA0522D,
    "skyblue": 0x87CEEB, "slateblue": 0x6A5ACD, "slategray": 0x708090, "slategrey": 0x708090, "snow": 0xFFFAFA,
    "springgreen": 0x00FF7F, "steelblue": 0x4682B4, "tan": 0xD2B48C, "thistle": 0xD8BFD8, "tomato": 0xFF6347,
    "turquoise": 0x40E0D0, "violet": 0xEE82EE, "wheat": 0xF5DEB3, "whitesmoke": 0xF5F5F5, "yellowgreen": 0x9ACD32,
}  # fmt: skip
_FUNCTION: Final = re.compile(r"(rgb|hsl)a?\(([^)]*)\)")


@lru_cache(maxsize=1024)
def parsed(text: str, current: int = _BLACK) -> int | None:
    """The colour that `text` names; None where it names none. `current` is what `currentcolor` stands for."""
    value = text.strip().lower()
    if value in ("transparent", "none", ""):
        return TRANSPARENT
    if value == "currentcolor":
        return current
    if value in _NAMES:
        return 0xFF000000 | _NAMES[value]
    if value.startswith("#"):
        return _hexadecimal(value[1:])
    match = _FUNCTION.fullmatch(value)
    return _function(match.group(1), match.group(2)) if match is not None else None


def colour(text: str | None, default: int, current: int = _BLACK) -> int:
    found = parsed(text, current) if text else None
    return default if found is None else found


def _hexadecimal(digits: str) -> int | None:
    if len(digits) in (3, 4):
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) not in (6, 8) or any(digit not in "0123456789abcdef" for digit in digits):
        return None
    alpha = digits[6:] or "ff"
    return int(alpha + digits[:6], 16)


def _function(kind: str, inside: str) -> int | None:
    parts = [part for part in re.split(r"[\s,/]+", inside.strip()) if part]
    try:
        alpha = _share(parts[3]) if len(parts) > 3 else 1.0
        if kind == "rgb":
            channels = [_channel(part) for part in parts[:3]]
        else:
            hue = float(parts[0].removesuffix("deg")) / 360.0 % 1.0
            saturation, lightness = _share(parts[1]), _share(parts[2])
            channels = [part * 255.0 for part in colorsys.hls_to_rgb(hue, lightness, saturation)]
    except (ValueError, IndexError):
        return None
    red, green, blue = (min(max(round(channel), 0), 255) for channel in channels)
    return round(min(max(alpha, 0.0), 1.0) * 255) << 24 | red << 16 | green << 8 | blue


def _channel(part: str) -> float:
    return float(part[:-1]) * 2.55 if part.endswith("%") else float(part)


def _share(part: str) -> float:
    return float(part[:-1]) / 100.0 if part.endswith("%") else float(part)
