"""What the services about power, network, sound, storage, alarms and notifications dump."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from device_farm.simulator.apps.settings.wifi import WifiStore
from device_farm.simulator.framework.arguments import ArgumentError, Arguments
from device_farm.simulator.framework.process_table import processes
from device_farm.simulator.framework.radios import bluetooth_on, wifi_on

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

_STREAMS = ("VOICE_CALL", "SYSTEM", "RING", "MUSIC", "ALARM", "NOTIFICATION")
_STREAM_KEYS = ("volume_voice", "volume_system", "volume_ring", "volume_music", "volume_alarm", "volume_notification")
_STREAM_MAXIMA = (5, 7, 7, 15, 7, 7)


def _truth(value: bool) -> str:
    return str(value).lower()


def power(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    settings = phone.settings
    awake = "Awake" if phone.screen_on else "Asleep"
    yield "POWER MANAGER (dumpsys power)"
    yield ""
    yield "Power Manager State:"
    yield f"  mWakefulness={awake}"
    yield "  mWakefulnessChanging=false"
    yield f"  mIsPowered={_truth(phone.state.hardware.charging)}"
    yield f"  mPlugType={1 if phone.state.hardware.charging else 0}"
    yield f"  mBatteryLevel={phone.state.hardware.battery_percent}"
    yield f"  mStayOn={_truth(settings.is_on('global', 'stay_on_while_plugged_in'))}"
    yield f"  mHoldingWakeLockSuspendBlocker={_truth(phone.screen_on)}"
    yield f"  mHoldingDisplaySuspendBlocker={_truth(phone.screen_on)}"
    yield f"  mScreenOffTimeoutSetting={settings.get_int('system', 'screen_off_timeout', 60_000)}"
    yield f"  mScreenBrightnessSetting={settings.get_int('system', 'screen_brightness', 102)}"
    yield f"  mBatterySaverEnabled={_truth(settings.is_on('global', 'low_power'))}"
    yield f"Display Power: state={'ON' if phone.screen_on else 'OFF'}"


def battery(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    hardware = phone.state.hardware
    yield "Current Battery Service state:"
    yield f"  AC powered: {_truth(hardware.charging)}"
    yield "  USB powered: false"
    yield "  Wireless powered: false"
    yield "  Dock powered: false"
    yield "  Max charging current: 0"
    yield "  Max charging voltage: 0"
    yield f"  Charge counter: {hardware.battery_percent * 10_000 // 100 * 100}"
    status = 5 if hardware.battery_percent >= 100 and hardware.charging else 2 if hardware.charging else 3
    yield f"  status: {status}"
    yield "  health: 2"
    yield "  present: true"
    yield f"  level: {hardware.battery_percent}"
    yield "  scale: 100"
    yield "  voltage: 5000"
    yield "  temperature: 250"
    yield "  technology: Li-ion"


def set_battery(phone: SimulatedPhone, arguments: Arguments) -> None:
    """`dumpsys battery set level N|ac 0|1|...`, `unplug`, `reset`. Raises ArgumentError."""
    hardware = phone.state.hardware
    match arguments.next():
        case "set":
            name = arguments.required()
            if name == "-f":
                name = arguments.required()
            value = arguments.number()
            if name == "level":
                phone.change(hardware=replace(hardware, battery_percent=min(max(value, 0), 100)))
            elif name in ("ac", "usb", "wireless", "dock"):
                phone.change(hardware=replace(hardware, charging=bool(value)))
            elif name == "status":
                phone.change(hardware=replace(hardware, charging=value in (2, 5)))
            elif name not in ("present", "counter", "temp", "invalid"):
                raise ArgumentError(f"Unknown set option: {name}")
        case "unplug":
            phone.change(hardware=replace(hardware, charging=False))
        case "reset":
            phone.change(hardware=replace(hardware, charging=True, battery_percent=100))
        case verb:
            raise ArgumentError(f"Unknown command: {verb}")


def battery_stats(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "Battery History (0% used, 0 used of 256KB, 0 strings using 0):"
    yield f"  0 (1) RESET:TIME: {phone.local():%Y-%m-%d-%H-%M-%S}"


def wifi(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    on = wifi_on(phone)
    yield f"Wi-Fi is {'enabled' if on else 'disabled'}"
    yield "Verbose logging is off"
    yield "mInIdleMode false\nmScanPending false"
    if on:
        network = WifiStore(phone.files).connected()
        ssid = f'"{network.ssid}"' if network is not None else "<unknown ssid>"
        yield f"mWifiInfo SSID: {ssid}, BSSID: 00:13:10:85:fe:01, MAC: 02:15:b2:00:00:00, Supplicant state: COMPLETED"
    else:
        yield "mWifiInfo SSID: <unknown ssid>, BSSID: <none>, Supplicant state: UNINITIALIZED"


def bluetooth_manager(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    on = bluetooth_on(phone)
    yield "Bluetooth Status"
    yield f"  enabled: {_truth(on)}"
    yield f"  state: {'ON' if on else 'OFF'}"
    yield f"  address: {phone.settings.get('secure', 'bluetooth_address')}"
    yield f"  name: {phone.settings.get('secure', 'bluetooth_name')}"
    yield f"  time since enabled: {phone.clock.uptime_s():.3f}s" if on else "  never enabled!"


def audio(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    settings = phone.settings
    yield "Stream volumes (device: index)"
    for name, key, maximum in zip(_STREAMS, _STREAM_KEYS, _STREAM_MAXIMA, strict=True):
        level = settings.get_int("system", key)
        yield f"- STREAM_{name}:"
        yield f"   Muted: {_truth(level == 0)}"
        yield f"   Min: 0\n   Max: {maximum}\n   streamVolume:{level}"
        yield f"   Current: 2 (speaker): {level}, 40000000 (default): {level}"
        yield "   Devices: speaker"
    mode = {0: "SILENT", 1: "VIBRATE", 2: "NORMAL"}.get(settings.get_int("global", "mode_ringer", 2), "NORMAL")
    yield "Ringer mode:"
    yield f"- mode (internal) = {mode}\n- mode (external) = {mode}"


def alarm(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    pending = phone.state.scheduled
    now = phone.local()
    yield "Current Alarm Manager state:"
    now_ms, elapsed_ms = round(phone.clock.now_s() * 1000), round(phone.clock.uptime_s() * 1000)
    yield f"  nowRTC={now_ms}={now:%Y-%m-%d %H:%M:%S.000} nowELAPSED={elapsed_ms}"
    yield f"  {len(pending)} pending alarms:"
    for index, item in enumerate(pending):
        at_ms = round(item.at_s * 1000)
        yield f"    RTC_WAKEUP #{index}: Alarm{{{item.order:07x} type 0 origWhen {at_ms} {item.package}}}"
        yield f"      tag=*walarm*:{item.package}/{item.event}"
        yield f"      type=RTC_WAKEUP origWhen={phone.local(item.at_s):%Y-%m-%d %H:%M:%S.000} window=0"
        yield f"      whenElapsed=+{max(0, at_ms - now_ms)}ms"


def notification(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "Current Notification Manager state:"
    yield "  Notification List:"
    for entry in phone.notifications.list():
        importance = {"low": 2, "default": 3, "high": 4}[entry.importance]
        package = phone.packages.get(entry.package)
        uid = package.uid if package is not None else 1000
        tag = entry.tag or "null"
        key = f"0|{entry.package}|{entry.id}|{tag}|{uid}"
        yield (
            f"    NotificationRecord(0x{uid:08x}: pkg={entry.package} user=UserHandle{{0}} id={entry.id} tag={tag} "
            f"importance={importance} key={key})"
        )
        yield f"      uid={uid} userId=0"
        yield f"      flags=0x{2 if entry.ongoing else 0:x}"
        yield "      extras={"
        yield f"          android.title=String ({entry.title})"
        yield f"          android.text=String ({entry.text})"
        yield "      }"
        yield f"      mCreationTimeMs={round(entry.posted_s * 1000)}"
    yield f"  mZenMode={phone.settings.get_int('global', 'zen_mode')}"


def connectivity(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    airplane = phone.settings.is_on("global", "airplane_mode_on")
    mobile = phone.settings.is_on("global", "mobile_data") and not airplane
    yield "NetworkProviders for:\n"
    active = 100 if wifi_on(phone) else 101 if mobile else None
    yield f"Active default network: {active if active is not None else 'none'}"
    yield "\nCurrent Networks:"
    if wifi_on(phone):
        yield "  NetworkAgentInfo{network{100}  handle{432902426637}  ni{WIFI CONNECTED extra: } INTERNET VALIDATED}"
    if mobile:
        yield "  NetworkAgentInfo{network{101}  handle{437197393933}  ni{MOBILE[LTE] CONNECTED extra: } INTERNET}"
    yield f"\nAirplane mode: {_truth(airplane)}"


def telephony_registry(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "last known state:"
    yield "  Phone Id=0"
    call = phone.state.call
    # TelephonyManager.CALL_STATE_*: 0 idle, 1 ringing, 2 off hook.
    state = 0 if call is None else 1 if call.ringing else 2
    ringing = 5 if state == 1 else 0
    foreground = 0 if state != 2 else 1 if call is not None and call.answered_s is not None else 3
    yield f"    mCallState={state}\n    mRingingCallState={ringing}\n    mForegroundCallState={foreground}"
    yield f"    mCallIncomingNumber={call.number if call is not None and call.incoming else ''}"
    yield "    mServiceState={mVoiceRegState=0(IN_SERVICE), mDataRegState=0(IN_SERVICE)}"
    yield f"    mDataConnectionState={2 if phone.settings.is_on('global', 'mobile_data') else 0}"


def telecom(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "CallsManager: \n  mCalls: "


def media_session(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "MEDIA SESSION SERVICE (dumpsys media_session)\n\n0 sessions listeners.\nGlobal priority session is null"


def memory_info(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    names = [word for word in args if not word.startswith("-")]
    running = [entry for entry in processes(phone) if not names or entry.name in names]
    if names and not running:
        yield f"No process found for: {names[0]}"
        return
    uptime_ms = round(phone.clock.uptime_s() * 1000)
    yield f"Applications Memory Usage (in Kilobytes):\nUptime: {uptime_ms} Realtime: {uptime_ms}"
    yield "\nTotal PSS by process:"
    for entry in running:
        yield f"     98,000K: {entry.name} (pid {entry.pid})"
    yield "\nTotal RAM: 2,028,564K (status normal)\n Free RAM:   820,456K\n Used RAM: 1,208,108K"


def cpu_info(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "Load: 0.0 / 0.0 / 0.0\nCPU usage from 0ms to 0ms ago:\n0% TOTAL: 0% user + 0% kernel"


def disk_stats(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    files = phone.files
    total, free = files.capacity_bytes // 1024, files.free_bytes // 1024
    yield "Latency: 0ms [512B Data Write]\nRecent Disk Write Speed (kB/s) = 84371"
    yield f"Data-Free: {free}K / {total}K total = {100 * free // max(total, 1)}% free"
    yield "Cache-Free: 80292K / 91084K total = 88% free\nSystem-Free: 2748K / 862900K total = 0% free"
    yield "File-based Encryption: true"


def mount(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "Volumes:\n  VolumeInfo{emulated;0}:\n    type=EMULATED diskId=null mountUserId=0 state=MOUNTED"
    yield "    path=/storage/emulated internalPath=/data/media"


def device_idle(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    if args[:1] == ["get"]:
        yield {"screen": _truth(phone.screen_on), "charging": _truth(phone.state.hardware.charging)}.get(
            args[1] if len(args) > 1 else "", "ACTIVE"
        )
        return
    yield "  mLightEnabled=true  mDeepEnabled=true\n  mState=ACTIVE\n  mLightState=ACTIVE"
    yield f"  mScreenOn={_truth(phone.screen_on)}\n  mCharging={_truth(phone.state.hardware.charging)}"


def location(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield f"Location Setting: {_truth(phone.settings.is_on('secure', 'location_mode'))}"


def clipboard(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "Clipboard service (dumpsys clipboard)"


def phone_info(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "Phone Subscriber Info:\n  Phone Type = GSM\n  Device ID = 358240051111110"


def usage_stats(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "user=0"
    for task in phone.activities.tasks:
        yield f'  package={task.package} lastTimeUsed="{phone.local(task.last_active_s):%Y-%m-%d %H:%M:%S}"'


def usb(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "USB MANAGER STATE (dumpsys usb):\n  current_functions=ADB\n  configured=true"


def user(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    yield "Current user: 0\nUsers:\n  UserInfo{0:Owner:4c13} serialNo=0 isPrimary=true\n    State: RUNNING_UNLOCKED"
