"""`date`, and the time formats that commands take."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.options import read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.times import local_time

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

# [[CC]YY]MMDDhhmm[.ss] with the year last or first, as POSIX writes it for `date` and `touch`.
_POSIX_SET: Final = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)(?:(\d\d)?(\d\d))?(?:\.(\d\d))?")
_POSIX_TOUCH: Final = re.compile(r"(?:(\d\d)?(\d\d))?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?")
_ISO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*(Z|UTC)?")
_CLOCK: Final = re.compile(r"(\d\d):(\d\d)(?::(\d\d))?")
_DEFAULT_FORMAT: Final = "%a %b %e %H:%M:%S %Z %Y"
_ISO_FORMATS: Final = {
    "": "%Y-%m-%d",
    "date": "%Y-%m-%d",
    "hours": "%Y-%m-%dT%H%:z",
    "minutes": "%Y-%m-%dT%H:%M%:z",
    "seconds": "%Y-%m-%dT%H:%M:%S%:z",
    "ns": "%Y-%m-%dT%H:%M:%S,%N%:z",
}


async def date(process: Process) -> int:
    args = [argument for argument in process.args if not argument.startswith(("-I", "--iso"))]
    iso = [argument for argument in process.args if argument.startswith("-I")]
    process.args = args
    options = read_options(process, "un", "drsD")
    phone = process.phone
    utc = "u" in options
    form = next((text[1:] for text in options.rest if text.startswith("+")), _DEFAULT_FORMAT)
    if iso:
        form = _ISO_FORMATS.get(iso[0][2:], "%Y-%m-%d")
    setting = [text for text in options.rest if not text.startswith("+")]
    at_s = phone.clock.now_s()
    if "r" in options:
        at_s = process.files.stat(process.path(options.value("r"))).mtime_s
    elif "d" in options:
        at_s = _parsed(phone, options.value("d"), utc=utc)
    elif "s" in options or setting:
        at_s = _parsed(phone, options.value("s") or setting[0], utc=utc)
        phone.clock.set(at_s)
    process.print(format_time(local_time(phone, at_s, utc=utc), form, at_s))
    return 0


def format_time(moment: datetime, form: str, at_s: float) -> str:
    """strftime with the fields of toybox and GNU: `%s`, `%N`, `%3N`, `%:z`, `%e`, `%k`, `%-d`."""
    nanoseconds = f"{moment.microsecond:06d}000"
    offset = moment.strftime("%z") or "+0000"
    replacements = {
        "s": str(int(at_s // 1)),
        "N": nanoseconds,
        "e": f"{moment.day:2d}",
        "k": f"{moment.hour:2d}",
        "l": f"{(moment.hour - 1) % 12 + 1:2d}",
        "P": "am" if moment.hour < 12 else "pm",
        "n": "\n",
        "t": "\t",
        "F": f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}",
        "T": f"{moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}",
        "%": "%",
    }

    def replace(found: re.Match[str]) -> str:
        flag, width, letter = found.groups()
        if letter == ":z":
            return f"{offset[:3]}:{offset[3:]}"
        if letter == "N" and width:
            return nanoseconds[: int(width)]
        value = replacements.get(letter)
        if value is None:
            value = moment.strftime(f"%{letter}")
        return value.strip().lstrip("0") or "0" if flag == "-" else value

    return re.sub(r"%([-_0]?)(\d?)(:z|[a-zA-Z%])", replace, form)


def _parsed(phone: SimulatedPhone, text: str, *, utc: bool) -> float:
    at_s = parse_time(phone, text, utc=utc)
    if at_s is None:
        raise CommandError(f"bad date '{text}'")
    return at_s


def parse_time(phone: SimulatedPhone, text: str, *, utc: bool = False) -> float | None:
    """Unix seconds of `@SECONDS`, `MMDDhhmm[[CC]YY][.ss]`, an ISO date and time or a time of day; None for no time."""
    text = text.strip()
    now = local_time(phone, utc=utc)
    try:
        if found := re.fullmatch(r"@(-?\d{1,12}(?:\.\d{1,9})?)", text):
            return float(found.group(1))
        if found := _POSIX_SET.fullmatch(text):
            month, day, hour, minute, century, year, second = found.groups()
            return _moment(now, century, year, month, day, hour, minute, second)
        if found := _CLOCK.fullmatch(text):
            hours, minutes, seconds = (int(value or 0) for value in found.groups())
            return now.replace(hour=hours, minute=minutes, second=seconds, microsecond=0).timestamp()
        return _iso_time(phone, text, utc=utc)
    except ValueError:
        return None


def parse_touch_time(phone: SimulatedPhone, text: str) -> float | None:
    """As `parse_time`, with the year first: `[[CC]YY]MMDDhhmm[.ss]`."""
    try:
        if found := _POSIX_TOUCH.fullmatch(text):
            century, year, month, day, hour, minute, second = found.groups()
            return _moment(local_time(phone), century, year, month, day, hour, minute, second)
    except ValueError:
        return None
    return parse_time(phone, text)


def _iso_time(phone: SimulatedPhone, text: str, *, utc: bool) -> float | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    *fields, fraction, zulu = found.groups()
    year, month, day, hour, minute, second = (int(value or 0) for value in fields)
    zone = local_time(phone, utc=utc or bool(zulu)).tzinfo
    moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    return (moment + timedelta(seconds=float(f"0.{fraction or 0}"))).timestamp()


def _moment(now: datetime, century: str | None, year: str | None, *fields: str | None) -> float:
    month, day, hour, minute, second = (int(value or 0) for value in fields)
    full_year = now.year
    if year is not None:
        # Two digits: 69 to 99 are of the last century (POSIX).
        full_year = int(century + year) if century else (1900 if int(year) >= 69 else 2000) + int(year)
    return now.replace(
        year=full_year, month=month, day=day, hour=hour, minute=minute, second=second, microsecond=0
    ).timestamp()
