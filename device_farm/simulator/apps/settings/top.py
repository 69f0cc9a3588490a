"""The top of Settings: its list of categories, and the search over all entries."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.apps.settings.network import CARRIER
from device_farm.simulator.apps.settings.pages import LIST_ID, PACKAGE, link_row, open_page, tables_of
from device_farm.simulator.apps.settings.storage import storage_summary
from device_farm.simulator.apps.settings.system import device_name
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

SEARCH = ".Settings$SearchActivity"


@dataclass(frozen=True, slots=True)
class Category:
    title: str
    summary: str
    icon: str
    page: str


CATEGORIES: tuple[Category, ...] = (
    Category("Network & internet", "Mobile, Wi‑Fi, hotspot", "wifi", ".Settings$NetworkDashboardActivity"),
    Category("Connected devices", "Bluetooth, pairing", "devices", ".Settings$ConnectedDeviceDashboardActivity"),
    Category("Apps", "Recent apps, default apps", "apps", ".Settings$AppDashboardActivity"),
    Category(
        "Notifications",
        "Notification history, conversations",
        "notifications",
        ".Settings$ConfigureNotificationSettingsActivity",
    ),
    Category("Battery", "100%", "battery_full", ".Settings$PowerUsageSummaryActivity"),
    Category("Storage", "", "storage", ".Settings$StorageDashboardActivity"),
    Category("Sound & vibration", "Volume, haptics, Do Not Disturb", "volume_up", ".Settings$SoundSettingsActivity"),
    Category("Display", "Dark theme, font size, brightness", "brightness_6", ".Settings$DisplaySettingsActivity"),
    Category(
        "Accessibility", "Display, interaction, audio", "accessibility_new", ".Settings$AccessibilitySettingsActivity"
    ),
    Category(
        "Security & privacy", "App security, device lock, permissions", "lock", ".Settings$SecurityDashboardActivity"
    ),
    Category("Location", "", "location_on", ".Settings$LocationSettingsActivity"),
    Category("System", "Languages, gestures, time", "info", ".Settings$SystemDashboardActivity"),
    Category("About phone", "", "smartphone", ".Settings$MyDeviceInfoActivity"),
)

# (title, where it lies, screen) of what search finds beyond the categories.
ENTRIES: tuple[tuple[str, str, str], ...] = (
    ("Internet", "Network & internet", ".Settings$NetworkProviderSettingsActivity"),
    ("Wi‑Fi", "Network & internet > Internet", ".Settings$NetworkProviderSettingsActivity"),
    ("Saved networks", "Network & internet > Internet", ".Settings$SavedAccessPointsSettingsActivity"),
    ("SIMs", "Network & internet", ".Settings$MobileNetworkActivity"),
    ("Mobile data", f"Network & internet > {CARRIER}", ".Settings$MobileNetworkActivity"),
    ("Roaming", f"Network & internet > {CARRIER}", ".Settings$MobileNetworkActivity"),
    ("Airplane mode", "Network & internet", ".Settings$NetworkDashboardActivity"),
    ("Hotspot & tethering", "Network & internet", ".Settings$TetherSettingsActivity"),
    ("Wi‑Fi hotspot", "Network & internet > Hotspot & tethering", ".Settings$WifiTetherSettingsActivity"),
    ("Data Saver", "Network & internet", ".Settings$DataSaverSummaryActivity"),
    ("Private DNS", "Network & internet", ".Settings$NetworkDashboardActivity"),
    ("Bluetooth", "Connected devices > Connection preferences", ".Settings$BluetoothSettingsActivity"),
    ("Pair new device", "Connected devices", ".Settings$BluetoothPairingDetailActivity"),
    ("NFC", "Connected devices > Connection preferences", ".Settings$ConnectionPreferencesActivity"),
    ("All apps", "Apps", ".Settings$ManageApplicationsActivity"),
    ("Do Not Disturb", "Sound & vibration", ".Settings$ZenModeSettingsActivity"),
    ("Media volume", "Sound & vibration", ".Settings$SoundSettingsActivity"),
    ("Alarm volume", "Sound & vibration", ".Settings$SoundSettingsActivity"),
    ("Call volume", "Sound & vibration", ".Settings$SoundSettingsActivity"),
    ("Ring & notification volume", "Sound & vibration", ".Settings$SoundSettingsActivity"),
    ("Phone ringtone", "Sound & vibration", ".Settings$SoundSettingsActivity"),
    ("Vibration & haptics", "Sound & vibration", ".Settings$VibrationSettingsActivity"),
    ("Brightness level", "Display", ".Settings$DisplaySettingsActivity"),
    ("Adaptive brightness", "Display", ".Settings$DisplaySettingsActivity"),
    ("Dark theme", "Display", ".Settings$DisplaySettingsActivity"),
    ("Screen timeout", "Display", ".Settings$ScreenTimeoutActivity"),
    ("Font size", "Display > Display size and text", ".Settings$TextReadingSettingsActivity"),
    ("Night Light", "Display", ".Settings$NightDisplaySettingsActivity"),
    ("Auto‑rotate screen", "Display", ".Settings$DisplaySettingsActivity"),
    ("Lock screen", "Display", ".Settings$LockScreenSettingsActivity"),
    ("Battery Saver", "Battery", ".Settings$BatterySaverSettingsActivity"),
    ("Battery percentage", "Battery", ".Settings$PowerUsageSummaryActivity"),
    ("Languages & input", "System", ".Settings$LanguageAndInputSettingsActivity"),
    ("Gestures", "System", ".Settings$GesturesSettingsActivity"),
    ("Date & time", "System", ".Settings$DateTimeSettingsActivity"),
    ("Time zone", "System > Date & time", ".Settings$DateTimeSettingsActivity"),
    ("Use 24‑hour format", "System > Date & time", ".Settings$DateTimeSettingsActivity"),
    ("Developer options", "System", ".Settings$DevelopmentSettingsDashboardActivity"),
    ("Device name", "About phone", ".Settings$MyDeviceInfoActivity"),
    ("Model", "About phone", ".Settings$MyDeviceInfoActivity"),
    ("Android version", "About phone", ".Settings$MyDeviceInfoActivity"),
)


def found_entries(query: str) -> tuple[tuple[str, str, str], ...]:
    """Entries with a word that starts with each word of `query`; hyphens of both kinds and their absence are equal."""
    wanted = [_plain(word) for word in query.split()]
    if not wanted:
        return ()
    everything = (*((entry.title, "", entry.page) for entry in CATEGORIES), *ENTRIES)
    return tuple(
        entry
        for entry in everything
        if all(any(word.startswith(part) for word in map(_plain, entry[0].split())) for part in wanted)
    )


def _plain(word: str) -> str:
    return word.lower().replace("‑", "").replace("-", "")


class Homepage(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        rows = tuple(
            link_row(context, entry.title, entry.page, summary=_summary(context, entry), icon=entry.icon)
            for entry in CATEGORIES
        )
        search = w.SearchBar(
            "Search settings",
            on_tap=lambda: open_page(context, SEARCH),
            resource_id=f"{PACKAGE}:id/search_action_bar",
            padding=(16, 8),
        )
        title = w.Text(
            "Settings", style="headline", padding=(24, 40, 24, 12), resource_id=f"{PACKAGE}:id/homepage_title"
        )
        return w.Screen(body=w.Scroll(key="list", resource_id=LIST_ID, children=(title, search, *rows)))


def _summary(context: Context[None], entry: Category) -> str:
    match entry.title:
        case "Storage":
            return storage_summary(context.files)
        case "About phone":
            return device_name(context)
        case "Location":
            return "On" if tables_of(context).flag("secure", "location_mode", True) else "Off"
        case _:
            return entry.summary


class Search(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        query = context.text("query")
        found = found_entries(query)
        rows: tuple[w.Widget, ...] = tuple(
            link_row(context, title, page, summary=place, icon="search") for title, place, page in found
        )
        if query.strip() and not found:
            rows = (w.Text("No results", padding=24, colour="on_surface_variant"),)
        field = w.TextField(
            key="query",
            hint="Search settings",
            style="plain",
            autofocus=True,
            resource_id=f"{PACKAGE}:id/open_search_view_edit_text",
        )
        return w.Screen(
            app_bar=w.AppBar(navigation="back", title_widget=field),
            body=w.Scroll(key="results", resource_id=LIST_ID, children=rows),
        )
