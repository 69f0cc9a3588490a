"""System: languages, date and time, developer options; and About phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from device_farm.simulator.apps.settings.pages import PACKAGE, Page, link_row, note, open_page, switch_row, tables_of
from device_farm.simulator.apps.times import time_text
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context
from device_farm.simulator.toolkit.base import Handler

S = TypeVar("S")

# BATTERY_PLUGGED_AC, _USB and _WIRELESS of BatteryManager together.
_ANY_CHARGER = 7
ZONE_PROPERTY = "persist.sys.timezone"
LOCALE_PROPERTY = "persist.sys.locale"

# Region, city and IANA name, as the time zone picker of Android offers them.
ZONES: tuple[tuple[str, str], ...] = (
    ("United States, Honolulu", "Pacific/Honolulu"),
    ("United States, Anchorage", "America/Anchorage"),
    ("United States, Los Angeles", "America/Los_Angeles"),
    ("United States, Denver", "America/Denver"),
    ("United States, Phoenix", "America/Phoenix"),
    ("United States, Chicago", "America/Chicago"),
    ("United States, New York", "America/New_York"),
    ("Argentina, Buenos Aires", "America/Argentina/Buenos_Aires"),
    ("Australia, Perth", "Australia/Perth"),
    ("Australia, Sydney", "Australia/Sydney"),
    ("Brazil, Sao Paulo", "America/Sao_Paulo"),
    ("Canada, Toronto", "America/Toronto"),
    ("Canada, Vancouver", "America/Vancouver"),
    ("China, Shanghai", "Asia/Shanghai"),
    ("Egypt, Cairo", "Africa/Cairo"),
    ("France, Paris", "Europe/Paris"),
    ("Germany, Berlin", "Europe/Berlin"),
    ("India, Kolkata", "Asia/Kolkata"),
    ("Indonesia, Jakarta", "Asia/Jakarta"),
    ("Italy, Rome", "Europe/Rome"),
    ("Japan, Tokyo", "Asia/Tokyo"),
    ("Kenya, Nairobi", "Africa/Nairobi"),
    ("Mexico, Mexico City", "America/Mexico_City"),
    ("New Zealand, Auckland", "Pacific/Auckland"),
    ("Nigeria, Lagos", "Africa/Lagos"),
    ("Portugal, Lisbon", "Europe/Lisbon"),
    ("Singapore", "Asia/Singapore"),
    ("South Africa, Johannesburg", "Africa/Johannesburg"),
    ("South Korea, Seoul", "Asia/Seoul"),
    ("Spain, Madrid", "Europe/Madrid"),
    ("Sweden, Stockholm", "Europe/Stockholm"),
    ("Switzerland, Zurich", "Europe/Zurich"),
    ("Turkey, Istanbul", "Europe/Istanbul"),
    ("United Arab Emirates, Dubai", "Asia/Dubai"),
    ("United Kingdom, London", "Europe/London"),
    ("Coordinated Universal Time", "UTC"),
)

LANGUAGES: tuple[tuple[str, str], ...] = (
    ("English (United States)", "en-US"),
    ("English (United Kingdom)", "en-GB"),
    ("Deutsch (Deutschland)", "de-DE"),
    ("Español (España)", "es-ES"),
    ("Français (France)", "fr-FR"),
    ("Italiano (Italia)", "it-IT"),
    ("Nederlands (Nederland)", "nl-NL"),
    ("Português (Brasil)", "pt-BR"),
)


def offset_text(zone: str, now_s: float) -> str:
    """`GMT+02:00`; UTC's for a zone that is not known."""
    offset = datetime.fromtimestamp(now_s, zone_of(zone)).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"GMT{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def zone_of(name: str) -> tzinfo:
    """The time zone called `name`, UTC where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


class System(Page[None]):
    title = "System"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        language = context.phone.properties.get(LOCALE_PROPERTY) or "en-US"
        return (
            link_row(
                context,
                "Languages & input",
                ".Settings$LanguageAndInputSettingsActivity",
                summary=dict((tag, name) for name, tag in LANGUAGES).get(language, language),
                icon="language",
            ),
            link_row(context, "Gestures", ".Settings$GesturesSettingsActivity", icon="gesture"),
            link_row(
                context,
                "Date & time",
                ".Settings$DateTimeSettingsActivity",
                summary=_zone_summary(context),
                icon="schedule",
            ),
            link_row(
                context,
                "Developer options",
                ".Settings$DevelopmentSettingsDashboardActivity",
                icon="developer_mode",
            ),
        )


def _zone_name(context: Context[S]) -> str:
    return context.phone.properties.get(ZONE_PROPERTY) or "UTC"


def _zone_summary(context: Context[S]) -> str:
    zone = _zone_name(context)
    label = next((text for text, name in ZONES if name == zone), zone.replace("_", " "))
    return f"{offset_text(zone, context.now_s)} {label}"


class Languages(Page[None]):
    title = "Languages"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        stored = context.phone.properties.get(LOCALE_PROPERTY) or "en-US"

        def picked(tag: str) -> Handler:
            return lambda: _set_language(context, tag)

        return (
            *(w.RadioRow(name, tag == stored, on_tap=picked(tag)) for name, tag in LANGUAGES),
            note("The chosen language is offered to apps. The screens of this phone stay in English."),
        )


def _set_language(context: Context[None], tag: str) -> None:
    context.phone.properties.set(LOCALE_PROPERTY, tag)
    tables_of(context).put("system", "system_locales", tag)


class Gestures(Page[None]):
    title = "Gestures"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        return (
            switch_row(
                context,
                "Quickly open camera",
                "secure",
                "camera_double_tap_power_gesture_disabled",
                summary="Press power button twice",
                default=True,
                on_value=0,
                off_value=1,
            ),
            switch_row(context, "Tap to check phone", "secure", "doze_tap_gesture", default=True),
            switch_row(context, "Lift to check phone", "secure", "doze_pulse_on_pick_up", default=True),
            switch_row(
                context, "Prevent ringing", "secure", "volume_hush_gesture", summary="Press power and volume up"
            ),
        )


class DateTime(Page[None]):
    title = "Date & time"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        automatic = tables.flag("global", "auto_time", True)
        automatic_zone = tables.flag("global", "auto_time_zone", True)
        now = context.local()
        return (
            w.SwitchRow(
                "Set time automatically",
                automatic,
                on_change=lambda on: tables.put("global", "auto_time", on),
            ),
            w.ListRow(
                "Date",
                f"{now.strftime('%B')} {now.day}, {now.year}",
                enabled=not automatic,
                on_tap=lambda: context.dialog("date"),
            ),
            w.ListRow(
                "Time",
                time_text(now.hour, now.minute, context.is_24_hour),
                enabled=not automatic,
                on_tap=lambda: context.dialog("time"),
            ),
            w.SwitchRow(
                "Set time zone automatically",
                automatic_zone,
                on_change=lambda on: tables.put("global", "auto_time_zone", on),
            ),
            w.ListRow(
                "Time zone",
                _zone_summary(context),
                enabled=not automatic_zone,
                on_tap=lambda: open_page(context, ".Settings$ZonePickerActivity"),
            ),
            w.SwitchRow(
                "Use 24‑hour format",
                context.is_24_hour,
                "13:00" if context.is_24_hour else "1:00 PM",
                on_change=lambda on: tables.put("system", "time_12_24", 24 if on else 12),
            ),
        )

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        now = context.local()
        if name == "date":
            return w.DatePickerDialog(
                now.year,
                now.month,
                now.day,
                lambda year, month, day: context.clock.set(now.replace(year=year, month=month, day=day).timestamp()),
            )
        return w.TimePickerDialog(
            now.hour,
            now.minute,
            lambda hour, minute: context.clock.set(now.replace(hour=hour, minute=minute, second=0).timestamp()),
        )


class ZonePicker(Page[None]):
    title = "Select time zone"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        query = context.text("search").strip().lower()

        def picked(zone: str) -> Handler:
            return lambda: self._pick(context, zone)

        return (
            w.SearchBar(
                key="search", hint="Search regions and cities", resource_id=f"{PACKAGE}:id/search", padding=(16, 8)
            ),
            *(
                w.ListRow(label, f"{zone} ({offset_text(zone, context.now_s)})", on_tap=picked(zone))
                for label, zone in ZONES
                if query in label.lower() or query in zone.lower()
            ),
        )

    def _pick(self, context: Context[None], zone: str) -> None:
        context.phone.properties.set(ZONE_PROPERTY, zone)
        context.finish()


class Developer(Page[None]):
    title = "Developer options"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        return (
            switch_row(context, "Use developer options", "global", "development_settings_enabled", default=True),
            switch_row(
                context,
                "Stay awake",
                "global",
                "stay_on_while_plugged_in",
                summary="Screen will never sleep while charging",
                on_value=_ANY_CHARGER,
            ),
            switch_row(
                context,
                "USB debugging",
                "global",
                "adb_enabled",
                summary="Debug mode when USB is connected",
                default=True,
            ),
            switch_row(context, "Show taps", "system", "show_touches", summary="Show visual feedback for taps"),
            switch_row(
                context,
                "Pointer location",
                "system",
                "pointer_location",
                summary="Screen overlay showing current touch data",
            ),
        )


class About(Page[None]):
    title = "About phone"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        properties = context.phone.properties

        def shown(name: str, fallback: str) -> str:
            return properties.get(name) or fallback

        return (
            w.SectionHeader("Basic info"),
            w.ListRow("Device name", device_name(context), on_tap=lambda: context.dialog("name")),
            w.ListRow("Phone number", "(650) 555-1212"),
            w.SectionHeader("Device details"),
            w.ListRow("SIM status", "T-Mobile"),
            w.ListRow("Model", shown("ro.product.model", "sdk_gphone64_x86_64")),
            w.ListRow("IMEI", "867400022047199"),
            w.ListRow("Android version", shown("ro.build.version.release", "13")),
            w.ListRow("Device identifiers", f"Serial number: {shown('ro.serialno', 'unknown')}"),
            w.ListRow("Build number", shown("ro.build.display.id", "TE1A.220922.034")),
        )

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        stored = device_name(context)
        entered = context.text("name", stored).strip()
        return w.Dialog(
            title="Device name",
            body=w.TextField(key="name", initial=stored, autofocus=True, resource_id="android:id/edit"),
            buttons=(
                w.DialogButton("Cancel"),
                w.DialogButton("OK", lambda: _rename(context, entered), enabled=bool(entered)),
            ),
        )


def device_name(context: Context[S]) -> str:
    model = context.phone.properties.get("ro.product.model") or "Android"
    return tables_of(context).text("global", "device_name", model)


def _rename(context: Context[None], name: str) -> None:
    """One name for the device and its Bluetooth adapter, as Android sets it."""
    tables = tables_of(context)
    tables.put("global", "device_name", name)
    tables.put("secure", "bluetooth_name", name)
