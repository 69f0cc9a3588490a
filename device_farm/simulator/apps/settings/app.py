"""The Settings app: its screens under the class names and intent actions of AOSP."""

from __future__ import annotations

from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.apps.settings import (
    all_files,
    apps_pages,
    bluetooth,
    bluetooth_pages,
    display,
    misc,
    network,
    sound,
    storage,
    system,
    top,
    wifi,
    wifi_pages,
)
from device_farm.simulator.apps.settings.pages import PACKAGE, Page
from device_farm.simulator.intents import DEFAULT, LAUNCHER, MAIN, IntentFilter
from device_farm.simulator.toolkit.app import ActivityEntry, App, AppContext, AppIcon

_ACTION = "android.settings."


def _page(class_name: str, page: Page, *actions: str) -> ActivityEntry:  # type: ignore[type-arg]
    filters = (
        (IntentFilter(actions=tuple(_ACTION + name for name in actions), categories=(DEFAULT,)),) if actions else ()
    )
    return ActivityEntry(class_name=class_name, activity=page, label=page.title, filters=filters)


_HOME = ActivityEntry(
    class_name=".Settings",
    activity=top.Homepage(),
    single_top=True,
    filters=(
        IntentFilter(actions=(MAIN,), categories=(LAUNCHER, DEFAULT)),
        IntentFilter(actions=(_ACTION + "SETTINGS",), categories=(DEFAULT,)),
    ),
)
_APP_DETAILS = ActivityEntry(
    class_name=apps_pages.APP_INFO,
    activity=apps_pages.AppInfo(),
    label="App info",
    filters=(
        IntentFilter(actions=(_ACTION + "APPLICATION_DETAILS_SETTINGS",), categories=(DEFAULT,), schemes=("package",)),
    ),
)


class SettingsApp(App):
    package = PACKAGE
    label = "Settings"
    icon = AppIcon(glyph="settings", background=0xFF5F6368)
    version_name = "13"
    version_code = 33
    activities = (
        _HOME,
        ActivityEntry(class_name=top.SEARCH, activity=top.Search(), label="Search settings"),
        _APP_DETAILS,
        ActivityEntry(
            class_name=all_files.APP_ACCESS,
            activity=all_files.AppFileAccess(),
            label="All files access",
            filters=(
                IntentFilter(
                    actions=(all_files.ACTION_APP,),
                    categories=(DEFAULT,),
                    schemes=("package",),
                ),
            ),
        ),
        _page(all_files.LIST, all_files.FileAccessList(), "MANAGE_ALL_FILES_ACCESS_PERMISSION"),
        _page(
            ".Settings$NetworkDashboardActivity",
            network.NetworkDashboard(),
            "WIRELESS_SETTINGS",
            "AIRPLANE_MODE_SETTINGS",
        ),
        _page(
            ".Settings$NetworkProviderSettingsActivity",
            wifi_pages.Internet(),
            "WIFI_SETTINGS",
            "NETWORK_PROVIDER_SETTINGS",
        ),
        _page(wifi_pages.DETAILS, wifi_pages.NetworkDetails()),
        _page(".Settings$SavedAccessPointsSettingsActivity", wifi_pages.SavedNetworks(), "WIFI_SAVED_NETWORK_SETTINGS"),
        _page(
            ".Settings$MobileNetworkActivity",
            network.MobileNetwork(),
            "DATA_ROAMING_SETTINGS",
            "NETWORK_OPERATOR_SETTINGS",
        ),
        _page(".Settings$TetherSettingsActivity", network.Tethering(), "TETHER_SETTINGS"),
        _page(".Settings$WifiTetherSettingsActivity", network.WifiHotspot(), "WIFI_TETHER_SETTING"),
        _page(".Settings$DataSaverSummaryActivity", network.DataSaver(), "DATA_SAVER_SETTINGS"),
        _page(".Settings$ConnectedDeviceDashboardActivity", bluetooth_pages.ConnectedDevices()),
        _page(bluetooth_pages.PREFERENCES, bluetooth_pages.ConnectionPreferences(), "NFC_SETTINGS"),
        _page(bluetooth_pages.BLUETOOTH, bluetooth_pages.Bluetooth(), "BLUETOOTH_SETTINGS"),
        _page(bluetooth_pages.PAIRING, bluetooth_pages.Pairing(), "BLUETOOTH_PAIRING_SETTINGS"),
        _page(bluetooth_pages.DETAILS, bluetooth_pages.DeviceDetails()),
        _page(".Settings$AppDashboardActivity", apps_pages.AppDashboard()),
        _page(
            apps_pages.ALL_APPS,
            apps_pages.AllApps(),
            "APPLICATION_SETTINGS",
            "MANAGE_APPLICATIONS_SETTINGS",
            "MANAGE_ALL_APPLICATIONS_SETTINGS",
        ),
        _page(apps_pages.APP_STORAGE, apps_pages.AppStorage()),
        _page(apps_pages.APP_PERMISSIONS, apps_pages.AppPermissions()),
        _page(".Settings$ConfigureNotificationSettingsActivity", misc.Notifications(), "NOTIFICATION_SETTINGS"),
        _page(".Settings$PowerUsageSummaryActivity", misc.Battery(), "BATTERY_SETTINGS"),
        _page(".Settings$BatterySaverSettingsActivity", misc.BatterySaver(), "BATTERY_SAVER_SETTINGS"),
        _page(
            ".Settings$StorageDashboardActivity", storage.Storage(), "INTERNAL_STORAGE_SETTINGS", "MEMORY_CARD_SETTINGS"
        ),
        _page(".Settings$SoundSettingsActivity", sound.Sound(), "SOUND_SETTINGS"),
        _page(".Settings$ZenModeSettingsActivity", sound.DoNotDisturb(), "ZEN_MODE_SETTINGS"),
        _page(".Settings$VibrationSettingsActivity", sound.Vibration()),
        _page(".Settings$DisplaySettingsActivity", display.Display(), "DISPLAY_SETTINGS"),
        _page(".Settings$ScreenTimeoutActivity", display.ScreenTimeout(), "SCREEN_TIMEOUT_SETTINGS"),
        _page(".Settings$TextReadingSettingsActivity", display.TextReading(), "TEXT_READING_SETTINGS"),
        _page(".Settings$NightDisplaySettingsActivity", display.NightLight(), "NIGHT_DISPLAY_SETTINGS"),
        _page(".Settings$LockScreenSettingsActivity", display.LockScreen(), "LOCK_SCREEN_SETTINGS"),
        _page(".Settings$AccessibilitySettingsActivity", misc.Accessibility(), "ACCESSIBILITY_SETTINGS"),
        _page(".Settings$SecurityDashboardActivity", misc.Security(), "SECURITY_SETTINGS", "PRIVACY_SETTINGS"),
        _page(".Settings$LocationSettingsActivity", misc.Location(), "LOCATION_SOURCE_SETTINGS"),
        _page(".Settings$SystemDashboardActivity", system.System()),
        _page(
            ".Settings$LanguageAndInputSettingsActivity", system.Languages(), "LOCALE_SETTINGS", "INPUT_METHOD_SETTINGS"
        ),
        _page(".Settings$GesturesSettingsActivity", system.Gestures()),
        _page(".Settings$DateTimeSettingsActivity", system.DateTime(), "DATE_SETTINGS"),
        _page(".Settings$ZonePickerActivity", system.ZonePicker()),
        _page(".Settings$DevelopmentSettingsDashboardActivity", system.Developer(), "APPLICATION_DEVELOPMENT_SETTINGS"),
        _page(".Settings$MyDeviceInfoActivity", system.About(), "DEVICE_INFO_SETTINGS"),
    )

    def on_install(self, context: AppContext) -> None:
        """Puts the phone into its surroundings, once; clearing the app's data changes nothing there."""
        if not context.files.exists(wifi.SURROUNDINGS_PATH):
            points = wifi.seeded_surroundings(context.random("wifi"))
            wifi.write_surroundings(context.files, points)
            wifi.WifiStore(context.files).connect(wifi.SavedNetwork(ssid=points[0].ssid, security=points[0].security))
        if not context.files.exists(bluetooth.SURROUNDINGS_PATH):
            bluetooth.write_surroundings(context.files, bluetooth.seeded_surroundings(context.random("bluetooth")))
            save_file(context.files, bluetooth.STORE_PATH, b"")
