"""The file tree of a phone fresh from the factory: partitions, devices, shared storage and its aliases."""

from __future__ import annotations

from typing import Final

from device_farm.simulator.clock import Clock, VirtualClock
from device_farm.simulator.filesystem import CAPACITY_BYTES, FileSystem

# Times in a system image are fixed, so that two images are equal byte for byte.
IMAGE_TIME_S: Final = 1_230_768_000.0

ROOT: Final = 0
SYSTEM: Final = 1000
SHELL: Final = 2000
MEDIA_RW: Final = 1023

# Partitions that are mounted read-only; "/" protects the top level itself.
READ_ONLY: Final = ("/", "/apex", "/bin", "/etc", "/odm", "/product", "/proc", "/sys", "/system", "/vendor")

MOUNT_POINTS: Final = ("/data", "/storage/emulated", "/storage/emulated/0")

SHARED_STORAGE: Final = "/storage/emulated/0"
SHARED_FOLDERS: Final = (
    "Alarms",
    "Android",
    "Android/data",
    "Android/media",
    "Android/obb",
    "Audiobooks",
    "DCIM",
    "Documents",
    "Download",
    "Movies",
    "Music",
    "Notifications",
    "Pictures",
    "Podcasts",
    "Recordings",
    "Ringtones",
)

# (path, mode, uid, gid)
_FOLDERS: Final = (
    ("/data", 0o771, SYSTEM, SYSTEM),
    ("/data/adb", 0o700, ROOT, ROOT),
    ("/data/anr", 0o775, SYSTEM, SYSTEM),
    ("/data/app", 0o771, SYSTEM, SYSTEM),
    ("/data/data", 0o771, SYSTEM, SYSTEM),
    ("/data/local", 0o751, ROOT, ROOT),
    ("/data/local/tmp", 0o771, SHELL, SHELL),
    ("/data/local/traces", 0o777, SHELL, SHELL),
    ("/data/media", 0o770, MEDIA_RW, MEDIA_RW),
    ("/data/misc", 0o1771, SYSTEM, 9998),
    ("/data/property", 0o700, ROOT, ROOT),
    ("/data/system", 0o775, SYSTEM, SYSTEM),
    ("/data/tombstones", 0o771, SYSTEM, SYSTEM),
    ("/data/user", 0o711, SYSTEM, SYSTEM),
    ("/data/user_de", 0o711, SYSTEM, SYSTEM),
    ("/data/user_de/0", 0o771, SYSTEM, SYSTEM),
    ("/cache", 0o770, SYSTEM, 2001),
    ("/config", 0o755, ROOT, ROOT),
    ("/debug_ramdisk", 0o755, ROOT, ROOT),
    ("/dev", 0o755, ROOT, ROOT),
    ("/dev/block", 0o755, ROOT, ROOT),
    ("/dev/input", 0o755, ROOT, 1004),
    ("/dev/socket", 0o755, ROOT, ROOT),
    ("/metadata", 0o755, ROOT, SYSTEM),
    ("/mnt", 0o755, ROOT, SYSTEM),
    ("/mnt/user", 0o710, ROOT, 9997),
    ("/mnt/user/0", 0o710, ROOT, 9997),
    ("/odm", 0o755, ROOT, ROOT),
    ("/apex", 0o755, ROOT, ROOT),
    ("/proc", 0o555, ROOT, ROOT),
    ("/product", 0o755, ROOT, ROOT),
    ("/storage", 0o710, SYSTEM, 9997),
    ("/storage/emulated", 0o770, MEDIA_RW, MEDIA_RW),
    ("/storage/emulated/0", 0o770, MEDIA_RW, MEDIA_RW),
    ("/storage/self", 0o755, ROOT, ROOT),
    ("/sys", 0o755, ROOT, ROOT),
    ("/system", 0o755, ROOT, ROOT),
    ("/system/app", 0o755, ROOT, ROOT),
    ("/system/bin", 0o751, ROOT, SHELL),
    ("/system/etc", 0o755, ROOT, ROOT),
    ("/system/fonts", 0o755, ROOT, ROOT),
    ("/system/framework", 0o755, ROOT, ROOT),
    ("/system/lib64", 0o755, ROOT, ROOT),
    ("/system/priv-app", 0o755, ROOT, ROOT),
    ("/vendor", 0o755, ROOT, SHELL),
)

# (path, target, bind)
_LINKS: Final = (
    ("/bin", "/system/bin", False),
    ("/etc", "/system/etc", False),
    ("/sdcard", "/storage/self/primary", False),
    ("/storage/self/primary", "/storage/emulated/0", False),
    ("/mnt/sdcard", "/storage/self/primary", False),
    ("/mnt/user/0/primary", "/storage/emulated/0", False),
    ("/data/media/0", "/storage/emulated/0", True),
    ("/data/user/0", "/data/data", True),
)

_FILES: Final = {
    "/proc/version": "Linux version 5.15.41-android13-8-00205-gf1bf82c3dacd-ab8747247 (build-user@build-host) "
    "(Android (8508608, based on r450784e) clang version 14.0.7) #1 SMP PREEMPT Thu Jun 23 22:55:07 UTC 2022\n",
    "/proc/meminfo": "MemTotal:        2028564 kB\nMemFree:          141568 kB\nMemAvailable:     820456 kB\n",
    "/proc/cpuinfo": "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: Android virtual processor\n\n"
    "processor\t: 1\nvendor_id\t: AuthenticAMD\nmodel name\t: Android virtual processor\n\n",
    "/proc/mounts": "/dev/block/dm-0 / ext4 ro,seclabel,relatime 0 0\n"
    "/dev/block/dm-5 /data ext4 rw,seclabel,nosuid,nodev,noatime 0 0\n"
    "/dev/fuse /storage/emulated fuse rw,lazytime,nosuid,nodev,noexec,noatime 0 0\n",
    "/system/etc/hosts": "127.0.0.1       localhost\n::1             ip6-localhost\n",
    "/system/build.prop": "ro.build.version.release=13\nro.build.version.sdk=33\n",
}


def build_files(clock: Clock, *, capacity_bytes: int = CAPACITY_BYTES) -> FileSystem:
    """A new tree. Build one and `fork` it for many phones: they share what they do not change."""
    files = FileSystem(VirtualClock(IMAGE_TIME_S), capacity_bytes=capacity_bytes)
    for path, mode, uid, gid in _FOLDERS:
        files.mkdir(path, mode=mode, uid=uid, gid=gid)
    for path, target, bind in _LINKS:
        files.symlink(target, path, bind=bind)
    for name in SHARED_FOLDERS:
        files.mkdir(f"{SHARED_STORAGE}/{name}", mode=0o770)
    for path, text in _FILES.items():
        files.write(path, text.encode(), uid=ROOT, gid=ROOT)
    for name in ("null", "zero", "urandom", "tty"):
        files.add_special(f"/dev/{name}", name)
    files.add_special("/dev/random", "urandom")
    files.read_only = READ_ONLY
    files.mount_points = MOUNT_POINTS
    return files.fork(clock)
